"""What each figure plots, recomputed by another route."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from ridgeproof.numerics.chains.phase import ChainFate, phase
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.formula import Form
from ridgeproof.verification.derivations.slopes import Growth, power_law_setting
from ridgeproof.verification.figures.experiments import (
    crossover,
    find_figure,
    finite_size,
    optimal_ridge,
    phase_diagram,
    power_law,
)
from ridgeproof.verification.figures.figure import measure_figure
from ridgeproof.verification.simulation.quantity_draws import Sampler


@lru_cache
def small(name, shrink=12, effort=0.5):
    """A figure measured small."""
    return measure_figure(find_figure(name), seed=7, shrink=shrink, effort=effort)


def test_slopes_of_the_power_law():
    """Lines fall as claimed: the corrected penalty faster than the classical one."""
    lines = {
        name: [float(evaluate(power_law_setting(growth, T)).value) for T in (2**18, 2**22)]
        for name, growth in (
            ("classical", Growth(power_law.BETA, power_law.SOURCE, power_law.C, Fraction(15, 22))),
            ("corrected", Growth(power_law.BETA, power_law.SOURCE, power_law.C, Fraction(9, 22))),
        )
    }
    slopes = {name: np.log(high / low) / np.log(16) for name, (low, high) in lines.items()}
    assert slopes["classical"] == pytest.approx(-8 / 55, abs=0.02)
    assert slopes["corrected"] == pytest.approx(-18 / 55, abs=0.02)


@pytest.mark.slow
def test_corrected_points_meet_the_limit():
    """2 x(2) - x(1) cancels the O(1/d) error; literal points at one size lie near the limit."""
    points = small("power-law", effort=4).points
    assert sum(abs(point.z) < 3.5 for point in points) >= len(points) - 1


def test_few_rows_forget_geometrically():
    """Without noise E = 1 - (T0/d)^n on fresh designs and 1 - T0/d on a shared one."""
    panel = small("overparametrized").panels[0]
    fresh, shared = panel.curves[:2]
    np.testing.assert_allclose(fresh.y, [1 - 0.48**n for n in fresh.x], rtol=1e-12)  # T0 = 12
    np.testing.assert_allclose(shared.y[1:], 1 - 0.48, rtol=1e-12)
    assert {point.method for point in fresh.points} == {"literal"}


def test_chains_end_on_their_plateau():
    """E_inf by the fixed point is the error after very many generations; the others grow."""
    for _, share, lam0, design in phase_diagram.CASES:
        setting = phase_diagram.base(60, share, lam0, design)
        report = phase(setting)
        late, later = (float(evaluate(setting.with_(n=n)).value) for n in (100, 200))
        if report.regime is ChainFate.FORGOTTEN:
            assert later == pytest.approx(float(report.limit_error), rel=1e-6)
        else:
            assert later - late == pytest.approx(100 * float(report.growth), rel=1e-9)


@pytest.mark.slow
def test_the_simulated_optimum_is_a_minimum_of_the_literal_error():
    """Clean: every design has the same best penalty.  Fake: the literal error agrees."""
    clean = optimal_ridge.base(6, 2, 0)
    lam, error = optimal_ridge.simulated_optimum(clean, 8, seed=1)
    assert lam == pytest.approx(1 / 8, rel=1e-8)
    assert error < 1e-8

    fake = optimal_ridge.base(8, 2, 4)
    lam, error = optimal_ridge.simulated_optimum(fake, 200, seed=1)
    assert abs(lam - float(optimum(fake).lam)) < 4 * error

    def mean(log_lam):
        setting = fake.with_(lam=Fraction(float(np.exp(log_lam))))
        return Sampler(setting, 3, "t", stream=fake)(0, 2000).mean()  # common random numbers

    # Finite size moves the optimum by O(1/d): at d = 8 to within a third.
    found = minimize_scalar(mean, bounds=(np.log(0.05), np.log(5)), options={"xatol": 0.05})
    assert np.exp(found.x) == pytest.approx(float(optimum(fake).lam), rel=0.35)


@pytest.mark.slow
def test_crossings_are_those_of_least_squares():
    """T_x from the evaluated terms is d + 1 + (T0-d-1) sigma^2/(n sigma0^2)."""
    setting = crossover.least_squares(20, 60, 4)
    assert crossover.crossing(setting) == pytest.approx(21 + 39 * 4 / 4, rel=1e-9)
    assert crossover.crossing(setting, Form.LIMIT) == pytest.approx(20 + 40 * 4 / 4, rel=1e-9)
    data = small("crossover")
    for curve, n in zip(data.panels[1].curves, (1, 4), strict=True):
        for x, y in zip(curve.x, curve.y, strict=True):
            assert y == pytest.approx(4 + (x - 4) * 4 / n)  # d = 4
        # In four dimensions some crossings lie where the tails are too heavy for a standard error.
        deviations = [abs(point.z) for point in curve.points if point.z is not None]
        assert deviations
        assert max(deviations) < 4.5


@pytest.mark.slow
def test_plateaus_fall_with_the_generators_rows():
    """More generator rows lower the plateau, and T_x moves to the right."""
    panel = small("crossover").panels[0]
    assert [curve.y[-1] for curve in panel.curves] == sorted(
        (curve.y[-1] for curve in panel.curves), reverse=True
    )
    places = [note.x for note in panel.notes]
    assert places == sorted(places)


def test_the_gap_closes_like_one_over_d():
    """The figure's distances are exact over limit, and halve when d doubles."""
    data = small("finite-size", shrink=8)
    for lam, curve in zip(finite_size.PENALTIES, data.panels[1].curves[:3], strict=True):
        for d, y in zip(curve.x, curve.y, strict=True):
            setting = finite_size.base(int(d), lam)
            exact = evaluate(setting, form=Form.EXACT).value
            assert y == pytest.approx(float(exact / evaluate(setting).value) - 1, rel=1e-9)
        assert curve.y[1] == pytest.approx(curve.y[0] / 2, rel=0.2)
    assert all(abs(point.z) < 4.5 for point in data.points)
