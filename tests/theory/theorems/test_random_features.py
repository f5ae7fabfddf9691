"""Random features downstream (N5): what the functional becomes at special widths and shares."""

from __future__ import annotations

from sympy import Rational, Symbol, cancel, symbols, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.calculus.derivation import insert
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.spectral import SpectralSum

P2 = sy.synthetic_fraction


def functional():
    """The functional of (a, m), with gamma_width written out."""
    return find("random-features").expression().subs(sy.gamma_width, sy.df2_width / sy.T)


def without_end(expression):
    """The limit of a width without end, term by term: 1/(width - df2) -> 0."""
    inverse = Symbol("inverse")
    wide = expression.subs(sy.df2_width, sy.df2 + (sy.df1 - sy.df2) ** 2 / (sy.width - sy.df2))
    return wide.subs(1 / (sy.width - sy.df2), inverse).subs(inverse, 0)


def test_a_width_without_end_is_ridge():
    """Width -> infinity: the mixture N2, and T3 and T2 with only synthetic rows; not at width 9."""
    wide = without_end(functional())
    assert not wide.has(sy.width)
    assert equal(wide, find("mixing").expression())
    assert equal(wide.subs(P2, 1), find("T3").expression())
    chain = sy.w0**2 + sy.n * sy.sigma0**2 / (sy.s * (sy.T0 - sy.d - 1))
    plain = insert({sy.a: chain, sy.m: sy.w0})(wide.subs(P2, 1))
    assert equal(plain, find("T2").expression())
    narrow = functional().subs(sy.width, 9)
    assert not equal(narrow.subs(sy.df2_width, defined(sy.df2)), find("mixing").expression())


def test_only_real_rows_see_no_generator():
    """P2 = 0 leaves neither a nor m; P2 = 1/2 leaves both."""
    for share, wanted in ((0, set()), (Rational(1, 2), {sy.a, sy.m})):
        sums = functional().subs(P2, share).atoms(SpectralSum)
        assert {sy.a, sy.m} & {x for node in sums for x in node.bound_symbols} == wanted


def test_a_generator_that_is_the_truth_is_clean_data():
    """delta = 0 leaves the clean fit with the mean variance of the labels."""
    at_truth = insert({sy.a: sy.w0**2, sy.m: sy.w0})(functional())
    pooled = (1 - P2) * sy.sigma_real**2 + P2 * sy.sigma**2
    assert equal(at_truth, functional().subs(P2, 0).subs(sy.sigma_real**2, pooled))


def test_without_ridge_few_features_are_least_squares_on_them():
    """lam = 0, width < T: df1 = width, so that gamma_width = width/T and the rest is one sum.

    Least squares in `width` dimensions, whose noise is that of the labels and of the signal
    kappa sum s w0^2/(s+kappa) that the features miss, inflated by 1/(1 - width/T).
    """
    clean = functional().subs(P2, 1)
    clean = insert({sy.a: sy.w0**2, sy.m: sy.w0})(clean)
    df2_width = sy.df2 + (sy.df1 - sy.df2) ** 2 / (sy.width - sy.df2)
    at_bound = clean.subs(sy.df2_width, df2_width).subs(sy.df1, sy.width)
    # sum s/(s+kappa)^2 is (df1 - df2)/kappa.
    leak = SpectralSum(sy.s / (sy.s + sy.kappa) ** 2)
    at_bound = at_bound.subs(leak, (sy.width - sy.df2) / sy.kappa)
    missed = SpectralSum(sy.kappa * sy.s * sy.w0**2 / (sy.s + sy.kappa))
    share = sy.width / sy.T
    assert equal(at_bound, (missed + sy.sigma**2 * share) / (1 - share))


def test_rows_and_features_play_the_same_part_for_the_penalty():
    """kappa and the clean error of the noiseless fit: T and width may be exchanged in lam only."""
    T, M, k, f = symbols("T M k f", positive=True)
    lam = k * (1 - f / M) * (1 - f / T)
    assert cancel(together(lam - lam.subs({T: M, M: T}, simultaneous=True))) == 0
    swapped = functional().subs({sy.T: sy.width, sy.width: sy.T}, simultaneous=True)
    assert not equal(without_end(swapped), without_end(functional()))
