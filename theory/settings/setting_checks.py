"""What must hold between the fields of a setting: each check raises InputError where it fails."""

from __future__ import annotations

from fractions import Fraction

from ridgeproof.theory.checks import INFINITE, counted
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.generations import ChainSpec, Generation, Weighted
from ridgeproof.theory.settings.spectra import (
    Energies,
    Flat,
    Isotropic,
    Levels,
    PowerLaw,
    SignalSpec,
    Source,
    SpectrumSpec,
    Spiked,
)

__all__ = ["check_schedule", "check_share", "check_spectrum", "check_weights", "schedule_clash"]


def check_spectrum(d: int, copies: int, spectrum: SpectrumSpec, signal: SignalSpec) -> None:
    """The spectrum and the signal suit each other and the dimension."""
    if d == INFINITE:
        _check_infinite(spectrum, signal)
        return
    if d % copies:
        raise InputError("copies", copies, f"must divide d = {d}", "make d a multiple of it")
    base = d // copies
    if isinstance(signal, Source) and not isinstance(spectrum, PowerLaw):
        raise InputError(
            "signal",
            signal,
            "needs a power-law spectrum, which defines its decay",
            "take a spectrum power-law:BETA, or the signal flat",
        )
    if isinstance(spectrum, Spiked):
        spiked = sum(count for _, count in spectrum.spikes)
        if spiked >= base:
            raise InputError(
                "spectrum",
                spectrum,
                f"has {counted(spiked, 'spike')} for d = {base}",
                "leave room for REST",
            )
    if isinstance(spectrum, Levels):
        total = sum(count for _, count in spectrum.levels)
        if total != base:
            raise InputError(
                "spectrum",
                spectrum,
                f"has {counted(total, 'eigenvalue')} for d = {base}",
                f"set d = {total * copies}",
            )
    if isinstance(signal, Energies):
        expected = _level_count(spectrum)
        if expected is None or len(signal.energies) != expected:
            raise InputError(
                "signal",
                signal,
                "needs one energy for each level of an isotropic, spiked or levels spectrum",
                f"give {counted(expected, 'energy', 'energies')}"
                if expected
                else "take the signal flat or file:PATH",
            )


def check_schedule(
    schedule: tuple[Generation, ...], n: int, design: str, numbers: tuple[object, ...]
) -> None:
    """A schedule has one entry for each generation, in place of T0, sigma0 and lam0."""
    if len(schedule) != n:
        raise InputError(
            "schedule", len(schedule), f"does not have n = {n} generations", "make n equal"
        )
    if any(numbers):
        raise schedule_clash()
    if design == "shared" and len({each.T0 for each in schedule}) > 1:
        raise InputError(
            "design", "shared", "reuses one design, but T0 changes", "give one T0, or independent"
        )


def schedule_clash() -> InputError:
    """The error of numbers that a schedule states already."""
    return InputError(
        "schedule", "given", "goes with neither T0, sigma0 nor lam0", "leave those out"
    )


def check_weights(chain: ChainSpec, n: int) -> None:
    """A weighted chain has one weight, or one for each generation."""
    if isinstance(chain, Weighted) and len(chain.weights) > 1 and len(chain.weights) != n:
        raise InputError(
            "chain",
            chain,
            f"has {len(chain.weights)} weights for n = {n} generations",
            "give one weight, or one for each generation",
        )


def check_share(share: Fraction, T: int) -> None:
    """The shares of a mixture are whole numbers of rows."""
    if share > 1:
        raise InputError("synthetic_fraction", share, "must be at most 1", "give a share in [0, 1]")
    if (T * share).denominator != 1:
        raise InputError(
            "synthetic_fraction",
            share,
            f"makes T P2 = {T * share}, which is no whole number of rows",
            f"give a multiple of 1/{T}",
        )


def _check_infinite(spectrum: SpectrumSpec, signal: SignalSpec) -> None:
    if not isinstance(spectrum, PowerLaw):
        raise InputError(
            "d",
            "inf",
            f"does not go with the spectrum {spectrum}",
            "take a spectrum power-law:BETA, BETA > 1",
        )
    if spectrum.beta <= 1:
        raise InputError(
            "d",
            "inf",
            f"gives power-law:{spectrum.beta} an infinite trace, and kappa no value",
            "use power-law:BETA with BETA > 1, or a finite d",
        )
    if not isinstance(signal, Source):
        raise InputError(
            "signal",
            signal,
            "does not exist at d = inf: it spreads a unit length evenly over all directions"
            if isinstance(signal, Flat)
            else "does not reach d = inf",
            "take the signal source:R, or a finite d",
        )


def _level_count(spectrum: SpectrumSpec) -> int | None:
    match spectrum:
        case Isotropic():
            return 1
        case Spiked():
            return len(spectrum.spikes) + 1
        case Levels():
            return len(spectrum.levels)
    return None
