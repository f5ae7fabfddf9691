"""The affine map of one generation: its parts put together are the step."""

from __future__ import annotations

import pytest
from sympy import cancel, simplify, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.chains.affine import affine_step
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

STEP = find("T4").expressions["second_moment"]


def test_parts_rebuild_the_step():
    """a' = D a + g sum(c a) + h is the catalogued second moment."""
    parts = affine_step(STEP)
    rebuilt = parts.diagonal * sy.a + parts.spread * SpectralSum(parts.collected * sy.a)
    assert cancel(together(rebuilt + parts.shift - STEP)) == 0


def test_parts_are_those_of_the_theory():
    """D = (1-K0)^2, c = s/(s+kappa0)^2, and g, h carry 1/(T0 (1-gamma0))."""
    parts = affine_step(STEP)
    s, k, rows = sy.s, sy.kappa0, sy.T0 * (1 - sy.gamma0)
    assert simplify(parts.diagonal - (s / (s + k)) ** 2) == 0
    assert simplify(parts.collected - s / (s + k) ** 2) == 0
    assert simplify(parts.spread - s * (k / (s + k)) ** 2 / rows) == 0
    assert simplify(parts.shift - sy.sigma0**2 * s / (s + k) ** 2 / rows) == 0
    for part in (parts.diagonal, parts.spread, parts.collected, parts.shift):
        assert not part.has(sy.a)


@pytest.mark.parametrize(
    "step",
    [
        sy.a**2 + SpectralSum(sy.a),
        sy.a + SpectralSum(sy.a**2),
        SpectralSum(sy.a) ** 2 + sy.a,
        SpectralSum(sy.a) + SpectralSum(sy.a * sy.s),
        sy.a * SpectralSum(sy.a),
    ],
)
def test_other_steps_are_refused(step):
    """Quadratic steps, and steps with several sums, are not of this form."""
    with pytest.raises(DerivationError, match=r"not affine|more than one sum"):
        affine_step(step)


def test_a_step_without_a_sum_spreads_nothing():
    """Least squares keeps a on every level and adds its noise."""
    parts = affine_step(find("T2a").expressions["second_moment"])
    assert (parts.diagonal, parts.spread, parts.collected) == (1, 0, 0)
    assert parts.shift == sy.sigma0**2 / (sy.s * (sy.T0 - sy.d - 1))
