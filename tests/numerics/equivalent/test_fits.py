"""The nonlinear part: kappa and the responses of several kinds of rows, on their branch."""

from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import brentq

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.negative import negative_kappa, spectral_edge
from ridgeproof.numerics.equivalent.several import Kinds, complex_responses
from ridgeproof.numerics.kappa.batch_kappa import batch_kappa
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.settings.setting import make_setting


def test_a_batch_of_random_features():
    """Each point equals the certified root, whichever of T, width and d is least."""
    spectrum = build_spectrum(make_setting(d=20, T=1, spectrum="power-law:1"), Float64())
    T = np.array([[5], [30], [60]])
    for lam, width in (("1/10", [10, 30, 90]), ("1/1000000", [10, 30, 90]), ("0", [11, 31, 90])):
        found = batch_kappa(spectrum, float(Fraction(lam)), T, width)
        known = [
            [float(solve_kappa(spectrum, lam, int(t), Float64(), m).value) for m in width]
            for t in T[:, 0]
        ]
        assert found == pytest.approx(np.array(known), rel=1e-14)


def test_negative_penalties_where_sizes_nearly_cancel():
    """T - d + df cancels to a few per cent of d: kappa settles at every lam down to the edge."""
    s, counts = np.array([20.0, 0.1]), np.array([4.0, 996.0])
    lam = -1.2272 * np.linspace(0, 1, 400)[1:]
    start = np.full(lam.shape, brentq(lambda k: (s / (s + k)) @ counts - 50, 0, 20))
    kappa = negative_kappa(s, counts, lam, np.full(lam.shape, 50.0), start)[:, None]
    df1, df2 = ((s / (s + kappa)) ** power @ counts / 50 for power in (1, 2))
    assert (df2 < 1).all()
    np.testing.assert_allclose(kappa[:, 0] * (1 - df1), lam, rtol=0, atol=1e-14)


def test_negative_penalties_on_one_level():
    """The quadratic of one level, and its double root at the edge -(1 - sqrt(d/T))^2."""
    s, counts = np.array([2.0]), np.array([30.0])
    for T in (10.0, 90.0):
        rows = np.array([T])
        low, edge = spectral_edge(s, counts, rows)
        assert edge == pytest.approx(-2 * (1 - np.sqrt(30 / T)) ** 2, rel=1e-13)
        assert low == pytest.approx(2 * (np.sqrt(30 / T) - 1), rel=1e-13)
        start = np.array([max(2 * (30 / T - 1), 0.0)])
        for share in (0.1, 0.9, 0.999999):
            kappa = negative_kappa(s, counts, share * edge, rows, start)
            assert kappa * (1 - 60 / (2 + kappa) / T) == pytest.approx(share * edge, rel=1e-12)
            # The other root of the quadratic is smaller and on the wrong side of the edge.
            assert kappa > low
        with pytest.raises(InputError, match="edge"):
            negative_kappa(s, counts, 1.001 * edge, rows, start)


def test_complex_penalties_stay_on_their_sheet():
    """One level: of the two roots of the quadratic the one with Im kappa Im lam > 0."""
    lam = np.array([-3 + 1e-3j, -0.3 - 1e-6j, 0.1 + 2j, -100 + 1e-4j])
    s, counts, T = 1.5, 30.0, 20.0
    loud = np.zeros((4, 1), dtype=bool)
    kinds = Kinds(np.full((4, 1, 1), s), np.full((4, 1, 1), counts * s / T), loud)
    kappa = 1 / complex_responses(kinds, lam)[:, 0]
    # kappa^2 + (s - lam - d s/T) kappa - lam s = 0
    b, c = s - lam - counts * s / T, -lam * s
    root = np.sqrt(b * b - 4 * c)
    pair = np.array([(-b + root) / 2, (-b - root) / 2])
    right = np.where(pair[0].imag * lam.imag > 0, pair[0], pair[1])
    assert kappa == pytest.approx(right, rel=1e-12)


@pytest.mark.parametrize("fit", ["ridge({y}, lam)", "gradient_flow({y}, 3)"])
def test_a_covariance_by_another_name_changes_nothing(fit):
    """Two kinds of rows that are one: below and above d, ridgeless and at negative lam."""
    steps = "A = rows(T)\nB = rows(T, 'same')\nC = rows(T)\n"
    for name, rows in (("a", "AB"), ("b", "AC")):
        labels = ", ".join(f"{g}@w0 + 1/2*noise({g})" for g in rows)
        steps += f"{name} = {fit.format(y=f'[{labels}]')}\n"
    text = f'[process]\nsteps = """\n{steps}"""\n[process.covariances]\nsame = "s + 0*i"\n'
    process = read_process(text + '[ask]\na = "risk(a)"\nb = "risk(b)"\n')
    varied = {"lam": np.array([[0.0], [0.1], [-1e-4]])} if "lam" in fit else {}
    found = evaluate_process(process, d=10, T=[3, 12], spectrum="power-law:1", **varied)
    assert found.values["a"] == pytest.approx(found.values["b"], rel=1e-12)
    assert "a" not in found.kappa


def test_rows_without_weight_take_no_part():
    """A weight of zero is a fit without these rows, ridgeless on both sides too."""
    labels = "[A@w0 + 1/2*noise(A), B@w0 + 1/2*noise(B)]"
    fits = {
        "a": f"ridge({labels}, lam, weights=[1, w])",
        "b": "ridge(A@w0 + 1/2*noise(A), lam*2)",
        "c": f"gradient_flow({labels}, 3, weights=[1, w])",
        "e": "gradient_flow(A@w0 + 1/2*noise(A), 3/2)",
        "f": f"ridge({labels}, lam, weights=[1, w], features=F)",
        "g": "ridge(A@w0 + 1/2*noise(A), lam*2, features=F)",
    }
    steps = "A = rows(T)\nB = rows(T)\nF = features(5)\n"
    steps += "\n".join(f"{name} = {fit}" for name, fit in fits.items())
    asks = "\n".join(f'{name} = "risk({name})"' for name in fits)
    process = read_process(f'[process]\nsteps = """\n{steps}\n"""\n[ask]\n{asks}\n')
    given = {"d": 10, "T": [3, 8, 12], "spectrum": "power-law:1", "lam": [[0.0], [0.1]]}
    found = evaluate_process(process, w=0, **given).values
    for with_them, without in ("ab", "ce", "fg"):
        assert found[with_them] == pytest.approx(found[without], rel=1e-11)
    with pytest.raises(InputError, match="weights >= 0"):
        evaluate_process(process, w=-1, **given)


def test_random_features_on_several_kinds_of_rows():
    """The same with random features, whichever of rows, width and dimension is least."""
    steps = "A = rows(T)\nB = rows(T, 'same')\nC = rows(T)\nF = features(M)\n"
    for name, rows in (("a", "AB"), ("b", "AC")):
        labels = ", ".join(f"{g}@w0 + 1/2*noise({g})" for g in rows)
        steps += f"{name} = ridge([{labels}], lam, features=F)\n"
    text = f'[process]\nsteps = """\n{steps}"""\n[process.covariances]\nsame = "s + 0*i"\n'
    process = read_process(text + '[ask]\na = "risk(a)"\nb = "risk(b)"\n')
    T, M, lam = [3, 12, 12], [14, 6, 30], np.array([[0.0], [1e-6], [0.1]])
    found = evaluate_process(process, d=10, T=T, M=M, spectrum="power-law:1", lam=lam)
    assert found.values["a"] == pytest.approx(found.values["b"], rel=1e-11)
    assert "a" not in found.kappa
