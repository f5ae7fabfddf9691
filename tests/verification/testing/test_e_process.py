"""The e-process: its formula term by term, and its calibration under the null."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from ridgeproof.verification.testing.e_process import EProcess


def generator(seed):
    """A fixed stream for one test."""
    return np.random.Generator(np.random.PCG64DXSM(seed))


def reference(xs, null, direction, s2):
    """The definition in plain Python, one observation and one scale at a time."""
    weights = []
    for j in range(9):
        lam = 7 / (10 * 2**j * math.sqrt(s2))
        log_w = -len(xs) * lam * lam * s2 / 2
        for x in xs:
            u = direction * lam * (x - null)
            log_w += math.copysign(math.log(1 + abs(u) + u * u / 2), u)
        weights.append(math.exp(log_w))
    return math.log(sum(weights) / 9)


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("s2", [0.3, 4.0])
def test_the_e_value_is_the_stated_mixture(direction, s2):
    """Nine scales from 0.7/sqrt(s2) down, Catoni's influence function, penalty lam^2 s2/2."""
    x = generator(1).normal(0.3, 1.5, size=40)
    got = EProcess(0.1, direction, s2).updated(x).log_e
    assert got == pytest.approx(reference(x, 0.1, direction, s2), rel=1e-13, abs=1e-13)


def test_the_order_of_updates_does_not_matter():
    """Feeding the observations in pieces gives the e-value of the whole, to rounding."""
    x = generator(2).normal(size=1000)
    whole = EProcess(0.1, 1, 1.0).updated(x)
    pieces = EProcess(0.1, 1, 1.0)
    for piece in np.split(x, [1, 300, 301]):
        pieces = pieces.updated(piece)
    assert pieces.log_e == pytest.approx(whole.log_e, rel=1e-12, abs=1e-12)


def test_no_observation_is_no_evidence():
    """The e-value starts at 1."""
    assert EProcess(0.0, 1, 1.0).log_e == pytest.approx(0, abs=1e-15)


DISTRIBUTIONS = {
    "normal": stats.norm(),
    "skewed": stats.expon(),
    "inverse chi-square of gap 8": stats.invgamma(4.5, scale=0.5),
}


@pytest.mark.parametrize("direction", [1, -1])
@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_the_mean_e_value_under_the_null_is_about_one(name, direction):
    """With the exact variance, E[e] lies in [0.9, 1]: valid, and not wasteful.

    Four observations keep the variance of e itself small; the upper bound is the theorem.
    """
    law = DISTRIBUTIONS[name]
    x = law.rvs(size=(10000, 4), random_state=generator(3))
    start = EProcess(law.mean(), direction, law.var())
    e = np.exp([start.updated(row).log_e for row in x])
    error = e.std(ddof=1) / math.sqrt(len(e))
    assert 0.9 - 3 * error < e.mean() < 1 + 3 * error


def test_the_forecast_of_repetitions_is_about_right():
    """A stream of the forecast length reaches the threshold within a factor of two."""
    process, threshold = EProcess(0.0, 1, 2.0), math.log(2000)
    forecast = int(process.repetitions_to(threshold, 0.1))
    x = generator(4).normal(0.1, 1, size=2 * forecast)
    assert process.updated(x[: forecast // 2]).log_e < threshold < process.updated(x).log_e


@pytest.mark.parametrize("direction", [1, -1])
def test_the_forecast_is_by_the_fastest_of_the_nine_scales(direction):
    """Each gains lam delta - lam^2 s2/2 a repetition; the mixture costs log 9."""
    s2, delta = 2.5, 0.3
    lams = [7 / (10 * 2**j * math.sqrt(s2)) for j in range(9)]
    rate = max(lam * delta - lam * lam * s2 / 2 for lam in lams)
    found = EProcess(1.0, direction, s2).repetitions_to(5.0, 1.0 + direction * delta)
    assert found == pytest.approx((5 + math.log(9)) / rate, rel=1e-13)


def test_no_forecast_against_the_evidence():
    """A mean on the null's side never gets there."""
    assert math.isinf(EProcess(0.0, 1, 1.0).repetitions_to(1.0, -0.1))
