"""Real and synthetic rows downstream (N2): specialisations, and the exact factor by other ways."""

from __future__ import annotations

from fractions import Fraction

import pytest
from sympy import Rational, cancel, limit, oo, simplify

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.calculus.derivation import insert
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.formula import Form
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.theory.theorems.mixing_least_squares import carried_over

P2 = sy.synthetic_fraction
CHAIN = sy.w0**2 + sy.n * sy.sigma0**2 / (sy.s * (sy.T0 - sy.d - 1))


def mixing():
    """The functional of (a, m)."""
    return find("mixing").expression()


def test_only_synthetic_rows_is_the_functional_of_the_source():
    """P2 = 1 is T3, and on a least-squares chain T2, for every spectrum; P2 = 1/2 is not."""
    assert equal(mixing().subs(P2, 1), find("T3").expression())
    chain = insert({sy.a: CHAIN, sy.m: sy.w0})(mixing())
    assert equal(chain.subs(P2, 1), find("T2").expression())
    assert not equal(mixing().subs(P2, Rational(1, 2)), find("T3").expression())


def test_only_real_rows_is_clean_ridge():
    """P2 = 0 is T2 without generators, whatever the generator, with the noise of real rows."""
    clean = find("T2").expression().subs({sy.n: 0, sy.sigma: sy.sigma_real})
    assert equal(mixing().subs(P2, 0), clean)


def test_a_generator_that_is_the_truth_is_clean_data():
    """delta = 0 leaves clean ridge with the mean variance of the labels."""
    at_truth = insert({sy.a: sy.w0**2, sy.m: sy.w0})(mixing())
    pooled = (1 - P2) * sy.sigma_real**2 + P2 * sy.sigma**2
    clean = find("T2").expression().subs(sy.n, 0)
    assert equal(at_truth, clean.subs(sy.sigma**2, pooled))


def test_a_mixture_is_one_labeller_with_more_noise():
    """N2 is T3 on labels of w0 + P2 delta, whose noise is larger by P1 P2 E||delta||_Sigma^2."""
    deviation = sy.a - 2 * sy.m * sy.w0 + sy.w0**2
    drift = sy.m - sy.w0
    labeller = {
        sy.a: sy.w0**2 + 2 * P2 * drift * sy.w0 + P2**2 * deviation,
        sy.m: sy.w0 + P2 * drift,
    }
    pooled = (1 - P2) * sy.sigma_real**2 + P2 * sy.sigma**2
    noise = pooled + (1 - P2) * P2 * SpectralSum(sy.s * deviation)
    one = insert(labeller)(find("T3").expression())
    assert equal(one.subs(sy.sigma**2, noise), mixing())
    assert not equal(one.subs(sy.sigma**2, pooled), mixing())


def test_a_fixed_synthetic_fraction_stops_the_scaling():
    """T -> infinity (gamma -> 0), then lam -> 0 (kappa -> 0), leave P2^2 E||delta||_Sigma^2."""
    plentiful = mixing().subs(sy.gamma, 0).replace(
        lambda node: isinstance(node, SpectralSum),
        lambda node: SpectralSum(node.summand.subs(sy.kappa, 0)),
    )  # fmt: skip
    deviation = SpectralSum(sy.s * (sy.a - 2 * sy.m * sy.w0 + sy.w0**2))
    assert equal(plentiful, P2**2 * deviation)
    assert not equal(plentiful, P2 * deviation)


def test_without_ridge_the_limit_is_the_exact_form_at_large_size():
    """mixing at kappa = 0, T > d, is the proportional limit of the exact least-squares form."""
    at_zero = mixing().replace(
        lambda node: isinstance(node, SpectralSum),
        lambda node: SpectralSum(node.summand.subs(sy.kappa, 0)),
    ).subs(sy.gamma, sy.d / sy.T)  # fmt: skip
    exact = find("mixing-least-squares")
    assert equal(at_zero, exact.expression(form=Form.LIMIT))
    assert not equal(at_zero, exact.expression(form=Form.EXACT))


def test_the_exact_factor():
    """All or nothing at P2 = 1 and 0; its limit; the square of a beta variable at d = 1."""
    c = carried_over()
    phi = sy.d / sy.T
    assert simplify(c.subs(P2, 1)) == 1
    assert c.subs(P2, 0) == 0
    wanted = P2**2 + P2 * (1 - P2) * phi / (1 - phi)
    assert cancel(proportional_limit(c) - wanted) == 0
    # x2'x2/x'x is Beta(T2/2, T1/2).
    rows = sy.T * P2
    assert cancel(c.subs(sy.d, 1) - rows * (rows + 2) / (sy.T * (sy.T + 2))) == 0
    # Plentiful rows of either kind: a single real row among many, and the other way round.
    assert limit(c.subs(P2, 1 - 1 / sy.T), sy.T, oo) == 1


@pytest.mark.parametrize(("T", "synthetic"), [(5, 1), (5, 3), (9, 4)])
def test_the_exact_factor_at_the_least_size(T, synthetic):
    """T = d + 2 rows and more: between the share squared and one."""
    share = Fraction(synthetic, T)
    value = carried_over().subs({sy.T: T, sy.d: 3, P2: Rational(synthetic, T)})
    assert share**2 < Fraction(int(value.p), int(value.q))
