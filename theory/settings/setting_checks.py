"""What must hold between the fields of a setting: each check raises InputError where it fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ridgeproof.theory.checks import check_integer, check_real
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.generations import Weighted
from ridgeproof.theory.settings.spectra import (
    Energies,
    Flat,
    Isotropic,
    Levels,
    PowerLaw,
    Source,
    SpectrumSpec,
    Spiked,
)

if TYPE_CHECKING:
    from ridgeproof.theory.settings.setting import Setting

__all__ = ["check_downstream", "check_generations", "check_spectrum"]


def check_spectrum(setting: Setting) -> None:
    """The spectrum and the signal suit each other and the dimension."""
    if setting.is_infinite:
        _check_infinite(setting)
        return
    if setting.d % setting.copies:
        raise InputError(
            "copies", setting.copies, f"must divide d = {setting.d}", "make d a multiple of it"
        )
    base = setting.distinct
    spectrum, signal = setting.spectrum, setting.signal
    if isinstance(signal, Source) and not isinstance(spectrum, PowerLaw):
        raise InputError(
            "signal",
            signal,
            "needs a power-law spectrum, which defines its decay",
            "use --spectrum power-law:BETA, or --signal flat",
        )
    if isinstance(spectrum, Spiked):
        spiked = sum(count for _, count in spectrum.spikes)
        if spiked >= base:
            raise InputError(
                "spectrum", spectrum, f"has {spiked} spikes for d = {base}", "leave room for REST"
            )
    if isinstance(spectrum, Levels):
        total = sum(count for _, count in spectrum.levels)
        if total != base:
            raise InputError(
                "spectrum", spectrum, f"has {total} eigenvalues for d = {base}", f"set d = {total}"
            )
    if isinstance(signal, Energies):
        expected = _level_count(spectrum)
        if expected is None or len(signal.energies) != expected:
            raise InputError(
                "signal",
                signal,
                "needs one energy for each level of an isotropic, spiked or levels spectrum",
                f"give {expected} energies" if expected else "use --signal flat or file:PATH",
            )


def check_generations(setting: Setting) -> None:
    """A schedule and the weights have one entry for each generation."""
    schedule, chain = setting.schedule, setting.chain
    if schedule and len(schedule) != setting.n:
        raise InputError(
            "schedule", len(schedule), f"does not have n = {setting.n} generations", "make n equal"
        )
    if schedule and (setting.T0 is not None or setting.sigma0 or setting.lam0):
        raise InputError(
            "schedule", "given", "goes with neither T0, sigma0 nor lam0", "leave those out"
        )
    if setting.design == "shared" and len({each.T0 for each in schedule}) > 1:
        raise InputError(
            "design", "shared", "reuses one design, but T0 changes", "give one T0, or independent"
        )
    if isinstance(chain, Weighted) and len(chain.weights) > 1 and len(chain.weights) != setting.n:
        raise InputError(
            "chain",
            chain,
            f"has {len(chain.weights)} weights for n = {setting.n} generations",
            "give one weight, or one for each generation",
        )


def check_downstream(setting: Setting) -> None:
    """The shares of a mixture are whole numbers of rows."""
    share = setting.synthetic_fraction
    check_real("synthetic_fraction", share, least=0)
    if share > 1:
        raise InputError("synthetic_fraction", share, "must be at most 1", "give a share in [0, 1]")
    if (setting.T * share).denominator != 1:
        raise InputError(
            "synthetic_fraction",
            share,
            f"makes T P2 = {setting.T * share} rows, which is not whole",
            f"give a multiple of 1/{setting.T}",
        )
    if setting.sigma_real is not None:
        check_real("sigma_real", setting.sigma_real, least=0)
    if setting.width is not None:
        check_integer("width", setting.width, least=1)


def _check_infinite(setting: Setting) -> None:
    spectrum, signal = setting.spectrum, setting.signal
    if not isinstance(spectrum, PowerLaw):
        raise InputError(
            "d", "inf", f"does not go with the spectrum {spectrum}", "use power-law:BETA, BETA > 1"
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
            "use --signal source:R, or a finite d",
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
