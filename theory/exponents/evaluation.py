"""The exponents at given rationals: exact vertex enumeration, no symbols left."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, oo

from ridgeproof.theory.checks import check_real, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.exponents.kept_ridge import classical_ell
from ridgeproof.theory.exponents.maxplus import SIDES, cells
from ridgeproof.theory.exponents.regimes import lowest, settle
from ridgeproof.theory.exponents.regions import c as c_symbol
from ridgeproof.theory.exponents.regions import source
from ridgeproof.theory.exponents.terms import Noise, error_exponent
from ridgeproof.theory.shown import Shown, echoed
from ridgeproof.theory.symbols import beta as beta_symbol
from ridgeproof.theory.symbols import ell as ell_symbol

__all__ = [
    "REGIMES",
    "Exponents",
    "ShownExponents",
    "check_noise",
    "check_parameter",
    "exponents",
]

REGIMES = {
    "classical-plateaus": (
        "the T0 rows limit the rate; the classical ridge learns all d directions and its error "
        "stops decreasing (for c < 1/(2 beta r_ + 1) it tends to n sigma0^2 phi0/(1 - phi0))"
    ),
    "classical-slower": "the T0 rows limit the rate; the classical ridge is too small and slower",
    "classical-optimal": "the classical ridge is optimal",
    "finite-dimension": (
        "all d directions are learned: the parametric rate T^-(1 - c), which every ridge with "
        "ell >= (1 - c)/2 + beta c (1 - r_) reaches"
    ),
    "interpolation": "lam = 0 recovers the truth exactly: the error is 0",
    "undersampled": "no noise and T < d: the smaller the ridge the better, down to T^-beta",
}


_LABELS = {
    "ell": "optimal ridge    lam ~ T^-ell,  ell",
    "rate": "optimal error    E ~ T^rate,    rate",
    "classical_ell": "classical ridge  lam ~ T^-ell,  ell",
    "rate_at_classical": "error there      E ~ T^rate,    rate",
    "rate_at_ell": "at the given ell E ~ T^rate,    rate",
    "regime": "regime",
}


class ShownExponents(Shown):
    """What exponents and formulas for them have in common: their keys, and how they are shown."""

    setting: Mapping[str, Any]

    def _answers(self) -> dict[str, Any]:
        found = {key: getattr(self, key) for key in _LABELS}
        return {key: value for key, value in found.items() if value is not None}

    def data(self) -> dict[str, Any]:
        """Plain data: rationals as p/q, formulas as text."""
        answers = {key: _one_line(value) for key, value in self._answers().items()}
        return {"setting": echoed(self.setting), **answers}

    def rows(self) -> list[tuple[str, str]]:
        """Each exponent, and what the regimes mean."""
        answers = self._answers()
        named = [name for name in REGIMES if name in str(answers["regime"])]
        rows = [(_LABELS[key], _one_line(value)) for key, value in answers.items()]
        if len(named) == 1:
            rows[-1] = ("regime", f"{named[0]}: {REGIMES[named[0]]}")
            return rows
        return [*rows, *((name, REGIMES[name]) for name in named)]


def _one_line(value: Any) -> str:
    return {oo: "inf", -oo: "-inf"}.get(value, str(value))


@dataclass(frozen=True)
class Exponents(ShownExponents):
    """lam ~ T^-ell and E ~ T^rate, exact.

    least_ell is the smallest ell that reaches the rate; it differs from the optimal ell where a
    whole ray of them does (regime finite-dimension).  Finite values are Fractions.  Without noise
    and with T >= d the optimum is lam = 0 and E = 0: ell and rate are then SymPy's oo and -oo.
    """

    ell: Fraction | Expr
    least_ell: Fraction | Expr
    rate: Fraction | Expr
    classical_ell: Fraction
    rate_at_classical: Fraction
    regime: str
    rate_at_ell: Fraction | None = None
    setting: Mapping[str, Any] = field(default_factory=dict, compare=False)


def exponents(
    beta: object,
    r: object,
    c: object,
    *,
    clean: bool = False,
    noise_free: bool = False,
    ell: object = None,
) -> Exponents:
    """Return the optimal and the classical exponents under a power law.

    Arguments:
        beta: capacity, s_i = i^-beta, above 1.
        r: source, s_i w0_i^2 ~ i^-(1 + 2 beta r), above 0.
        c: T0 = T^c and d = phi0 T0 with 0 < phi0 < 1, above 0.
        clean: n sigma0^2 = 0, with label noise sigma > 0.
        noise_free: sigma = n sigma0 = 0.
        ell: also give the rate at lam = T^-ell.

    Powers of T only: at r = 1 the bias carries a factor log T.

    Raises:
        InputError: a value is not an exact number in its range, or the flags contradict.

    >>> found = exponents("3/2", "2/5", "3/5")
    >>> print(found.ell, found.rate, found.classical_ell, found.rate_at_classical, found.regime)
    9/22 -18/55 15/22 -8/55 classical-slower
    """
    noise = check_noise(clean=clean, noise_free=noise_free)
    values = {
        beta_symbol: _rational(check_parameter("beta", beta)),
        source: _rational(min(check_parameter("r", r), Fraction(1))),
        c_symbol: _rational(check_parameter("c", c)),
    }
    side = SIDES[0] if values[c_symbol] <= 1 else SIDES[1]
    functions = [cell.at(values) for cell in cells(noise, side)]
    best = lowest(functions)
    exponent = error_exponent(noise)
    kept = classical_ell().xreplace(values)
    at_kept = exponent.xreplace({**values, ell_symbol: kept})
    given = None if ell is None else _rational(check_parameter("ell", ell))
    optimal = best.ell if best.ell is oo else settle(functions, best)
    return Exponents(
        ell=_fraction(optimal),
        least_ell=_fraction(best.ell),
        rate=_fraction(best.value),
        classical_ell=_fraction(kept),
        rate_at_classical=_fraction(at_kept),
        regime=_regime(noise, best.value, at_kept, optimal == kept),
        rate_at_ell=(
            None if given is None else _fraction(exponent.xreplace({**values, ell_symbol: given}))
        ),
    )


def check_noise(*, clean: bool, noise_free: bool) -> Noise:
    """Return which noises the flags leave.

    Raises:
        InputError: both flags are set.
    """
    if clean and noise_free:
        raise InputError(
            "--clean --noise-free",
            "both",
            "clean data keep the label noise sigma that noise-free data lack",
            "give one of the two",
        )
    if noise_free:
        return Noise.NOISE_FREE
    return Noise.CLEAN if clean else Noise.SYNTHETIC


_BOUNDS: dict[str, dict[str, int]] = {
    "beta": {"above": 1},
    "r": {"above": 0},
    "c": {"above": 0},
    "ell": {"least": 0},
}


def check_parameter(parameter: str, value: object, *, name: str | None = None) -> Fraction:
    """Return beta, r, c or ell as an exact rational in its range.

    Arguments:
        parameter: which of the four.
        value: anything theory.checks.exact reads.
        name: what to call it in the message; by default the parameter.

    Raises:
        InputError: not a finite number, or out of range.
    """
    shown = name or parameter
    return check_real(shown, exact(shown, value), **_BOUNDS[parameter])


def _regime(noise: Noise, rate: Expr, at_classical: Expr, classical_is_best: bool) -> str:
    if noise is Noise.NOISE_FREE:
        return "interpolation" if rate == -oo else "undersampled"
    if classical_is_best:
        return "classical-optimal"
    if noise is Noise.CLEAN:
        return "finite-dimension"
    return "classical-plateaus" if at_classical == 0 else "classical-slower"


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _fraction(value: Expr) -> Fraction | Expr:
    return Fraction(int(value.p), int(value.q)) if value.is_Rational else value
