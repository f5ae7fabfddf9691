"""T7's answers: exact exponents at given rationals, formulas in what is left open."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from textwrap import indent
from typing import Any

from sympy import Expr, Min, Piecewise, Rational, Symbol, latex, oo, pretty, true

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_real, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.scaling.fake_data import (
    Noise,
    best_law,
    c,
    classical_ell,
    error_exponent,
    kept_rates,
    source,
    unfold,
)
from ridgeproof.theory.shown import Shown, aligned, echoed

__all__ = [
    "REGIMES",
    "Exponents",
    "by_growth",
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


@dataclass(frozen=True)
class Exponents(Shown):
    """lam ~ T^-ell and E ~ T^rate, exact; SymPy expressions in the parameters left open.

    least_ell is the smallest ell that reaches the rate; it differs from the optimal ell where a
    whole ray of them does (regime finite-dimension).  Where nothing is open, values are Fractions
    and regime is a name, otherwise a Piecewise of symbols named so.  Without noise and with T >= d
    the optimum is lam = 0 and E = 0: ell and rate are then SymPy's oo and -oo.
    """

    ell: Any
    least_ell: Any
    rate: Any
    classical_ell: Any
    rate_at_classical: Any
    regime: Any
    rate_at_ell: Any = None
    setting: Mapping[str, Any] = field(default_factory=dict, compare=False)

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

    def __str__(self) -> str:
        if isinstance(self.regime, str):
            return super().__str__()
        rows = self.rows()
        formulas = dict(zip((label for label, _ in rows), self._answers().values(), strict=False))
        blocks = [
            f"{label}\n{indent(str(pretty(value, use_unicode=True, wrap_line=False)), '  ')}"
            for label, value in formulas.items()
        ]
        return "\n\n".join([*blocks, aligned(rows[len(formulas) :], indent="  ")])

    def _repr_latex_(self) -> str:
        if isinstance(self.regime, str):
            return super()._repr_latex_()
        lines = [
            rf"\mathrm{{{key.replace('_', ' ')}}} &= {latex(value)}"
            for key, value in self._answers().items()
        ]
        return r"$\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}$"


def _one_line(value: Any) -> str:
    return {oo: "inf", -oo: "-inf"}.get(value, str(value))


def exponents(
    beta: object = None,
    r: object = None,
    c: object = None,
    *,
    clean: bool = False,
    noise_free: bool = False,
    ell: object = None,
) -> Exponents:
    """Return the optimal and the classical exponents under a power law.

    Arguments:
        beta: capacity, s_i = i^-beta, above 1; what is left out stays a symbol.
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
    >>> exponents(2, "1/2").ell
    Piecewise((2*c/3, c <= 1), (2/3, True))
    """
    given = {"beta": beta, "r": r, "c": c}
    known = {name: _checked(name, value) for name, value in given.items() if value is not None}
    at = None if ell is None else _checked("ell", ell)
    noise = _noise(clean=clean, noise_free=noise_free)
    values = {_SYMBOLS[name]: _rational(value) for name, value in known.items()}
    rate = unfold(error_exponent(noise)).subs(values)
    setting = {**known, "clean": clean or None, "noise_free": noise_free or None, "ell": at}
    rate_at_ell = None if at is None else rate.subs(sy.ell, _rational(at))
    asked: dict[str, Any] = {"setting": setting, "rate_at_ell": rate_at_ell}
    formulas = vars(_formulas(noise)).items()
    found = Exponents(**{name: each.subs(values) for name, each in formulas if each} | asked)
    if len(known) < len(given):
        return found
    numbers = {name: _fraction(value) for name, value in vars(found).items()}
    return Exponents(**{**numbers, "regime": str(found.regime)})


@lru_cache(maxsize=8)
def _formulas(noise: Noise) -> Exponents:
    """With beta, r and c open."""
    best = best_law(noise)
    pieces = (*map(by_growth, (best.ell, best.least_ell, best.rate)), kept_rates(noise))
    ell, least_ell, rate, at_classical = (
        Piecewise(*((unfold(x), c <= unfold(high)) for x, high in each)) for each in pieces
    )
    return Exponents(ell, least_ell, rate, classical_ell(), at_classical, _regimes(noise))


def by_growth(value: Expr | None) -> tuple[tuple[Expr, Expr], ...]:
    """A formula of a law, in beta, r_ and c, as (value, largest c)."""
    assert value is not None
    value = value.subs(Min(1, sy.r), source)
    if value.has(least := Min(1, c)):
        return (value.subs(least, c), Rational(1)), (value.subs(least, 1), oo)
    pieces = value.args if isinstance(value, Piecewise) else ((value, true),)
    return tuple((each, oo if at is true else at.gts) for each, at in pieces)


_SYMBOLS = {"beta": sy.beta, "r": sy.r, "c": c}


def _regimes(noise: Noise) -> Expr:
    """The regime's name, as a symbol, from c alone."""
    edge = unfold(kept_rates(Noise.SYNTHETIC)[0][1])
    names = {
        Noise.NOISE_FREE: (("interpolation", c <= 1), ("undersampled", True)),
        Noise.CLEAN: (("finite-dimension", c < edge), ("classical-optimal", True)),
    }
    default = (
        ("classical-plateaus", c <= edge),
        ("classical-slower", c < 1),
        ("classical-optimal", True),
    )
    return Piecewise(*((Symbol(name), where) for name, where in names.get(noise, default)))


def _noise(*, clean: bool, noise_free: bool) -> Noise:
    """Which noises the flags leave."""
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


def _checked(parameter: str, value: object) -> Fraction:
    """beta, r, c or ell as an exact rational in its range."""
    return check_real(parameter, exact(parameter, value), **_BOUNDS[parameter])


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _fraction(value: Any) -> Any:
    return Fraction(int(value.p), int(value.q)) if isinstance(value, Rational) else value
