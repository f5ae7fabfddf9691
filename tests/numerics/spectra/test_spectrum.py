"""Spectra as levels: every specification against its defining property."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import middle
from ridgeproof.numerics.spectra.number_files import file_length
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded, make_spectrum
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.settings.setting import make_setting

FLOAT, MANY = Float64(), Balls(40)
ULP = 2.0**-52


def spectrum(engine=FLOAT, **given):
    """The levels of a setting of which only the spectrum matters."""
    return build_spectrum(make_setting(T=10, **given), engine)


def signal_energy(levels):
    """The sum of s_i w0_i^2 over all d directions."""
    return math.fsum(levels.multiplicity * levels.s * levels.w0sq)


def test_isotropic_is_one_level():
    """One level at any d, with ||w0||^2 = 1."""
    levels = spectrum(d=10**9)
    assert (levels.s.tolist(), levels.multiplicity.tolist(), levels.d) == ([1.0], [10**9], 10**9)
    assert levels.w0sq[0] * 1e9 == 1


def test_power_law_is_exact_at_any_precision():
    """4^-3/2 = 1/8 and 2^-3/2 to 40 digits, not the float64 neighbour."""
    levels = spectrum(MANY, d=4, spectrum="power-law:3/2")
    with mpmath.workdps(60):
        assert middle(levels.s[3]) == mpmath.mpf(1) / 8
        assert abs(middle(levels.s[1]) * mpmath.sqrt(8) - 1) < mpmath.mpf(10) ** -50


@pytest.mark.parametrize("engine", [FLOAT, MANY])
def test_source_sums_to_one_and_decays_as_stated(engine):
    """b_i ~ i^-(1 + 2 beta r) with sum 1; dropping the 1 or the beta would change b_1/b_2."""
    levels = spectrum(engine, d=50, spectrum="power-law:3/2", signal="source:0.4")
    with mpmath.workdps(60):
        energies = [middle(s) * middle(w) for s, w in zip(levels.s, levels.w0sq, strict=True)]
        tolerance = 4 * middle(engine.epsilon)
        assert abs(mpmath.fsum(energies) - 1) < tolerance
        assert abs(energies[0] / energies[1] / 2 ** (mpmath.mpf(11) / 5) - 1) < tolerance


def test_spiked_fills_up_to_d():
    """Spikes keep their counts and the rest takes what remains."""
    levels = spectrum(d=20, spectrum="spiked:10*2,5*3,1")
    assert (levels.s.tolist(), levels.multiplicity.tolist()) == ([10, 5, 1], [2, 3, 15])


def test_levels_are_sorted_together_with_their_energies():
    """Energies are given in the order of the levels, also when the levels ascend."""
    levels = spectrum(d=60, spectrum="levels:1/100*10,1*50", signal="energies:4/5,1/5")
    assert levels.s.tolist() == [1.0, 0.01]
    assert levels.multiplicity.tolist() == [50, 10]
    assert levels.multiplicity * levels.s * levels.w0sq == pytest.approx([0.2, 0.8], rel=2 * ULP)


@pytest.mark.parametrize("spec", ["isotropic", "power-law:2", "ar1:0.3", "spiked:4*2,1"])
def test_flat_has_unit_length(spec):
    """w0_i = 1/sqrt(d), so ||w0||^2 = 1 whatever the spectrum."""
    levels = spectrum(d=12, spectrum=spec)
    assert math.fsum(levels.multiplicity * levels.w0sq) == pytest.approx(1, rel=4 * ULP)


@pytest.mark.parametrize(
    ("spec", "signal"),
    [
        ("isotropic", "flat"),
        ("power-law:1", "source:1"),
        ("levels:2*3,1*9", "energies:1,2"),
        ("ar1:1/2", "flat"),
    ],
)
def test_copies_split_the_energy(spec, signal):
    """Five copies of every level: multiplicities times 5, the same total energy b."""
    once = make_setting(d=12, T=10, spectrum=spec, signal=signal)
    before, after = (build_spectrum(each, FLOAT) for each in (once, once.grown(5)))
    assert after.d == 60
    assert after.multiplicity.tolist() == [5 * count for count in before.multiplicity]
    assert after.s.tolist() == before.s.tolist()
    assert signal_energy(after) == pytest.approx(signal_energy(before), rel=4 * ULP)


@pytest.mark.parametrize("rho", ["1/2", "-9/10", "999999/1000000"])
@pytest.mark.parametrize("d", [1, 2, 7, 40])
def test_ar1_has_the_invariants_of_its_matrix(rho, d):
    """Trace, squared norm and determinant of rho^|i-j| to 38 digits."""
    r = Fraction(rho)
    levels = spectrum(MANY, d=d, spectrum=f"ar1:{rho}")
    with MANY.scope():
        squares = MANY.number(d + 2 * sum((d - k) * r ** (2 * k) for k in range(1, d)))
        found = levels.s.sum(), (levels.s**2).sum(), levels.s.prod()
        wanted = MANY.number(d), squares, MANY.number((1 - r * r) ** (d - 1))
        for got, want in zip(found, wanted, strict=True):
            assert abs(middle(got / want) - 1) < mpmath.mpf(10) ** -38


@pytest.mark.parametrize("rho", [0.5, -0.9])
def test_ar1_matches_a_dense_eigenvalue_solver(rho):
    """Backward error of the dense solver: a few d ulp of the largest eigenvalue."""
    d = 60
    matrix = rho ** np.abs(np.subtract.outer(np.arange(d), np.arange(d)))
    dense = np.linalg.eigvalsh(matrix)[::-1]
    found = spectrum(d=d, spectrum=f"ar1:{rho}").s
    assert np.abs(found - dense).max() <= d * ULP * dense[0]


def test_ar1_in_float64_is_accurate_near_one():
    """rho = 1 - 1e-8 squeezes the small eigenvalues to 1e-8: 8 ulp of the 40-digit ones."""
    exact = spectrum(MANY, d=50, spectrum="ar1:0.99999999")
    found = spectrum(d=50, spectrum="ar1:0.99999999")
    assert np.abs(found.s / exact.in_float64.s - 1).max() <= 8 * ULP


def test_files_round_trip(tmp_path):
    """Text decimals are exact, commas and spaces separate, and order ties signal to spectrum."""
    (tmp_path / "s.csv").write_text("0.5, 2\n0.1")
    np.save(tmp_path / "w.npy", np.array([3.0, -1.0, 2.0]))
    given = {"spectrum": f"file:{tmp_path / 's.csv'}", "signal": f"file:{tmp_path / 'w.npy'}"}
    levels = spectrum(MANY, d=3, **given)
    assert file_length(tmp_path / "s.csv") == 3
    assert [float(w) for w in levels.w0sq] == [1, 9, 4]
    with MANY.scope():
        assert abs(levels.s[2] - MANY.number(Fraction(1, 10))) < MANY.epsilon


def test_a_changed_file_is_read_again(tmp_path):
    """The cache must not answer from a file's past."""
    path = tmp_path / "s.txt"
    path.write_text("1 2")
    assert spectrum(d=2, spectrum=f"file:{path}").s.tolist() == [2, 1]
    path.write_text("1 2000")
    assert spectrum(d=2, spectrum=f"file:{path}").s.tolist() == [2000, 1]


def test_a_signal_file_on_levels_is_averaged_over_each_level(tmp_path):
    """Only the mean of w0_i^2 over a level matters; entries follow the levels as given."""
    path = tmp_path / "w.txt"
    path.write_text("1 3 5 5")
    levels = spectrum(d=4, spectrum="levels:1*2,2*2", signal=f"file:{path}")
    assert (levels.s.tolist(), levels.w0sq.tolist()) == ([2, 1], [25, 5])


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("s.txt", "1 2", "holds 2 numbers for d = 3"),
        ("s.txt", "", "is empty"),
        ("s.txt", "1 2 nan", "'nan' in line 1, which is not a finite number"),
        ("s.csv", "1\n2\n__import__('os')", "in line 3"),
        ("s.csv", "1,0,2", "position 2, which is not positive"),
        ("s.csv", "1,-3,2", "eigenvalue -3 in position 2"),
        ("s.json", "[1, 2, 3]", "not a kind of file"),
        ("s.npy", "no array", "cannot be read"),
    ],
)
def test_bad_files_are_refused(tmp_path, name, content, message):
    """Each message names the file, the fault and where it is."""
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(InputError, match=message):
        spectrum(d=3, spectrum=f"file:{path}")


@pytest.mark.parametrize(
    ("array", "message"),
    [
        (np.array([1.0, np.inf, 2.0]), "inf in position 2"),
        (np.ones((3, 1)), "shape"),
        (np.array([1j, 1, 1]), "complex"),
        (np.array([None, 1, 2]), "cannot be read"),
    ],
)
def test_bad_arrays_are_refused(tmp_path, array, message):
    """Infinite, two-dimensional, complex and pickled arrays."""
    path = tmp_path / "s.npy"
    np.save(path, array, allow_pickle=True)
    with pytest.raises(InputError, match=message):
        spectrum(d=3, spectrum=f"file:{path}")


def test_a_missing_file_is_an_input_error(tmp_path):
    """No traceback from the operating system."""
    with pytest.raises(InputError, match="cannot be read"):
        file_length(tmp_path / "nothing.csv")


def test_too_many_levels_are_not_built():
    """A trillion distinct eigenvalues are refused, not allocated."""
    with pytest.raises(NotBuilt, match="levels"):
        spectrum(d=10**12, spectrum="power-law:2")


def test_expanded_lists_every_direction():
    """All d eigenvalues with a truth of the same energies."""
    s, w0 = expanded(spectrum(d=5, spectrum="levels:2*2,1*3", signal="energies:1,3"))
    assert s.tolist() == [2, 2, 1, 1, 1]
    assert (s * w0**2).sum() == pytest.approx(4, rel=4 * ULP)


def test_make_spectrum_refuses_nonsense():
    """Unequal lengths, non-positive and infinite eigenvalues."""
    with pytest.raises(InputError, match="different lengths"):
        make_spectrum(np.ones(2), [1], np.ones(2))
    with pytest.raises(InputError, match="positive"):
        make_spectrum(np.array([1.0, 0.0]), [1, 1], np.ones(2))
    with pytest.raises(InputError, match="finite"):
        make_spectrum(np.array([np.inf, 1.0]), [1, 1], np.ones(2))


def test_levels_above_counts_equality():
    """A level equal to kappa counts as above it."""
    levels = make_spectrum(np.array([4.0, 2.0, 1.0]), [1, 1, 1], np.ones(3))
    assert [levels.levels_above(k) for k in (5, 4, 3, 2, 0.5)] == [0, 1, 1, 2, 3]
