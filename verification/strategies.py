"""Hypothesis strategies for settings and processes: the public way to test a claim of one's own.

How they are drawn, and what a counterexample shrinks to, is `verification.conjectures.drawing`.

    from hypothesis import given
    from ridgeproof.verification.strategies import settings, underparametrised

    @given(settings(underparametrised()))
    def test_my_formula(setting): ...
"""

from __future__ import annotations

from collections import Counter
from fractions import Fraction

from hypothesis.strategies import SearchStrategy
from sympy import Integer

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.domain import Domain, make_domain
from ridgeproof.theory.domains.entries import IntegerRange, RealInterval
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.drawing import Drawn, draw, places
from ridgeproof.verification.pipelines import processes

__all__ = [
    "Drawn",
    "admissible",
    "draw",
    "everywhere",
    "noise_free",
    "overparametrised",
    "places",
    "processes",
    "settings",
    "underparametrised",
]


def _sizes(least: int, most: int) -> IntegerRange:
    return IntegerRange(Integer(least), Integer(most))


_NOISE = RealInterval(Fraction(0), Fraction(2))
_NOISY = {
    "sigma": _NOISE, "sigma0": _NOISE, "lam": _NOISE,
    "spectrum": ("isotropic", "power-law:3/2", "ar1:1/2", "spiked:10*2,1"),
}  # fmt: skip
_DESIGNS = ("independent", "shared")


def everywhere(largest: int = 40) -> Domain:
    """Any design, noise and ridge, on either side of both thresholds; d from 3 to ``largest``."""
    return make_domain(
        d=_sizes(3, largest),
        T=IntegerRange(Integer(1), 4 * sy.d),
        T0=IntegerRange(Integer(1), 4 * sy.d),
        n=_sizes(0, 5),
        **_NOISY,
        design=_DESIGNS,
    )


def underparametrised(largest: int = 40) -> Domain:
    """Downstream and generators with more rows than features: T, T0 from d + 2 to 4 d."""
    return make_domain(
        d=_sizes(5, largest),
        T=IntegerRange(sy.d + 2, 4 * sy.d),
        T0=IntegerRange(sy.d + 2, 4 * sy.d),
        n=_sizes(0, 5),
        **_NOISY,
    )


def overparametrised(largest: int = 40) -> Domain:
    """Generators with fewer rows than features, T0 from 2 to d - 2, of either design."""
    return make_domain(
        d=_sizes(6, largest),
        T=IntegerRange(Integer(2), 4 * sy.d),
        T0=IntegerRange(Integer(2), sy.d - 2),
        n=_sizes(1, 5),
        **_NOISY,
        design=_DESIGNS,
    )


def noise_free(largest: int = 40) -> Domain:
    """No label noise anywhere and no ridge: T >= d + 2, T0 from 1 to d - 1."""
    return make_domain(
        d=_sizes(3, largest),
        T=IntegerRange(sy.d + 2, 4 * sy.d),
        T0=IntegerRange(Integer(1), sy.d - 1),
        n=_sizes(1, 5),
        design=_DESIGNS,
    )


def settings(
    domain: Domain | None = None,
    *,
    quantity: str = "test_error",
    out_of_scope: Counter[str] | None = None,
) -> SearchStrategy[Setting]:
    """Settings of a domain at which the quantity has a finite variance.

    Sizes keep a gap of 8 from an interpolation threshold that noise may meet, wherever the domain
    allows it, and may lie anywhere else.  Draws that are out of scope all the same are rejected,
    reported as hypothesis events, and counted.  Where a domain has no admissible setting at all
    hypothesis raises Unsatisfiable: see whether `draw` finds one first.

    Args:
        domain: where the settings lie; `everywhere()` by default.
        quantity: test_error, bias, variance, synthetic or optimal_lam, which decides what noise
            matters.
        out_of_scope: incremented by reason for every draw that is rejected.
    """
    return places(everywhere() if domain is None else domain, quantity, out_of_scope)
