"""Hypothesis strategies for settings and processes: the public way to test a claim of one's own.

Numbers lie on rational grids and sizes are drawn after the sizes they depend on, so that a
counterexample shrinks to small sizes, first options and readable numbers.

    from hypothesis import given
    from ridgeproof.verification.strategies import settings, underparametrised

    @given(settings(underparametrised()))
    def test_my_formula(setting): ...
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

from hypothesis import event, reject
from hypothesis import strategies as st
from sympy import Integer

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.domain import Domain, make_domain
from ridgeproof.theory.domains.entries import IntegerRange, RealInterval
from ridgeproof.theory.domains.space import Place, Space
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import (
    Drawn,
    admissible,
    candidates,
    draw,
    draw_settings,
    grid,
    has_admissible_point,
    has_signs,
    round_values,
    spans,
)
from ridgeproof.verification.pipelines import processes

__all__ = [
    "Drawn",
    "HypothesisChoices",
    "admissible",
    "draw",
    "draw_settings",
    "everywhere",
    "has_admissible_point",
    "noise_free",
    "overparametrised",
    "processes",
    "rationals",
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


@lru_cache(maxsize=256)
def rationals(least: Fraction, most: Fraction) -> st.SearchStrategy[Fraction]:
    """Readable rationals in an interval: on a decimal grid, at its ends or at a round value."""
    if least == most:
        return st.just(least)
    grids = [
        st.integers(first, last).map(partial(_over, below))
        for below, first, last in grid(least, most)
    ]
    # The first branch is what a counterexample shrinks to: the coarse grid, from its lower end.
    return st.one_of(*grids, st.sampled_from(round_values(least, most)))


def _over(below: int, above: int) -> Fraction:
    return Fraction(above, below)


@lru_cache(maxsize=1024)
def _wholes(parts: tuple[range, ...], special: tuple[int, ...]) -> st.SearchStrategy[int]:
    anywhere = [st.integers(part[0], part[-1]) for part in parts]
    return st.one_of(*anywhere, st.sampled_from(special))


@dataclass(frozen=True)
class HypothesisChoices:
    """Choices that hypothesis makes, and shrinks towards the first option and the least number."""

    draw: st.DrawFn
    quantity: str
    signs: bool

    def option(self, name: str, options: tuple[Any, ...]) -> Any:
        """One of the options."""
        return options[0] if len(options) == 1 else self.draw(st.sampled_from(options))

    def whole(self, name: str, least: int, most: int, known: Mapping[str, Fraction]) -> int:
        """A whole number, with a gap from a threshold where noise may meet it."""
        special = candidates(self.quantity, signs=self.signs)(name, least, most, known)
        parts = spans(name, least, most, known, self.quantity, signs=self.signs)
        return self.draw(_wholes(tuple(parts), tuple(special)))

    def real(self, name: str, least: Fraction, most: Fraction) -> Fraction:
        """A readable rational."""
        return self.draw(rationals(least, most))


def settings(
    domain: Domain | None = None,
    *,
    quantity: str = "test_error",
    out_of_scope: Counter[str] | None = None,
) -> st.SearchStrategy[Setting]:
    """Settings of a domain at which the quantity has a finite variance.

    Sizes keep a gap of 8 from an interpolation threshold that noise may meet, wherever the domain
    allows it, and may lie anywhere else.  Draws that are out of scope all the same are rejected,
    reported as hypothesis events, and counted.  Where a domain has no admissible setting at all
    hypothesis raises Unsatisfiable: ask `has_admissible_point` first.

    Args:
        domain: where the settings lie; `everywhere()` by default.
        quantity: test_error, bias, variance, synthetic or optimal_lam, which decides what noise
            matters.
        out_of_scope: incremented by reason for every draw that is rejected.
    """
    return _settings(everywhere() if domain is None else domain, quantity, out_of_scope)


@st.composite
def _settings(
    draw: st.DrawFn, domain: Domain, quantity: str, out_of_scope: Counter[str] | None
) -> Setting:
    setting = domain.attempt(HypothesisChoices(draw, quantity, has_signs(domain)))
    reason = setting if isinstance(setting, str) else admissible(setting, quantity)
    if isinstance(setting, str) or reason is not None:
        event(f"out of scope: {reason}")
        if out_of_scope is not None:
            out_of_scope[str(reason)] += 1
        reject()
    return setting


@st.composite
def places(draw: st.DrawFn, space: Space[Place]) -> Place:
    """Places of any domain, next to a threshold too; they shrink like `settings`."""
    # The bias keeps no gap from a threshold.
    found = space.attempt(HypothesisChoices(draw, "bias", signs=False))
    if isinstance(found, str):
        reject()
    return found
