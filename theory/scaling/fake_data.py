"""T7, fake data: the settings whose error is asked as T grows, and the exponents of its terms.

s_i = i^-beta, b_i = i^-(1 + 2 beta r), lam = T^-ell, T0 = T^c, d = phi0 T0 with 0 < phi0 < 1.  A
setting is a process, and its exponents are those of that process (`scaling_laws`).  What the
theorem states of each term, as a power of T, is written here and compared with the process on every
piece of (beta, r, c, ell) by `require_terms`:

    learned directions   T^f,   f = min(ell/beta, c, 1)
    kappa = T^-k,        k = ell if c <= 1 (T >= d),   k = min(ell, beta) if c > 1 (T < d)
    bias                 -2 k + 2 beta (1 - r_) f,     r_ = min(r, 1)       (log T at r = 1)
    variance             f - 1
    synthetic            max(f - c, f - 1)

Inside the domain ell < beta min(1, c) these read -2 r_ ell, ell/beta - 1 and
max(ell/beta - c, ell/beta - 1).  Beyond it either df_2 is d (T >= d) and the bias falls as
kappa^2, or kappa has reached its value at lam = 0 (T < d) and nothing moves any more.  k jumps at
c = 1: d/T tends to phi0 < 1 at c = 1 and to infinity above.

Inside the domain and for c <= 1 it is the scaling law of Dohmatob, Feng, Kempe, NeurIPS 2024
(arXiv 2402.07712); beyond, derived here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from sympy import Add, Expr, Max, Min, Piecewise, S, Symbol, factor, oo
from sympy.polys.fields import FracElement

from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.process.text import steps_text
from ridgeproof.theory.scaling.exponents import ELL, Law, scaling_laws
from ridgeproof.theory.scaling.leading import PowerLaws
from ridgeproof.theory.scaling.order import Place, Space
from ridgeproof.theory.scaling.scale import read_scale
from ridgeproof.theory.scaling.sweep import Found, sweep_all
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.symbols import beta, ell, r

__all__ = [
    "KAPPA",
    "LEARNED",
    "Noise",
    "best_law",
    "c",
    "classical_ell",
    "error_exponent",
    "kept_rates",
    "require_equal",
    "require_terms",
    "source",
    "terms",
    "unfold",
]

c = Symbol("c", positive=True)
# The saturated source exponent r_ = min(r, 1): ridge cannot use more smoothness than r = 1.
source = Symbol("r_", positive=True)

# The symbols of the theory for names.
_THEIRS = {Symbol(each.name): each for each in (beta, r, source, c)}

LEARNED = Min(ell / beta, c, S.One)
KAPPA = Piecewise((ell, c <= 1), (Min(ell, beta), True))

_TERMS: dict[str, Expr] = {
    "bias": -2 * KAPPA + 2 * beta * (1 - source) * LEARNED,
    "variance": LEARNED - 1,
    "synthetic": Max(LEARNED - c, LEARNED - 1, evaluate=False),
}


class Noise(StrEnum):
    """Which label noises are present, hence which terms the error has."""

    SYNTHETIC = "synthetic"
    """n >= 1, sigma0 > 0, sigma > 0: all three terms."""
    SYNTHETIC_ONLY = "synthetic-only"
    """n >= 1, sigma0 > 0, sigma = 0."""
    CLEAN = "clean"
    """n sigma0^2 = 0, sigma > 0."""
    NOISE_FREE = "noise-free"
    """sigma = n sigma0 = 0."""


_PRESENT = {
    Noise.SYNTHETIC: ("bias", "variance", "synthetic"),
    Noise.SYNTHETIC_ONLY: ("bias", "synthetic"),
    Noise.CLEAN: ("bias", "variance"),
    Noise.NOISE_FREE: ("bias",),
}


def terms(noise: Noise = Noise.SYNTHETIC) -> dict[str, Expr]:
    """Return the exponent of each term present, in ell, beta, c and r_ = min(r, 1).

    >>> sorted(terms(Noise.CLEAN))
    ['bias', 'variance']
    """
    return {name: _TERMS[name] for name in _PRESENT[noise]}


def error_exponent(noise: Noise = Noise.SYNTHETIC) -> Expr:
    """Return the exponent of the whole error at lam = T^-ell: the maximum of its terms.

    >>> from sympy import Rational
    >>> at = {ell: Rational(9, 22), beta: Rational(3, 2), source: Rational(2, 5), c: Rational(3, 5)}
    >>> error_exponent().subs(at)
    -18/55
    """
    return Max(*terms(noise).values(), evaluate=False)


def unfold(expression: Expr) -> Expr:
    """Write r_ out as min(r, 1)."""
    return expression.subs(source, Min(r, 1))


@lru_cache(maxsize=8)
def best_law(noise: Noise) -> Law:
    """The optimal ell and rate of the error of a setting, in beta, r and c.

    >>> best_law(Noise.NOISE_FREE).rate
    Piecewise((-oo, c <= 1), (-2*beta*Min(1, r), True))
    """
    return _law(*_setting(noise), "d = T^c/2, lam = T^-ell")


@lru_cache(maxsize=1)
def classical_ell() -> Expr:
    """The optimum of clean, noisy data with an unlimited spectrum.

    >>> classical_ell()
    beta/(2*beta*Min(1, r) + 1)
    """
    found = _law(*_setting(Noise.CLEAN), "lam = T^-ell").ell
    assert found is not None
    return found


def _setting(noise: Noise) -> tuple[Process, dict[str, Fraction]]:
    """A setting with these noises, as a process, and the values that do not grow."""
    fake = "synthetic" in _PRESENT[noise]
    sigma = Fraction("variance" in _PRESENT[noise])
    # The sizes stand for any, and n for any number of generations: it is a factor.
    setting = make_setting(d=1, T=4, T0=2, n=int(fake), sigma=sigma, sigma0=int(fake), lam=1)
    process = setting.process()
    return process, {name: x for name, x in process.defaults.items() if name not in _SIZES}


_SIZES = {"d", "T", "T0", "lam"}


def _law(process: Process, values: Mapping[str, Fraction], scale: str) -> Law:
    """The law of the one ask of a process, in the symbols of the theory."""
    grown = read_scale(f"T0 = T^c, {scale}" if "n" in values else scale)
    (law,) = scaling_laws(process, grown, PowerLaws(None, None), values).values()
    if not isinstance(law, Law):
        raise law
    found = (getattr(law, each.name) for each in fields(law))
    return Law(*(None if each is None else each.subs(_THEIRS) for each in found))


def require_terms() -> None:
    """Compare what is stated of each term, and of the error, with the process.

    Raises:
        DerivationError: they differ somewhere in beta > 1 and r, c, ell > 0.
    """
    stated = {**terms(), "error": error_exponent()}
    for name, rate in _process_rates().items():
        require_equal(rate, unfold(stated[name]))


@lru_cache(maxsize=1)
def _process_rates() -> dict[str, Expr]:
    """The exponent of each term and of the error at lam = T^-x, from the process alone."""
    scale = "d = T^c/2, lam = T^-x"
    whole, values = _setting(Noise.SYNTHETIC)
    # Without a signal what is left of the error of fake data is its noise terms.
    steps = steps_text(whole.steps).replace("m = w0", "m = 0*w0")
    silent = make_process({"process": {"steps": steps}, "ask": {"noise": "norm2(f)"}})
    asked = {
        "bias": _setting(Noise.NOISE_FREE),
        "variance": (silent, {**values, "sigma0": Fraction(0)}),
        "synthetic": (silent, {**values, "sigma": Fraction(0)}),
        "error": (whole, values),
    }
    return {name: _law(*each, scale).rate for name, each in asked.items()}


def require_equal(left: Expr, right: Expr) -> None:
    """Compare two piecewise linear expressions in beta, r, c and ell, which may be called x.

    Raises:
        DerivationError: they differ somewhere.
    """
    space = Space(["beta", "r", "c", ELL])
    sides = [each.subs(Symbol("x"), ell) for each in (left, right)]

    def compute(sample: dict[str, Fraction]) -> Found:
        place = Place(space, sample)
        first, second = map(place.form, sides)
        if first != second:
            raise DerivationError(f"{left} is not {right} at {sample}")
        return Found(None, tuple(place.positive))

    sweep_all(space, space.names, compute)


@lru_cache(maxsize=8)
def kept_rates(noise: Noise) -> tuple[tuple[Expr, Expr], ...]:
    """The rate at the classical ell, as (rate, largest c) in beta, c and r_.

    Between two values of c each term has one exponent; the rate is the largest of those that are
    the largest for some beta and r_.

    >>> [(str(rate), str(high)) for rate, high in kept_rates(Noise.SYNTHETIC)][:2]
    [('0', '1/(2*beta*r_ + 1)'), ('-c + 1/(2*beta*r_ + 1)', '1')]
    """
    kept = classical_ell().subs(Min(1, r), source)
    stated = [term.subs(ell, kept) for term in terms(noise).values()]
    space = Space(["beta", "r_", "c"])
    largest: dict[tuple[FracElement, ...], dict[Expr, None]] = {}

    def compute(sample: dict[str, Fraction]) -> Found:
        place = Place(space, sample)
        exponents = [place.resolved(term) for term in stated]
        found = tuple(map(space.form, exponents))
        largest.setdefault(found, {})[place.resolved(Max(*exponents, evaluate=False))] = None
        return Found(found, tuple(place.positive))

    ends = {"beta": (Fraction(1), None), "r_": (Fraction(0), Fraction(1))}
    # One piece of beta, and of r_: the values of c are formulas in them.
    ((_, _, ((_, _, pieces),)),) = sweep_all(space, space.names, compute, ends)
    rates: list[tuple[Expr, Expr]] = []
    for piece in pieces:
        rate = Max(*map(_written, largest[piece.content]))
        if rates and rates[-1][0] == rate:
            rates.pop()
        rates.append((rate, oo if piece.high is None else piece.high.as_expr().subs(_THEIRS)))
    return tuple(rates)


def _written(exponent: Expr) -> Expr:
    """An exponent with what is c in it apart."""
    return Add(*map(factor, Add.make_args(exponent))) if exponent.has(c) else factor(exponent)
