"""Batches against evaluate, point by point."""

import itertools
from fractions import Fraction

import numpy as np
import pytest

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.grids.batch import batch, batch_of_kappa
from ridgeproof.numerics.grids.batch_kappa import batch_kappa
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.errors import InfiniteExpectation, InputError, NotBuilt, NoTheorem
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import make_setting

ULP = 2.0**-52
RIDGE = {
    "lam": ["0", "1e-6", "0.3", "40"],
    "T": [7, 40, 200],
    "n": [0, 1, 9],
    "sigma": ["0", "0.7"],
}


def grid(options):
    """Every combination, as arrays, and as the values of single settings."""
    points = [
        dict(zip(options, chosen, strict=True)) for chosen in itertools.product(*options.values())
    ]
    arrays = {name: np.array([float(point[name]) for point in points]) for name in options}
    return points, arrays


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize(
    "chosen",
    [
        {"spectrum": "power-law:3/2", "signal": "source:0.4", "d": 30},
        {"spectrum": "levels:5*3,0.01*20", "signal": "energies:1,2", "d": 23},
        {"spectrum": "ar1:0.9", "d": 20},
        {"spectrum": "levels:1*30", "d": 30},
    ],
)
def test_every_point_is_what_evaluate_gives(chosen, form):
    """All terms of T1 and T2 on a grid across T < d and T > d, to the rounding of their sums."""
    fixed = {**chosen, "T0": 60, "sigma0": "0.5"}
    points, arrays = grid(RIDGE)
    found = batch(make_setting(**fixed, T=1), form=form, **arrays)
    for index, point in enumerate(points):
        expected = evaluate(make_setting(**fixed, **point), form=form)
        scale = float(expected.value)
        for name, term in expected.terms.items():
            # gamma/(1 - gamma) amplifies the rounding of gamma; 1 - gamma >= 0.1 on this grid.
            assert abs(found.terms[name][index] - float(term)) <= 100 * ULP * scale, (point, name)
        assert found.kappa[index] == pytest.approx(float(expected.kappa), rel=1e-15)
        assert found.df2[index] == pytest.approx(float(expected.df2), rel=1e-15)
        assert found.value[index] == pytest.approx(scale, rel=100 * ULP)


@pytest.mark.parametrize("design", ["independent", "shared"])
def test_minimum_norm_generators_on_isotropic_features(design):
    """T5 and T6, whose expressions hold conditions on the design."""
    fixed = {"d": 40, "T0": 12, "sigma0": "0.5", "design": design}
    points, arrays = grid({"lam": ["0", "0.3"], "T": [20, 90], "n": [1, 4]})
    found = batch(make_setting(**fixed, T=1), **arrays)
    for index, point in enumerate(points):
        expected = evaluate(make_setting(**fixed, **point))
        assert found.value[index] == pytest.approx(float(expected.value), rel=100 * ULP)


def test_a_sweep_over_kappa_needs_no_solve():
    """lam follows from kappa, and solving for kappa again brings the sweep back."""
    setting = make_setting(d=50, T=80, T0=90, n=3, sigma=1, sigma0=1, spectrum="power-law:2")
    kappa = np.geomspace(1e-5, 10, 30)
    swept = batch_of_kappa(setting, kappa)
    solved = batch(setting, lam=swept.lam)
    assert solved.kappa == pytest.approx(kappa, rel=1e-14)
    assert solved.value == pytest.approx(swept.value, rel=1e-13)


def test_noise_that_is_zero_takes_its_term_away():
    """sigma^2 d/(T-d-1) is 0 at sigma = 0 and T = d + 1, as in evaluate."""
    assert batch(make_setting(d=10, T=11), T=[10, 11, 12]).value.tolist() == [0, 0, 0]


def test_shapes_broadcast():
    """A column of lam against a row of T."""
    found = batch(make_setting(d=9, T=1, sigma=1), lam=[[0.1], [0.2]], T=[5, 20, 30])
    assert found.value.shape == found.terms["bias"].shape == (2, 3)


def test_long_grids_and_long_spectra_go_in_blocks():
    """More points and more levels than one block holds, against the same in pieces."""
    setting = make_setting(d=40_000, T=500, sigma=1, spectrum="power-law:3/2")
    lam = np.geomspace(1e-6, 1, 70)
    whole = batch(setting, lam=lam)
    pieces = [batch(setting, lam=each).value for each in lam[::23]]
    assert whole.value[::23] == pytest.approx(np.array(pieces), rel=4 * ULP)
    assert whole.value[0] == pytest.approx(
        float(evaluate(setting.with_(lam=Fraction(lam[0].item()))).value), rel=1e-13
    )


def test_a_memory_mapped_spectrum_in_any_order(tmp_path):
    """A shuffled file on disk gives the kappa of the sorted array."""
    s = np.arange(1, 50_001, dtype=np.float64) ** -1.5
    np.random.default_rng(1).shuffle(s)
    np.save(tmp_path / "s.npy", s)
    mapped = np.load(tmp_path / "s.npy", mmap_mode="r")
    ones = np.broadcast_to(np.int64(1), s.shape)
    spectrum = Spectrum(mapped, ones, np.broadcast_to(1 / len(s), s.shape), len(s))
    setting = make_setting(d=50_000, T=700, lam="1e-4", spectrum="power-law:3/2")
    expected = float(evaluate(setting).kappa)
    assert batch_kappa(spectrum, 1e-4, 700) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize(
    ("varied", "error", "message"),
    [
        ({"lam": [-1.0]}, InputError, "lam = -1"),
        ({"lam": [np.nan]}, InputError, "lam = nan"),
        ({"d": [3]}, InputError, "d = given: cannot be varied"),
        ({"T": [0]}, InputError, "T = 0"),
        ({"T": [10]}, InfiniteExpectation, "within 1 of d = 10"),
        ({"T0": [11], "sigma0": 1, "lam": 1}, InfiniteExpectation, "T0 = 11"),
        ({"T0": [5], "lam": 1}, NoTheorem, "1 points"),
        ({"T": [30.5]}, InputError, r"T = 30\.5: must be a whole number"),
        ({"lam": []}, InputError, r"lam = \[\]: has no entry"),
        ({"lam": ["x"]}, InputError, "lam = .*no array of numbers"),
        ({"lam": [[1], [1, 2]]}, InputError, "lam = .*no array of numbers"),
        ({"T": np.array(["2020"], "M8[Y]")}, InputError, "T = .*no array of numbers"),
        ({"lam": [0, 1], "n": [0, 1, 2]}, InputError, r"n \(3,\), lam \(2,\): do not go together"),
    ],
)
def test_bad_grids(varied, error, message):
    """Each names the value and the condition."""
    setting = make_setting(d=10, T=30, T0=50, n=1, sigma=1, spectrum="power-law:1")
    with pytest.raises(error, match=message):
        batch(setting, **varied)


@pytest.mark.parametrize("stated", ["isotropic", "power-law:1"])
@pytest.mark.parametrize("meant", ["isotropic", "power-law:1"])
def test_the_levels_given_are_those_of_the_answer(stated, meant):
    """Which theorem holds, and what d is, follows from the levels, not from the setting's own."""
    other = make_setting(d=20, T=30, T0=8, n=1, lam=1, spectrum=meant)
    setting = make_setting(d=6, T=30, T0=8, n=1, lam=1, spectrum=stated)
    levels = build_spectrum(other, Float64())
    if meant == "isotropic":
        found = batch(setting, spectrum=levels)
        assert found.value == pytest.approx(float(evaluate(other).value), rel=100 * ULP)
    else:
        with pytest.raises(NoTheorem, match="1 points"):
            batch(setting, spectrum=levels)


def test_generators_need_their_rows():
    """A setting of clean data has no T0 to lend."""
    with pytest.raises(InputError, match="T0 is missing"):
        batch(make_setting(d=10, T=30), n=[0, 1])


def test_a_kappa_below_the_ridgeless_one_is_refused():
    """There lam would be negative."""
    with pytest.raises(InputError, match="below the ridgeless kappa"):
        batch_of_kappa(make_setting(d=30, T=10), [0.1])


@pytest.mark.parametrize("spectrum", ["isotropic", "levels:1*20", "power-law:1"])
def test_each_form_is_that_of_evaluate_or_refused(spectrum):
    """Given as text too; what is an integral for isotropic features is not passed off as it."""
    setting = make_setting(d=20, T=60, T0=50, n=2, sigma=1, sigma0=1, spectrum=spectrum)
    for form, lam in itertools.product(["exact", "limit", Form.EXACT], ["0", "0.1"]):
        at = setting.with_(lam=Fraction(lam))
        if (spectrum, form, lam) == ("isotropic", "exact", "0.1"):
            with pytest.raises(NotBuilt, match="1 points"):
                batch(setting, form=form, lam=[0.0, 0.1])
        else:
            expected = float(evaluate(at, form=form).value)
            assert batch(at, form=form).value == pytest.approx(expected, rel=100 * ULP)
    with pytest.raises(InputError, match="neither exact nor limit"):
        batch(setting, form="sharp")
