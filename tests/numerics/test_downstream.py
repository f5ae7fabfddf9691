"""The downstream theory for a generator of one's own."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof.numerics.downstream import downstream_error
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import make_setting

CASES = [
    make_setting(d=20, T=60, T0=50, n=3, sigma="0.5", sigma0=1, lam="0.1", spectrum=spectrum)
    for spectrum in ("isotropic", "power-law:3/2", "ar1:1/2")
]


def least_squares(setting, s, w0sq):
    """The moments of a least-squares chain in the limit."""
    return np.ones_like(s), w0sq + setting.n * float(setting.sigma0) ** 2 / (
        setting.T0 - setting.d
    ) / s


@pytest.mark.parametrize("setting", CASES, ids=str)
def test_least_squares_moments_give_the_ridge_formula(setting):
    """T3 with the moments of T1's chain is T2, evaluated by its own closed form."""
    expected = float(evaluate(setting).value)
    assert downstream_error(setting, least_squares) == pytest.approx(expected, rel=1e-12)


def test_a_generator_that_knows_nothing_costs_the_signal():
    """w_n = 0: nothing is learned, the error is b plus the variance of the fit."""
    setting = CASES[0]
    nothing = downstream_error(setting, lambda _, s, w0sq: (s * 0, w0sq * 0))
    variance = float(evaluate(setting.clean()).terms["variance"])
    assert nothing == pytest.approx(1 + variance, rel=1e-12)


@pytest.mark.parametrize(
    ("moments", "named"),
    [
        (lambda _, s, w0sq: (s, s[:-1]), "second moment"),
        (lambda _, s, w0sq: (s * np.nan, s), "mean factor"),
        (lambda _, s, w0sq: (np.ones_like(s), w0sq / 2), "square of its mean"),
    ],
)
def test_impossible_moments_are_refused(moments, named):
    """Wrong shapes, NaN, and a second moment below the squared mean."""
    with pytest.raises(InputError, match=named):
        downstream_error(CASES[1], moments)
