"""Folds over a process: sizes, open parameters, and expectations that are infinite."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ridgeproof.theory.errors import InfiniteExpectation, InputError
from ridgeproof.theory.process.facts import needed_names, require_values, size_of
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.finiteness import require_finite
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.text import read_expression


def _graph(steps, ask="risk(m)", **values):
    text = f'[process]\nsteps = """\n{steps}\n"""\n[ask]\nerror = "{ask}"\n'
    return normal_form(read_process(text), {n: Fraction(v) for n, v in values.items()})


def test_a_size_is_whole_and_what_is_derived_of_it_is_rounded():
    """T itself must be whole; T/4 is the nearest whole number, and no size is below 1."""
    T = read_expression("T", "T")
    quarter = read_expression("T/4", "T")
    assert [size_of(quarter, {"T": Fraction(t)}) for t in (5, 6, 7)] == [1, 2, 2]
    for tree, value in ((T, Fraction(1, 2)), (T, Fraction(0)), (T, Fraction(-3)), (quarter, 1)):
        with pytest.raises(InputError):
            size_of(tree, {"T": Fraction(value)})


def test_parameters_without_a_value_are_listed():
    """All of them, but not one that only a minimum runs over, nor what no ask needs."""
    steps = "A = rows(T)\nB = rows(T9)\nm = ridge(A@w0 + sigma*noise(A), lam)"
    assert needed_names(_graph(steps)) == {"T", "sigma", "lam"}
    assert needed_names(_graph(steps, "minimum(risk(m), lam, low) + c")) == {
        "T", "sigma", "low", "c"
    }  # fmt: skip
    assert needed_names(_graph(steps, "inner(a*m, m)")) == {"T", "sigma", "lam", "a"}
    with pytest.raises(InputError, match="lam, sigma"):
        require_values(_graph(steps), {"T": Fraction(3)})


CLEAN = "A = rows(T)\nm = ridge(A@w0, 0)\n"
NOISY = "A = rows(T)\nm = ridge(A@w0 + sigma*noise(A), 0)\n"
BOTH = "A = rows(T)\nB = rows(1)\nu = ridge(C@w0, {})\nm = ridge([A@w0, B@u], 0)\n"


@pytest.mark.parametrize(
    ("steps", "ask", "infinite"),
    [
        (NOISY, "risk(m)", {9, 10, 11}),
        (NOISY.replace("sigma", "0"), "risk(m)", set()),
        (NOISY.replace(", 0)", ", 1/9)"), "risk(m)", set()),
        (CLEAN, "risk(m)", set()),
        (NOISY, "df(m)", set()),
        (NOISY, "1 + 2*mean_square(rows(3)@m)", {9, 10, 11}),
        (NOISY + "D = rows(50)\nm = ridge(D@m, 1)", "norm2(m)", {9, 10, 11}),
        (NOISY + "m = w0", "norm2(m)", set()),
        (NOISY + "m = ridge(rows(50)@m, c, weights=[2])", "minimum(risk(m), c)", {9, 10, 11}),
        # Rows that two models labelled, unless the second is the first one recovered.
        ("C = rows(9)\n" + BOTH.format(0), "risk(m)", {8, 9, 10}),
        ("C = rows(10)\n" + BOTH.format(0), "risk(m)", set()),
        ("C = rows(10)\n" + BOTH.format(1), "risk(m)", {8, 9, 10}),
        # Rows that the first fit goes through, noise and all, and rows that it labelled.
        ("A = rows(T)\ny = A@w0 + noise(A)\nu = ridge(y, {})\nB = rows(2)\n"
         "m = ridge([y, B@u], 0)".format("0"), "risk(m)", {9, 10, 11}),
        ("A = rows(T)\ny = A@w0 + noise(A)\nu = ridge(y, {})\nB = rows(2)\n"
         "m = ridge([y, B@u], 0)".format("1/9"), "risk(m)", {7, 8, 9}),
        # Narrow features leave signal out; wide ones do not.
        (CLEAN.replace(", 0)", ", 0, features=features(5))"), "risk(m)", {4, 5, 6}),
        (CLEAN.replace(", 0)", ", 0, features=features(15))"), "risk(m)", set()),
        (NOISY.replace(", 0)", ", 0, features=features(15))"), "risk(m)", {9, 10, 11}),
        # Seven of ten directions are fitted: the rest of the signal is noise.
        (CLEAN.replace(", 0)", ", 0, penalty='half')"), "risk(m)", {6, 7, 8}),
        (NOISY.replace("rows(T)", "rows(T, law='rademacher')"), "risk(m)", set()),
        # Inside a loop that is not unrolled.
        (f"m = w0\nfor _ in range(10^6):\n    {NOISY.replace(chr(10), chr(10) + '    ').strip()}"
         .replace("w0 +", "m +"), "risk(m)", {9, 10, 11}),
    ],
)  # fmt: skip
def test_an_infinite_expectation_is_found_wherever_it_feeds_an_ask(steps, ask, infinite):
    """Least squares within 1 of as many rows as directions, on labels that no model explains."""
    profile = 'half = "where(7-i,1,inf)"' if "'half'" in steps else ""
    text = f'[process]\nsteps = """\n{steps}\n"""\n[process.covariances]\n{profile}'
    process = read_process(f'{text}\n[ask]\nerror = "{ask}"\n')
    graph = normal_form(process)

    def fitted(penalty, _):
        return (10 if str(penalty) == "1" else 7), 10

    found = set()
    for T in range(2, 15):
        values = {"T": Fraction(T), "sigma": Fraction(1, 2)}
        try:
            require_finite(graph, values, 10, fitted)
        except InfiniteExpectation:
            found.add(T)
    assert found == infinite


@pytest.mark.parametrize(
    "fit",
    ["m = ridge(B@(w0 + c*u), 1)", "m = ridge([B@w0, C@u], 1, weights=[1, c])"],
)
def test_what_is_multiplied_by_zero_is_not_needed(fit):
    """A teacher without a mean does no harm where its labels or their weight are zero."""
    steps = "A = rows(10)\nB = rows(30)\nC = rows(30)\nu = least_squares(A@w0 + noise(A))"
    process = read_process(f'[process]\nsteps = """\n{steps}\n{fit}\n"""\n[ask]\nr = "risk(m)"\n')
    graph = normal_form(process)
    require_finite(graph, {"c": Fraction(0)}, 10)
    with pytest.raises(InfiniteExpectation, match="rows of u"):
        require_finite(graph, {"c": Fraction(1)}, 10)
