"""Validators: exact numbers in, and messages that say name, value, condition and remedy."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from ridgeproof.theory.checks import check_integer, check_real, exact, parse_rational
from ridgeproof.theory.errors import InputError

YEAR = np.datetime64("2020")  # whose text is a number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0.1", Fraction(1, 10)),
        ("1/3", Fraction(1, 3)),
        ("-2.5e-3", Fraction(-1, 400)),
        (" 7 ", Fraction(7)),
        ("1.5/2.5", Fraction(3, 5)),
        (".5", Fraction(1, 2)),
        ("5.", Fraction(5)),
        ("1e400", Fraction(10**400)),
        ("+1E2", Fraction(100)),
    ],
)
def test_decimals_and_fractions_are_exact(text, expected):
    """A decimal literal is that rational, at any precision."""
    assert parse_rational("--lam", text) == expected


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("", "not a finite number"),
        ("nan", "not a finite number"),
        ("inf", "not a finite number"),
        ("-Infinity", "not a finite number"),
        ("1e999999999", "too large an exponent"),
        ("1e-401", "too large an exponent"),
        ("9" * 401, "too long"),
        ("1/0", "divides by zero"),
        ("1/0.0", "divides by zero"),
        ("1/2/3", "not a finite number"),
        ("0x10", "not a finite number"),
        ("1_000", "not a finite number"),
        ("1,5", "not a finite number"),
        ("1+1", "not a finite number"),
        ("1e5e5", "not a finite number"),
        ("__import__('os')", "not a finite number"),
        ("1 2", "not a finite number"),
        ("1/-", "not a finite number"),
    ],
)
def test_other_text_is_refused(text, condition):
    """Nothing but finite decimals and ratios; no text is evaluated or expanded."""
    with pytest.raises(InputError, match=condition) as caught:
        parse_rational("--lam", text)
    assert caught.value.name == "--lam"
    assert caught.value.value == text
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0.1, Fraction(1, 10)),
        (3, Fraction(3)),
        (np.float32(0.1), Fraction(1, 10)),
        (np.int64(3), Fraction(3)),
        (Decimal("0.10"), Fraction(1, 10)),
        (Fraction(1, 3), Fraction(1, 3)),
        ("1e-2", Fraction(1, 100)),
    ],
)
def test_python_numbers_are_exact(value, expected):
    """A float means its shortest decimal form."""
    assert exact("lam", value) == expected


@pytest.mark.parametrize("value", [True, float("nan"), float("inf"), None, [1], "x", 1j, YEAR])
def test_other_values_are_no_numbers(value):
    """Booleans, non-finite floats and other objects are refused, whatever their text reads as."""
    with pytest.raises(InputError, match=r"not a number|not finite|not a finite number"):
        exact("lam", value)


@pytest.mark.parametrize(
    ("bounds", "inside", "outside"),
    [
        ({"least": 0}, [0, 5], [Fraction(-1, 10**9)]),
        ({"above": 0}, [Fraction(1, 10**9)], [0, -1]),
        ({"above": -1, "below": 1}, [0, Fraction(-99, 100)], [1, -1, 2]),
    ],
)
def test_bounds_are_closed_or_open_as_named(bounds, inside, outside):
    """`least` admits its end, `above` and `below` do not."""
    for value in inside:
        assert check_real("x", Fraction(value), **bounds) == value
    for value in outside:
        with pytest.raises(InputError, match=r"x = .*: must be (at least|greater than|less than)"):
            check_real("x", Fraction(value), **bounds)


@pytest.mark.parametrize(
    ("value", "condition"),
    [
        ("1.5", "whole number"),
        ("-1", "at least 0"),
        (10**13, "at most 1000000000000"),
        ("1/3", "whole number"),
        (2.5, "whole number"),
    ],
)
def test_integers_are_whole_and_in_range(value, condition):
    """A fractional, negative or enormous size is refused."""
    with pytest.raises(InputError, match=condition):
        check_integer("n", value, least=0)


@pytest.mark.parametrize("value", ["12", "12.0", "24/2", 12, 12.0])
def test_whole_values_of_any_spelling_are_integers(value):
    """12.0 is 12."""
    assert check_integer("n", value, least=0) == 12


def test_long_values_are_shortened_in_messages():
    """A message stays a line whatever was given."""
    with pytest.raises(InputError) as caught:
        parse_rational("--lam", "9" * 10**6)
    assert len(str(caught.value)) < 200
