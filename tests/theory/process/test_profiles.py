"""Profiles: read through the whitelist, evaluated in any ring, checked once they are numbers."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import Text
from ridgeproof.theory.process.profiles import (
    FUNCTIONS,
    check_profile,
    profile_values,
    read_profile,
)

INF = float("inf")
RING = {
    "sqrt": math.sqrt,
    "exp": math.exp,
    "log": math.log,
    "min": min,
    "max": max,
    "where": lambda x, a, b: a if x >= 0 else b,
}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1/20 + 4/5/(d + 1 - i)", [1 / 20 + 4 / 5 / (4 - i) for i in (1, 2, 3)]),
        ("where(i - 2, 1, inf)", [INF, 1, 1]),
        ("min(i, 2)*max(s, 1/2)", [1, 1, 1]),
        ("sqrt(exp(2*log(i)))", [1, 2, 3]),
        ("-s^2", [-1, -1 / 4, -1 / 9]),
    ],
)
def test_a_profile_is_a_function_of_the_index(text, expected):
    """In s, i and d, with the functions of the language; where is its first branch at zero."""
    assert set(RING) == set(FUNCTIONS)
    tree = read_profile("p", text)
    values = [
        profile_values(tree, {"i": i, "s": 1 / i, "d": 3.0, "inf": INF}, float, RING)
        for i in (1.0, 2.0, 3.0)
    ]
    assert values == pytest.approx(expected)


def test_the_text_of_a_spectrum_stays_text():
    """A spectrum as on the command line is for whoever knows spectra to evaluate."""
    assert read_profile("p", "power-law:3/2") == Text("power-law:3/2")
    assert read_profile("p", "isotropic") == Text("isotropic")
    assert profile_values(read_profile("p", "1/2"), {}, Fraction, {}) == Fraction(1, 2)


@pytest.mark.parametrize(
    ("values", "options", "why"),
    [
        ([1.0], {}, "1 entries for d = 2"),
        ([1.0, -1.0], {}, "negative at i = 2"),
        ([float("nan"), 1.0], {"signed": True, "infinite": True}, "no number at i = 1"),
        ([1.0, INF], {"signed": True}, "infinite at i = 2"),
        ([1.0, -INF], {"infinite": True}, "negative at i = 2"),
    ],
)
def test_a_profile_of_bad_numbers_is_refused_at_its_index(values, options, why):
    """Wrong length, negative, infinite and undefined entries each say where."""
    with pytest.raises(InputError, match=why):
        check_profile("p", values, 2, **options)
