"""The phase diagram's proofs, fixed point and isotropic radii."""

from __future__ import annotations

from sympy import cancel

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.chains.phase import (
    check_fixed_point,
    forgetting,
    isotropic_is_slower_in_the_mean,
    isotropic_radius,
)
from ridgeproof.theory.spectral import SpectralSum


def test_the_fixed_point_is_proved():
    """One generation maps it to itself, as rational functions of s; it holds one sum, J."""
    assert len(check_fixed_point().atoms(SpectralSum)) == 1


def test_the_level_inequalities_are_proved():
    """J < 1/2 and rho <= s_1/(s_1+kappa0), with no negative coefficient left."""
    half, slower = forgetting()
    for proof in (half, slower):
        assert all(c > 0 for c in (*proof.numerator.coeffs(), *proof.denominator.coeffs()))
    # The second is tight exactly where s_1 = s: its x = s_1 - s is in every term.
    x = next(symbol for symbol in slower.numerator.gens if symbol.name == "x")
    assert slower.numerator.as_expr().subs(x, 0) == 0


def test_isotropic_radii():
    """eta for minimum norm, 1 for least squares, below 1/(1+kappa0) for lam0 > 0."""
    radius = isotropic_radius()
    minimum_norm = {sy.T0: sy.eta * sy.d, sy.kappa0: (1 - sy.eta) / sy.eta}
    assert cancel(radius.subs(minimum_norm, simultaneous=True) - sy.eta) == 0
    assert cancel(radius.subs(sy.kappa0, 0)) == 1
    assert all(c > 0 for c in isotropic_is_slower_in_the_mean().numerator.coeffs())
