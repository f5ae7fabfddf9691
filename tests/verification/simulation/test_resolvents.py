"""Draws of tr R beyond its equivalent: against the catalogue, and controls that cost no bias."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.resolvents import TraceCorrection, _drawn
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE

NAMES = {1: "resolvent_trace", 2: "resolvent_square"}


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


@pytest.mark.parametrize("law", ["gaussian", "rademacher", "uniform", "student:12"])
def test_controls_have_mean_zero(law):
    """Those of fourth order are of the law: a wrong kurtosis would shift them by its part."""
    setting = make_setting(d=8, T=12, lam=1, spectrum="spiked:3*2,1", features=law)
    _, controls = _drawn(setting, 1, generator(1), 20_000)
    assert controls.shape[1] == 5
    error = controls.std(axis=0, ddof=1) / np.sqrt(len(controls))
    assert (abs(controls.mean(axis=0)) <= 4.5 * error + 1e-12).all()


@pytest.mark.parametrize("law", ["gaussian", "rademacher", "student:12"])
@pytest.mark.parametrize("power", [1, 2])
def test_first_corrections_are_those_of_the_kurtosis(law, power):
    """Within five standard errors for each law, where the laws differ by twenty and more."""
    setting = make_setting(d=16, T=24, lam=1, spectrum="spiked:2*8,1", features=law)
    exact, limit = (
        CATALOGUE.named("universality", NAMES[power], setting, form)
        for form in (Form.EXACT, Form.LIMIT)
    )
    drawn = TraceCorrection(setting, 3, "test", power, limit)(0, 500)
    error = drawn.std(ddof=1) / np.sqrt(len(drawn))
    assert abs(drawn.mean() - (exact - limit)) <= 5 * error
