"""Grids: which settings a TOML file means, in which order, and what it is refused for."""

from __future__ import annotations

from dataclasses import fields
from decimal import Decimal
from fractions import Fraction
from itertools import product

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.sweep.axes import AxisKind, names
from ridgeproof.verification.sweep.grid import read_grid
from ridgeproof.verification.sweep.run import read_sweep


def settings(text):
    """The settings of a sweep file with this [grid]."""
    return list(read_sweep(f"[theory]\n[grid]\n{text}", seed=0).grid)


def test_the_first_entry_varies_slowest():
    """The order is that of nested loops over the entries as they are written."""
    found = settings("n = [0, 2]\nT0 = 30\nT = [20, 40, 60]\nlam = [0.1, 1]\nd = 10")
    wanted = [
        make_setting(d=10, T0=30, n=n, T=T, lam=lam)
        for n, T, lam in product([0, 2], [20, 40, 60], ["1/10", 1])
    ]
    assert found == wanted


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        ("7", [7]),
        ("[7, 9]", [7, 9]),
        ("'7 .. 9'", [7, 8, 9]),
        ("'d .. d + 2'", [10, 11, 12]),
        ("['d', 'd + 5 .. d + 6', 40]", [10, 15, 16, 40]),
        ("{ integers = [7, 9] }", [7, 8, 9]),
        ("{ integers = [10, 20], points = 3 }", [10, 15, 20]),
        ("{ integers = [10, 1000], points = 3, spacing = 'log' }", [10, 100, 1000]),
        ("{ integers = [1, 3], points = 9 }", [1, 2, 3]),  # repeats are dropped
        ("'d^(3/2)'", [32]),  # 31.62 to the nearest
        ("'2*d'", [20]),
    ],
)
def test_whole_numbers(entry, values):
    """Every spelling of the values of T, with d = 10 declared before it."""
    assert [setting.T for setting in settings(f"d = 10\nT = {entry}")] == values


@pytest.mark.parametrize(
    ("entry", "values"),
    [
        ("0.1", ["1/10"]),
        ("'1/3'", ["1/3"]),
        ("[1e-3, '2/d']", ["1/1000", "1/5"]),
        ("{ reals = [0, 1], points = 4 }", ["0", "1/3", "2/3", "1"]),
        ("{ reals = [0.01, 1], points = 3, spacing = 'log' }", ["1/100", "1/10", "1"]),
        ("{ reals = [1, 2], points = 3, spacing = 'log' }", ["1", "1.41421", "2"]),
    ],
)
def test_reals(entry, values):
    """Every spelling of the values of lam; decimals are exact."""
    found = [setting.lam for setting in settings(f"d = 10\nT = 20\nlam = {entry}")]
    assert found == [Fraction(value) for value in values]


def test_a_derived_penalty_is_that_of_conjecture_files():
    """beta and r come from the spectrum and the signal; irrational powers keep many digits."""
    rows = settings(
        "spectrum = ['power-law:3/2', 'power-law:2']\nsignal = 'source:2/5'\nd = 10\nT = 32\n"
        "lam = 'T^(-beta/5)'\nsigma = 'r'"
    )
    assert [float(row.lam) for row in rows] == pytest.approx([32**-0.3, 32**-0.4])
    assert rows[1].lam == Fraction(1, 4)  # 32^(-2/5), exactly
    assert {row.sigma for row in rows} == {Fraction(2, 5)}


def test_zipped_names_go_in_step():
    """Two zipped names give as many settings as one, at the place of the first."""
    rows = settings(
        "zip = [['spectrum', 'signal']]\nspectrum = ['isotropic', 'power-law:2']\nd = [4, 5]\n"
        "signal = ['flat', 'source:1']\nT = 20"
    )
    found = [(str(row.spectrum), str(row.signal), row.d) for row in rows]
    assert found == [
        ("isotropic", "flat", 4), ("isotropic", "flat", 5),
        ("power-law:2", "source:1", 4), ("power-law:2", "source:1", 5),
    ]  # fmt: skip


def test_an_infinite_dimension():
    """d = inf, as a text or as TOML's own word, beside finite ones."""
    rows = settings("spectrum = 'power-law:2'\nsignal = 'source:1'\nd = [8, 'inf', inf]\nT = 9")
    assert [row.is_infinite for row in rows] == [False, True, True]


def test_a_number_for_each_generation():
    """Commas make a schedule, except inside a function; where it cannot be one it is refused."""
    rows = settings("d = 10\nT = 20\nn = 2\nT0 = ['30,40', 'max(3*d, 5)']\nsigma0 = '1/2,1/3'")
    assert [[each.T0 for each, *_ in row.stages()] for row in rows] == [[30, 40], [30, 30]]
    assert [str(each.sigma0) for each, *_ in rows[1].stages()] == ["1/2", "1/3"]
    with pytest.raises(InputError, match="grid T = 20,30"):
        settings("d = 10\nT = '20,30'")


def test_every_field_of_a_setting_can_be_varied():
    """The names come from the fields of Setting, so that a new field is usable without a change."""
    made_from_others = {"schedule"}
    assert set(names()) == {field.name for field in fields(Setting)} - made_from_others
    assert names()["T"] is names()["T0"] is AxisKind.WHOLE
    assert names()["lam"] is AxisKind.REAL
    assert names()["spectrum"] is names()["design"] is AxisKind.TEXT


def test_a_large_grid_is_never_held():
    """The first settings of a grid of ten million come at once."""
    grid = read_grid(
        {"d": 10, "T": {"integers": [20, 1019]}, "lam": {"reals": [0, 1], "points": 10_000}}
    )
    assert grid.least_size == 10**7
    first = iter(grid)
    assert [next(first).lam for _ in range(2)] == [0, Fraction(1, 9999)]


BAD = [
    ("T = 20", "grid d is missing", "every setting needs it"),
    ("d = 10", "grid T is missing", "every setting needs it"),
    ("d = 10\nT = 20\nwidht = 3", "[grid] = widht", "is not a known key"),
    ("d = 10\nT = 20\nlamb = 3", "lamb", "Did you mean lam"),
    ("d = 10\nT = 20\nbeta = 3", "beta", "power-law:BETA"),
    ("d = 10\nT = []", "grid T", "has no value"),
    ("d = 10\nT = [[20]]", "grid T", "is not an entry"),
    ("d = 10\nT = true", "grid T", "not a number"),
    ("d = 10\nT = 20.5", "grid T = 20.5", "must be whole"),
    ("d = 10\nT = 0", "grid T = 0", "at least 1"),
    ("d = 10\nT = nan", "grid T", "not a finite number"),
    ("d = 10\nT = inf", "grid T", "not a finite number"),
    ("d = 10\nT = 1979-05-27", "grid T", "is not an entry"),
    ("d = 10\nT = '2*D'", "column 3 = D", "not a known name"),
    ("d = 10\nT = '2*T0'\nT0 = 30", "grid T", "uses T0, which no earlier entry gives"),
    ("d = 10\nT = 20\nlam = 'T^(-beta)'", "grid lam", "uses beta"),
    ("d = 10\nT = '20 .. 30 .. 40'", "grid T", "more than one"),
    ("d = 10\nT = '30 .. 20'", "grid", "is empty"),
    ("d = 10\nT = 'd - 20'", "grid T", "at least 1"),
    ("d = 10\nT = 20\nlam = '1/(d - 10)'", "grid lam", "not a finite real number"),
    ("d = 10\nT = 20\nlam = -0.1", "grid lam", "at least 0"),
    ("d = 10\nT = 20\nlam = '__import__(1)'", "grid lam", "not a known name"),
    ("d = 10\nT = { integers = [20] }", "grid T", "pair of ends"),
    ("d = 10\nT = { integers = [30, 20] }", "grid T", "is empty"),
    ("d = 10\nT = { integers = [20.5, 30] }", "grid T", "must be whole"),
    ("d = 10\nT = { reals = [20, 30], points = 3 }", "grid T", "must be whole"),
    ("d = 10\nT = { whole = [20, 30] }", "grid T = whole", "not a known key"),
    ("d = 10\nT = { points = 3 }", "grid T", "needs integers or reals"),
    ("d = 10\nT = 20\nlam = { reals = [0, 1] }", "grid lam", "no number of points"),
    ("d = 10\nT = 20\nlam = { reals = [0, 1], points = 1 }", "points = 1", "at least 2"),
    ("d = 10\nT = 20\nlam = { reals = [0, 1], points = 3, spacing = 'log' }", "lam", "above 0"),
    ("d = 10\nT = 20\nlam = { reals = [0, 1], points = 3, spacing = 'cubic' }", "cubic", "linear"),
    ("d = 10\nT = { integers = [1, 100000000] }", "grid", "has more than"),
    ("d = 10\nT = 20\nspectrum = 3", "grid spectrum = 3", "is not a text"),
    ("d = 10\nT = 20\nspectrum = 'wishart'", "grid spectrum = wishart", "is not a spectrum"),
    ("d = 10\nT = 20\nsignal = 'source:1'", "grid signal", "needs a power-law spectrum"),
    ("d = 10\nT = 20\ndesign = 'both'", "grid design = both", "is not a design"),
    ("d = 10\nT = 20\nn = [0, 1]", "grid T0 is missing", "needs its sample size"),
    ("T = 20\nspectrum = 'file:absent.npy'", "absent.npy", "cannot be read"),
    ("d = 10\nT = 20\nzip = 'T'", "grid zip", "list of lists"),
    ("d = 10\nT = 20\nzip = [['T', 'lam']]", "grid zip = lam", "not an entry"),
    ("d = [10, 12]\nT = [20, 24, 30]\nzip = [['d', 'T']]", "grid zip", "same number"),
    ("d = 10\nT = 20\nzip = [['d', 'd']]", "grid zip = d", "twice"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "named", "condition"), BAD)
def test_bad_grids(text, named, condition):
    """A grid is refused with the key, what is wrong, and what to do."""
    with pytest.raises(InputError) as caught:
        settings(text)
    assert named in str(caught.value)
    assert condition in str(caught.value)


def test_a_bad_setting_says_where():
    """The refusal of one setting among many names the values that led to it."""
    with pytest.raises(InputError, match=r"at d = 10, T = 24, lam = 0"):
        settings("d = 10\nT = [30, 24]\nlam = 0\ncopies = 'T/6'")


def test_floats_in_python_are_their_shortest_decimals():
    """read_grid takes plain Python values as well."""
    (row,) = read_grid({"d": 10, "T": 20, "lam": 0.1, "sigma": Decimal("0.2")})
    assert (row.lam, row.sigma) == (Fraction(1, 10), Fraction(1, 5))
