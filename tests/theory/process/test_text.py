"""The text of a process: what it reads, what it refuses, and that it is written back unchanged."""

from __future__ import annotations

import itertools
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import (
    Binary,
    Call,
    Items,
    Name,
    Number,
    Text,
    binary,
    exact_value,
    negative,
)
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.record import Let, Loop
from ridgeproof.theory.process.text import read_expression, read_steps, steps_text

NAMES = st.sampled_from(["a", "b", "lam", "w0"])
NUMBERS = st.fractions(-9, 9, max_denominator=9).map(Number)


def _safe(sign, left, right):
    """The tree of an operation; a power or a quotient of numbers becomes a sum."""
    both = isinstance(left, Number) and isinstance(right, Number)
    return binary("+" if both and sign in "/^" else sign, left, right)


EXPRESSIONS = st.recursive(
    NUMBERS | NAMES.map(Name) | st.just(Text("student:5")),
    lambda below: st.one_of(
        st.builds(_safe, st.sampled_from("+-*/@^"), below, below),
        below.map(negative),
        st.lists(below, max_size=3).map(lambda items: Items(tuple(items))),
        st.builds(
            lambda items, option: Call("f", tuple(items), (("key", option),)),
            st.lists(below, max_size=2),
            below,
        ),
    ),
    max_leaves=12,
)
LETS = st.builds(Let, NAMES, EXPRESSIONS)
STEPS = st.recursive(
    st.lists(LETS, min_size=1, max_size=3).map(tuple),
    lambda below: st.builds(
        lambda first, index, count, body: (first, Loop(index, count, body)),
        LETS, st.just("_"), EXPRESSIONS, below,
    ),
    max_leaves=3,
)  # fmt: skip


@settings(max_examples=100)
@given(STEPS)
def test_the_text_of_steps_reads_back_as_the_same_steps(steps):
    """Steps -> text -> steps is the identity, so that no bracket is lost where it matters."""
    assert read_steps(steps_text(steps)) == steps


def test_every_operation_within_every_other_keeps_its_brackets():
    """Each pair of signs, nested to the left and to the right, around every kind of leaf."""
    leaves = [Name("a"), Number(Fraction(1, 2)), Number(Fraction(-3)), negative(Name("b"))]
    signs = "+-*/@^"
    for outer, inner, one, other in itertools.product(signs, signs, leaves, leaves):
        nested = negative(Name("c")) if inner == outer == "+" else Binary(inner, Name("c"), one)
        for tree in (
            Binary(outer, nested, other),
            Binary(outer, other, nested),
            Binary(outer, other, Binary(inner, one, Name("c"))),
            negative(nested),
        ):
            assert read_expression(str(tree), "x") == tree


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a - (b - 1)", 4),
        ("a - b - 1", 2),
        ("12/(1 - b)^2", Fraction(12, 4)),
        ("-b^2", -9),
        ("2^-1 + b**2", Fraction(19, 2)),
        ("0.1*a", Fraction(3, 5)),
        ("1e-1*a", Fraction(3, 5)),
        ("7/5*a - 2/5*b", Fraction(36, 5)),
        ("a/b/2", 1),
        ("2^3^2", 512),
    ],
)
def test_arithmetic_has_the_usual_precedence_and_is_exact(text, expected):
    """Powers bind before products and signs, whether written ^ or **; decimals are exact."""
    values = {"a": Fraction(6), "b": Fraction(3)}
    assert exact_value("x", read_expression(text, "x"), values) == expected


def test_power_is_no_exclusive_or():
    """In GCV the square is of the bracket, where Python's ^ would take the whole quotient."""
    gcv = read_expression("mean_square(v)/(1 - df(m))^2", "gcv")
    assert isinstance(gcv, Binary)
    assert gcv.sign == "/"
    assert gcv.right == Binary("^", read_expression("1 - df(m)", "x"), Number(Fraction(2)))


GIVEN = "A = rows(T)\ny = A@w0 + sigma*noise(A)\n"


def _file(steps, ask="risk(m)", head=""):
    return f'[process]\nsteps = """\n{steps}\n"""\n{head}\n[ask]\nerror = "{ask}"\n'


BAD_STEPS = [
    ("m = ridge(z, lam)\nz = y", "line 3", "used before it is made"),
    ("B = rows(T)\nm = ridge(y + B@w0, lam)", "line 4", "different rows"),
    ("B = rows(T)\nm = ridge(A@w0 + noise(B), lam)", "line 4", "different rows"),
    ("m = ridge(w0, lam)", "line 3", "in place of labels"),
    ("m = ridge([y, w0], lam)", "line 3", "in place of labels"),
    ("m = ridge(A, lam)", "line 3", "in place of labels"),
    ("m = ridge([], lam)", "line 3", "no labels"),
    ("m = w0\nfor _ in range(10^9):\n    m = ridge(A@m, lam)", "line 4", "must be unrolled"),
    ("m = w0\nfor _ in range(-1):\n    m = w0", "line 4", "is no count"),
    ("m = w0\nfor _ in range(1/2):\n    m = w0", "line 4", "is no count"),
    ("m = w0\nfor x in [1, 2]:\n    m = w0", "line 4", "no loop over a count"),
    ("def f(x):\n    return f(x)\nm = f(w0)", "line 3", "defines a function"),
    ("m = rigde(y, lam)", "line 3", "Did you mean ridge"),
    ("m = ridge(y, lam, wieghts=[1])", "line 3", "no keyword of ridge"),
    ("m = ridge(y, lam=1, lam=2)", "line 3", "twice"),
    ("m = ridge(y, lam, penalty='one', penalty='two')", "line 3", "twice"),
    ("m = ridge(y)", "line 3", "missing a required argument"),
    ("m = ridge(y, lam, 3)", "line 3", "too many positional"),
    ("m = ridge(y, lam, weights=[1, 2])", "weights", "2 for 1"),
    ("m = ridge(y, lam, features=A)", "line 3", "random features"),
    ("m = ridge(y, lam, penalty='one', features=features(3))", "line 3", "penalty of its own"),
    ("m = ridge(y, lam, penalty='two')", "two", "no profile"),
    ("m = ridge(y, 'lam')", "line 3", "a number"),
    ("m = ridge(y, lam)*w0", "line 3", "nonlinearly on a model"),
    ("m = ridge(exp(y), lam)", "exp", "nonlinearly on a model"),
    ("m = ridge((A@w0)*(A@w0), lam)", "line 3", "nonlinearly on a model"),
    ("m = ridge(A@w0 > 0, lam)", "line 3", "outside linear processes"),
    ("m = ridge(y, risk(w0))", "line 3", "expectation, used in a step"),
    ("m = 2*A@w0", "line 3", "in 2*(A@m)"),
    ("m = w0@A", "line 3", "reversed"),
    ("m = ridge(y, l\u0430m)", "steps", "no part of the language"),
    ("m = ridge(y, lam)" + " " * 30_000, "steps", "characters"),
    ("m = ridge(y, lam)" + " " * 10_000_000, "process file", "too long"),
    ("m = ridge(y, " + "(" * 300 + "lam" + ")" * 300 + ")", "line 3", "parentheses"),
    ("m = ridge(y, " + "-" * 5000 + "lam)", "steps", "nested too deeply"),
    ("m = ridge(y, " + "lam + " * 300 + "lam)", "line 3", "nested 251 deep"),
    ("m = ridge(y, 9^9^9)", "9^9^9", "too large an exponent"),
    ("m = ridge(y, 1/0)", "1/0", "divides by zero"),
    ("m = ridge(y, 1e999999)", "number", "too large an exponent"),
    ("c = sigma\nfor _ in range(99):\n    c = c*c\nm = ridge(y, c)", "expression", "terms"),
    ("c = 2\nfor _ in range(99):\n    c = c*c\nm = ridge(y, c)", "expression", "too large"),
    ("for a in range(99):\n  for b in range(99):\n    for c in range(99):\n     m = w0\nm = m",
     "line 6", "steps"),
    ("m = ridge(y, inf)", "inf", "is no parameter"),
    ("m = ridge(y, lam)\nm += w0", "line 4", "assigns in place"),
    ("m = ridge(y, lam).T", "line 3", "not part of the language"),
    ("m = __import__('os')", "steps", "no part of the language"),
    ("m = w0 if T else w0", "line 3", "not part of the language"),
    ("m = w0\nimport os", "line 4", "is no step"),
    ("m = w0\nridge(y, lam)", "line 4", "nothing holds"),
    ("m, f = w0, w0", "line 3", "is no step"),
    ("m = ridge(y, lam, **w0)", "line 3", "not part of the language"),
    ("m = ridge", "line 3", "is an operator"),
    ("m = ridge(y, True)", "line 3", "not part of the language"),
    ("w0 = ridge(y, lam)\nm = w0", "w0", "means something else"),
    ("d = 3\nm = ridge(y, lam)", "d", "means something else"),
    ("k = 3\nm = ridge(y, k)", "parameter k", "assigned in the steps"),
    ("B = rows(T, law='cauchy')\nm = ridge(B@w0, lam)", "line 3", "law of features"),
    ("m = ridge(y, lam, features=features(9, 'cos'))", "cos", "no activation"),
]  # fmt: skip


@pytest.mark.parametrize(("steps", "where", "why"), BAD_STEPS)
def test_bad_steps_meet_one_error_that_names_the_place(steps, where, why):
    """Each refusal says on which line it is, what is wrong there and what to do."""
    head = '[process.covariances]\none = "1"\n[process.parameters]\nk = 3\n'
    with pytest.raises(InputError) as caught:
        read_process(_file(GIVEN + steps, head=head))
    assert where in str(caught.value)
    assert why.lower() in str(caught.value).lower()


BAD_ASKS = [
    ("m", "a model, no number"),
    ("y", "a vector on rows, no number"),
    ("[1, 2]", "a list, no number"),
    ("'m'", "a quoted word, no number"),
    ("risk(m, 'Q')", "no profile"),
    ("df(m + m)", "not one fit"),
    ("kappa(gradient_flow(y, 1))", "has none"),
    ("kappa(ridge([y, rows(T, 'S2')@w0], lam))", "several covariances"),
    ("minimum(risk(m), 3)", "no parameter"),
    ("minimum(minimum(risk(m), lam), T)", "minimum inside a minimum"),
    ("minimum(risk(m), lam, lam)", "its own interval"),
    ("minimum(risk(m), lamda)", "Did you mean lam"),
    ("minimum(norm2(w0), lam)", "depends on no parameter"),
    ("1 + argmin(risk(m), d)", "dimension"),
    ("argmin(risk(m), T)", "whole number"),
    ("argmin(risk(gradient_descent(y, 1/9, k)), k)", "whole number"),
    ("risk(mm)", "parameter mm, which no step makes .line 11.. Did you mean m\\?"),
    ("risk(ridge(yy, lam))", "parameter yy, which no step makes.*Did you mean y\\?"),
    ("minimum(risk(m), lam, 3, 1)", "from a lower end"),
    ("risk(m) = 3", "does not read"),
    ("", "not one expression"),
]


@pytest.mark.parametrize(("ask", "why"), BAD_ASKS)
def test_an_ask_that_is_no_number_is_refused(ask, why):
    """Asks are scalars over the process, of words that are defined for what they are asked of."""
    head = '[process.covariances]\nS2 = "1/i"\n'
    with pytest.raises(InputError, match=why) as caught:
        read_process(_file(GIVEN + "m = ridge(y, lam)", ask, head))
    assert "ask error" in str(caught.value)
    assert "left=" not in str(caught.value)  # a tree as Python shows it
