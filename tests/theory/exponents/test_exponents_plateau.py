"""The plateau, the refuted divergence, the crossover and the written derivation."""

from __future__ import annotations

import pytest
from sympy import Rational, cancel, limit, oo
from sympy import sign as sgn

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents import (
    Method,
    c,
    crossover,
    crossover_of_ridge,
    derivation_steps,
    gap_identity,
    optimal_exponents,
    plateau_exponent,
    plateau_height,
    refute_divergence,
    source,
    synthetic_factor,
    threshold,
)
from ridgeproof.theory.exponents import plateau as plateau_module
from ridgeproof.theory.formula import Form
from ridgeproof.theory.theorems import ridge, ridgeless


def rho(df1, df2, d, T, T0):
    """The synthetic factor of the ridge theorem, written out in numbers."""
    gamma = Rational(df2) / T
    return (df2 + gamma / (1 - gamma) * (d - 2 * df1 + df2)) / (T0 - d)


def test_the_factor_is_the_catalogued_one():
    """rho of the exponents is the coefficient of n sigma0^2 in the ridge theorem."""
    at = {sy.df1: 7, sy.df2: 5, sy.d: 20, sy.T: 30, sy.T0: 50}
    assert synthetic_factor().subs(at) == rho(7, 5, 20, 30, 50)


def test_the_bound_holds_to_the_last_admissible_sample_and_fails_beyond():
    """d/(T0-d) - rho changes sign at T = 2 df2 when df1 = df2: the condition is sharp."""
    for T, sign in ((11, 1), (10, 0), (9, -1)):
        gap = Rational(20, 30) - rho(5, 5, 20, T, 50)
        assert sgn(gap) == sign


def test_the_gap_is_a_sum_of_non_negative_terms():
    """The identity behind the bound, at numbers the derivation has not seen."""
    left, right = gap_identity()
    at = {sy.df1: 7, sy.df2: 5, sy.d: 20, sy.T: 13, sy.T0: 50}
    assert left.subs(at) == right.subs(at) == 20 - 30 * rho(7, 5, 20, 13, 50)


def test_a_wrong_factor_breaks_the_identity(monkeypatch):
    """Dropping one df1 from rho is noticed."""
    factor = synthetic_factor()
    monkeypatch.setattr(plateau_module, "synthetic_factor", lambda: factor.subs(sy.df1, sy.df2))
    with pytest.raises(DerivationError):
        plateau_module.gap_identity()


def test_a_wrong_height_is_refused(monkeypatch):
    """A factor with T0 - d - 1 does not have the height phi0/(1 - phi0)."""
    factor = ridge.FORMULA.expression("synthetic", Form.EXACT) / (sy.n * sy.sigma0**2)
    monkeypatch.setattr(plateau_module, "synthetic_factor", lambda: factor)
    with pytest.raises(DerivationError):
        plateau_height()


def test_the_divergence_is_refuted_and_the_plateau_confirmed():
    """The naive exponent is positive exactly where the true rate is 0."""
    refutation = refute_divergence()
    edge = 1 / (2 * sy.beta * source + 1)
    assert refutation.claimed == edge - c
    assert refutation.region.intervals[-1].high == edge == threshold()
    assert refutation.truth == sy.n * sy.sigma0**2 * sy.phi0 / (1 - sy.phi0)
    for proof in (refutation.diverges, refutation.sampled, refutation.approaches):
        assert proof.strict
        assert proof.region == refutation.region
    samples = next(i for i in refutation.bounded.region.intervals if i.symbol == sy.T)
    assert (samples.low, samples.high) == (2 * sy.df2, oo)
    assert optimal_exponents().classical[0].high == edge
    assert optimal_exponents().classical[0].rate == 0


def test_the_crossover_equates_the_two_terms_of_least_squares():
    """sigma^2 d/(T-d) = n sigma0^2 d/(T0-d) at T_x."""
    terms = {
        name: ridgeless.FORMULA.expression(name, Form.LIMIT) for name in ("variance", "synthetic")
    }
    at = {sy.T: crossover(), sy.d: sy.phi0 * sy.T0}
    difference = (terms["variance"] - terms["synthetic"]).subs(at).subs(at)
    assert cancel(difference) == 0


def test_the_crossing_of_a_ridge_in_numbers():
    """T = T_x - 2 (d - df1) equates sigma^2 gamma/(1-gamma) and n sigma0^2 rho."""
    at = {sy.d: 20, sy.T0: 50, sy.phi0: Rational(2, 5), sy.df1: 7}
    at |= {sy.sigma: 2, sy.sigma0: 1, sy.n: 3}
    T = crossover_of_ridge().subs(at)
    assert T == 34
    gamma = Rational(5) / T
    assert 4 * gamma / (1 - gamma) == 3 * rho(7, 5, 20, T, 50)


def test_the_crossover_moves_up_with_the_label_noise_and_down_with_generations():
    """Its limits: d without label noise downstream, growing without bound as n sigma0^2 -> 0."""
    assert crossover().subs(sy.sigma, 0) == sy.d
    scaled = limit(crossover() * sy.n, sy.n, 0)
    assert cancel(scaled - sy.T0 * sy.sigma**2 * (1 - sy.phi0) / sy.sigma0**2) == 0


def test_the_plateau_order():
    """At fixed T0 the optimal error stops at T0^-(2 beta r_/(2 beta r_ + 1))."""
    assert plateau_exponent() == -2 * sy.beta * source / (2 * sy.beta * source + 1)


def test_the_derivation_says_how_each_step_was_proved():
    """Every step has an expression, a reason, and a method; written arguments are the minority."""
    steps = derivation_steps()
    assert all(step.justification and isinstance(step.proved_by, Method) for step in steps)
    unchecked = [s for s in steps if s.proved_by in {Method.ARGUMENT, Method.AXIOM}]
    assert len(unchecked) < len(steps) / 3
    assert sum(step.proved_by is Method.POSITIVITY for step in steps) >= 15


def test_the_derivation_ends_with_every_regime():
    """The steps contain each regime's rate, the refuted divergence and the limit."""
    shown = " ".join(str(step.expression) for step in derivation_steps())
    for regime in (*optimal_exponents().regimes, *optimal_exponents().classical):
        assert str(regime.rate) in shown
    assert str(sy.T ** refute_divergence().claimed) in shown
    assert str(refute_divergence().truth) in shown
