"""Setting: one exactly stated instance of the process, validated once.

The process (Dohmatob, Feng, Kempe 2024, arXiv 2402.07712): Gaussian features with covariance
Sigma in d dimensions, ground truth w0, a chain of n generators each fitted on T0 rows labelled
by its predecessor (label noise sigma0, ridge lam0, least squares or minimum norm at lam0 = 0),
then one downstream ridge fit on T rows (label noise sigma, ridge lam in the normalisation
``(X'X/T + lam)^-1``, so that scikit-learn's alpha is T*lam).  n = 0 is clean data.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from typing import Any, Final

from theory.checks import check_integer, check_real, exact
from theory.errors import InfiniteExpectation, InputError
from theory.spectra import (
    Energies,
    Flat,
    Isotropic,
    Levels,
    PowerLaw,
    SignalSpec,
    Source,
    SpectrumSpec,
    Spiked,
    parse_signal,
    parse_spectrum,
)

__all__ = ["DESIGNS", "INFINITE", "Setting", "make_setting", "require_finite"]

DESIGNS = ("independent", "shared")
# The dimension of an infinite power law.  It compares with integers as it should; whoever does
# arithmetic with d asks `Setting.is_infinite` first.
INFINITE: Final[int] = math.inf  # type: ignore[assignment]
_ISOTROPIC, _FLAT = Isotropic(), Flat()


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One instance of the process; every number is exact.

    ``copies = k`` means that the spectrum specification describes d/k levels, each repeated k
    times with its signal energy split equally: the deterministic equivalent of `grown(k)` equals
    that of the setting itself, which is how limits are approached.

    ``d = INFINITE`` (``"inf"``) is the limit of a power law with beta > 1, whose trace is finite,
    and a signal with a source, whose energy is.

    Raises:
        InputError: a field violates its range, or two fields contradict each other.
    """

    d: int
    T: int
    T0: int | None = None
    n: int = 0
    sigma: Fraction = Fraction(0)
    sigma0: Fraction = Fraction(0)
    lam: Fraction = Fraction(0)
    lam0: Fraction = Fraction(0)
    design: str = "independent"
    spectrum: SpectrumSpec = _ISOTROPIC
    signal: SignalSpec = _FLAT
    copies: int = 1

    def __post_init__(self) -> None:
        for name in ("T", "copies"):
            check_integer(name, getattr(self, name), least=1)
        _check_dimension("d", self.d)
        check_integer("n", self.n, least=0)
        for name in ("sigma", "sigma0", "lam", "lam0"):
            check_real(name, getattr(self, name), least=0)
        if self.n >= 1 and self.T0 is None:
            raise InputError(
                "T0", "missing", "a chain of n >= 1 generators needs its sample size", "give T0"
            )
        if self.T0 is not None:
            check_integer("T0", self.T0, least=1)
        if self.design not in DESIGNS:
            raise InputError(
                "design", self.design, "is not a design", "choose independent or shared"
            )
        _check_spectrum(self)

    @property
    def is_infinite(self) -> bool:
        """Whether d is infinite."""
        return self.d == INFINITE

    @property
    def distinct(self) -> int:
        """How many eigenvalues the spectrum specification describes: d over copies."""
        return self.d if self.is_infinite else self.d // self.copies

    def grown(self, k: int) -> Setting:
        """The same setting k times as large: every level k times, and d, T, T0 times k."""
        T0 = None if self.T0 is None else k * self.T0
        return replace(self, d=k * self.d, T=k * self.T, T0=T0, copies=k * self.copies)

    def clean(self) -> Setting:
        """The same downstream fit on clean data (n = 0)."""
        return replace(self, n=0)

    def with_(self, **changes: Any) -> Setting:
        """A copy with some fields changed, validated again."""
        return replace(self, **changes)

    def canonical(self) -> dict[str, str | int | None]:
        """The setting as plain JSON values; two settings are equal iff these are."""
        plain: dict[str, str | int | None] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            plain[field.name] = value if isinstance(value, int) or value is None else str(value)
        return plain

    def command_line(self) -> str:
        """The setting as options of the command line, ready to paste."""
        parts = [f"--d {self.d}", f"--T {self.T}"]
        if self.n:
            parts += [f"--T0 {self.T0}", f"--n {self.n}", f"--sigma0 {self.sigma0}"]
            if self.lam0:
                parts.append(f"--lam0 {self.lam0}")
            if self.design != "independent":
                parts.append(f"--design {self.design}")
        parts += [f"--sigma {self.sigma}", f"--lam {self.lam}"]
        parts += [f"--spectrum {self.spectrum}", f"--signal {self.signal}"]
        if self.copies > 1:
            parts.append(f"--copies {self.copies}")
        return " ".join(parts)

    def __str__(self) -> str:
        return self.command_line().replace("--", "")


def make_setting(**given: Any) -> Setting:
    """Build a Setting from user-friendly values: numbers as int, float, Fraction or text.

    Floats are read through their shortest decimal form (0.1 is exactly 1/10); spectrum and signal
    may be given as text.

    Raises:
        InputError: naming the offending field.

    >>> make_setting(d=10, T=20, lam=0.1, spectrum="power-law:3/2").lam
    Fraction(1, 10)
    """
    known = {field.name for field in fields(Setting)}
    for name in given:
        if name not in known:
            raise InputError(
                "setting", name, "is not a field of a setting", f"choose from {sorted(known)}"
            )
    made: dict[str, Any] = {}
    for name, value in given.items():
        if value is None:
            continue
        match name:
            case "d":
                made[name] = _check_dimension(name, value)
            case "T" | "T0" | "copies":
                made[name] = check_integer(name, value, least=1)
            case "n":
                made[name] = check_integer(name, value, least=0)
            case "sigma" | "sigma0" | "lam" | "lam0":
                made[name] = exact(name, value)
            case "spectrum" if isinstance(value, str):
                made[name] = parse_spectrum(value, name)
            case "signal" if isinstance(value, str):
                made[name] = parse_signal(value, name)
            case _:
                made[name] = value
    for name in ("d", "T"):
        if name not in made:
            raise InputError(name, "missing", "is needed", f"give {name}")
    return Setting(**made)


def require_finite(setting: Setting) -> None:
    """Raise InfiniteExpectation when the expected test error of the setting is infinite.

    The inverse Wishart moment E tr (X'X)^+ is infinite for T in {d-1, d, d+1}; it enters whenever
    label noise meets an unregularised fit.  Source: derived here (see docs/theory.md).

    Raises:
        InfiniteExpectation: n >= 1, sigma0 > 0, lam0 = 0 and |T0 - d| <= 1; or sigma > 0, lam = 0
            and |T - d| <= 1.
    """
    d, T, T0 = setting.d, setting.T, setting.T0
    if (
        setting.n >= 1
        and setting.sigma0 > 0
        and setting.lam0 == 0
        and T0 is not None
        and abs(T0 - d) <= 1
    ):
        raise InfiniteExpectation(
            "T0",
            T0,
            f"lies within 1 of d = {d}, where a generator fitted without ridge on noisy labels "
            "has infinite expected error, whatever lam is",
            f"take T0 <= {d - 2} or T0 >= {d + 2}, or lam0 > 0, or sigma0 = 0",
        )
    if setting.sigma > 0 and setting.lam == 0 and abs(T - d) <= 1:
        raise InfiniteExpectation(
            "T",
            T,
            f"lies within 1 of d = {d}, where the ridgeless fit has infinite expected error",
            f"take T <= {d - 2} or T >= {d + 2}, or lam > 0, or sigma = 0",
        )


def _check_dimension(name: str, value: object) -> int:
    if value == INFINITE or (isinstance(value, str) and value.strip() == "inf"):
        return INFINITE
    return check_integer(name, value, least=1)


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


def _check_spectrum(setting: Setting) -> None:
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


def _level_count(spectrum: SpectrumSpec) -> int | None:
    match spectrum:
        case Isotropic():
            return 1
        case Spiked():
            return len(spectrum.spikes) + 1
        case Levels():
            return len(spectrum.levels)
    return None
