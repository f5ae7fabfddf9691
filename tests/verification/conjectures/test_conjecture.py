"""Conjecture files: what they mean, and that every bad one is refused with a way out."""

from __future__ import annotations

import pickle
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Integer, Rational

from ridgeproof.theory.domains.domain import make_domain
from ridgeproof.theory.domains.entries import Choice, Derived, Fixed, IntegerRange, RealInterval
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.spectra import Flat, Isotropic, PowerLaw
from ridgeproof.theory.symbols import T0, T, beta, d, n, r, sigma, sigma0
from ridgeproof.verification.conjectures.conjecture import Conjecture, read_conjecture
from ridgeproof.verification.conjectures.domain_table import read_domain

EXAMPLE = """
[conjecture]
title    = "ridgeless error is linear in the generations"
quantity = "test_error"      # test_error | bias | variance | synthetic | optimal_lam
relation = "equals"
kind     = "exact"
formula  = "sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)"
[domain]
lam      = 0
d        = { integers = [5, 60] }
T        = "d + 2 .. 4*d"
T0       = "d + 2 .. 4*d"
n        = { integers = [0, 6] }
sigma    = [0.1, 2.0]
sigma0   = [0.1, 2.0]
spectrum = ["isotropic", "power-law:1.5"]
signal   = ["flat"]
design   = ["independent"]
"""


def whole(least, most):
    """A range of whole numbers, its ends given as numbers or expressions."""
    return IntegerRange(Integer(0) + least, Integer(0) + most)


def test_the_example_is_read_exactly():
    """Every key of the documented example becomes what it says, decimals exact."""
    conjecture = read_conjecture(EXAMPLE)
    tenth = RealInterval(Fraction(1, 10), Fraction(2))
    assert conjecture.formula == sigma**2 * d / (T - d - 1) + n * sigma0**2 * d / (T0 - d - 1)
    assert conjecture.domain.items == (
        ("lam", Fixed(Fraction(0))),
        ("d", whole(5, 60)),
        ("T", whole(d + 2, 4 * d)),
        ("T0", whole(d + 2, 4 * d)),
        ("n", whole(0, 6)),
        ("sigma", tenth),
        ("sigma0", tenth),
        ("spectrum", Choice((Isotropic(), PowerLaw(Fraction(3, 2))))),
        ("signal", Choice((Flat(),))),
        ("design", Choice(("independent",))),
    )
    assert conjecture.statement == ("test_error = sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)")
    assert conjecture.variable is None
    assert conjecture.exponent is None
    assert pickle.loads(pickle.dumps(conjecture)) == conjecture  # noqa: S301


@pytest.mark.parametrize("prefix", ["", "\ufeff"])
def test_files_and_texts_agree(tmp_path, prefix):
    """A file, with or without a byte-order mark or Windows line ends, reads like its text."""
    path = tmp_path / "conjecture.toml"
    path.write_bytes((prefix + EXAMPLE).replace("\n", "\r\n").encode())
    assert read_conjecture(path) == read_conjecture(str(path)) == read_conjecture(EXAMPLE)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("3", Fixed(Fraction(3))),
        ("0.1", Fixed(Fraction(1, 10))),
        ("1e-3", Fixed(Fraction(1, 1000))),
        ("1_0.5", Fixed(Fraction(21, 2))),
        ("0.10000000000000000555", Fixed(Fraction("0.10000000000000000555"))),
        ('"1/3"', Fixed(Fraction(1, 3))),
        ('"0.1 + 0.2"', Fixed(Fraction(3, 10))),
        ("{ integers = [2, 5] }", whole(2, 5)),
        ('"1 .. 5"', whole(1, 5)),
        ('"d..2*d"', whole(d, 2 * d)),
        ('".5 .. 2."', IntegerRange(Rational(1, 2), Integer(2))),
        ("[0, 0.3]", RealInterval(Fraction(0), Fraction(3, 10))),
        ('"T^(-9/22)"', Derived(T ** Rational(-9, 22))),
    ],
)  # fmt: skip
def test_entries(value, expected):
    """Each form of a domain entry is read exactly."""
    text = EXAMPLE.replace("lam      = 0\n", "").replace("n        =", f"lam = {value}\nn =")
    assert read_conjecture(text).domain["lam"] == expected


SCALING = """
[conjecture]
quantity = "test_error"
relation = "scales-as"
kind     = "limit"
formula  = "T^(-2*beta*r/(2*beta*r+1))"
[domain]
spectrum = "power-law:1.5"
signal   = "source:0.4"
n        = 1
sigma    = 1
sigma0   = 1
T        = { integers = [1000, 100000] }
T0       = "T^(3/5)"
d        = "T0/2"
lam      = "T^(-9/22)"
"""


@pytest.mark.parametrize(
    ("formula", "variable", "exponent"),
    [
        ("T^(-6/11)", T, Rational(-6, 11)),
        ("T", T, 1),
        ("1/T", T, -1),
        ("sqrt(T)", T, Rational(1, 2)),
        ("T^0", T, 0),
        ("T^(-2*beta*r/(2*beta*r+1))", T, -2 * beta * r / (2 * beta * r + 1)),
    ],
)
def test_scaling_claims(formula, variable, exponent):
    """A scaling claim is a power of one variable: both are given separately."""
    conjecture = read_conjecture(SCALING.replace("T^(-2*beta*r/(2*beta*r+1))", formula))
    assert conjecture.title == formula
    assert conjecture.variable == variable
    assert conjecture.exponent == exponent
    assert conjecture.statement == f"test_error scales as {formula}"


def test_a_claim_in_one_line():
    """Taken apart into quantity, relation and formula, which it may not stand beside."""
    three = [line for line in EXAMPLE.splitlines() if line.startswith(("quantity", "relation"))]
    short = EXAMPLE.replace("\n".join(three) + "\n", "")
    short = short.replace('formula  = "', 'claim = "test_error = ')
    assert read_conjecture(short) == read_conjecture(EXAMPLE)
    with pytest.raises(InputError, match="is given beside relation"):
        read_conjecture(short.replace("kind ", "relation = 'equals'\nkind "))
    with pytest.raises(InputError, match="exactly one of"):
        read_conjecture(short.replace("test_error =", "test_error"))
    with pytest.raises(InputError, match="conjecture claim = 1: a text is needed"):
        read_conjecture(short.replace('claim = "', 'claim = 1 # "'))


def test_monotone_claims():
    """An increasing claim names its variable."""
    text = EXAMPLE.replace('"equals"', '"increases-in"')
    text = text.replace('"sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)"', '"n"')
    assert read_conjecture(text).variable == n


@pytest.mark.parametrize(
    ("quantity", "left_out"),
    [
        ("test_error", ["signal", "design", "spectrum"]),
        ("bias", ["sigma", "sigma0"]),
        ("variance", ["n", "T0", "sigma0"]),
        ("synthetic", ["sigma"]),
        ("optimal_lam", ["lam"]),
    ],
)
def test_entries_a_quantity_does_not_use_may_be_left_out(quantity, left_out):
    """What the quantity does not depend on need not be declared; all the rest must be."""
    text = EXAMPLE.replace('"test_error"', f'"{quantity}"')
    text = text.replace('"sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)"', '"d/T"')
    lines = text.splitlines()
    kept = [line for line in lines if line.split("=")[0].strip() not in left_out]
    assert read_conjecture("\n".join(kept)).quantity == quantity
    optional = {
        *left_out,
        "lam" if quantity == "optimal_lam" else "",
        "spectrum",
        "signal",
        "design",
    }
    if quantity in {"bias", "variance"}:
        optional |= {"sigma0"}
    for name in {"d", "T", "T0", "n", "sigma", "sigma0", "lam"} - optional:
        without = [line for line in kept if line.split("=")[0].strip() != name]
        with pytest.raises(InputError) as caught:
            read_conjecture("\n".join(without))
        assert caught.value.name == f"domain {name}"


def test_clean_claims_need_no_generator():
    """With n = 0 neither T0 nor sigma0 is needed, unless the formula uses them."""
    text = EXAMPLE.replace("n        = { integers = [0, 6] }", "n = 0")
    kept = "\n".join(line for line in text.splitlines() if not line.startswith(("T0", "sigma0")))
    with pytest.raises(InputError, match="the formula uses T0"):
        read_conjecture(kept)
    short = kept.replace(" + n*sigma0^2*d/(T0-d-1)", "")
    assert read_conjecture(short).domain["T0"] is None


def edited(old, new):
    """The example with one piece replaced, which must be there."""
    assert old in EXAMPLE
    return EXAMPLE.replace(old, new)


BAD = {
    "not TOML": ("[conjecture\ntitle =", "conjecture file", "is not TOML"),
    "a key twice": (edited("lam      = 0", "lam = 0\nlam = 1"), "conjecture file", "is not TOML"),
    "too many digits": (edited("lam      = 0", "lam = " + "9" * 5000), "conjecture", "not TOML"),
    "deep nesting": ("a = " + "[" * 20_000 + "\n", "conjecture file", "is not TOML"),
    "huge": ("#" * 70_000 + "\n", "conjecture file", "(70001 characters)"),
    "empty": ("\n", "conjecture", "a table is needed"),
    "no domain": (EXAMPLE.partition("[domain]")[0], "domain", "a table is needed"),
    "domain a value": ("domain = 1\n[conjecture]\n", "domain", "a table is needed"),
    "unknown table": (EXAMPLE + "[extra]\n", "conjecture file", "is not a known key"),
    "unknown key": (edited("title ", "titel "), "[conjecture]", "Did you mean title"),
    "unknown name": (edited("sigma0   =", "sigam0 ="), "[domain]", "Did you mean sigma0"),
    "beta as a name": (edited("lam      = 0", "lam = 0\nbeta = 2"), "[domain]", "power-law:BETA"),
    "capital": (edited("lam  ", "Lam  "), "[domain]", "Did you mean lam"),
    "title a number": (edited('"ridgeless error is linear in the generations"', "1"),
                       "conjecture title", "a text is needed"),
    "quantity missing": (edited("quantity =", "#"), "conjecture quantity", "a text is needed"),
    "quantity unknown": (edited('"test_error" ', '"test-error" '), "conjecture quantity",
                         "Did you mean test_error"),
    "relation unknown": (edited('"equals"', '"equal"'), "conjecture relation", "mean equals"),
    "kind unknown": (edited('"exact"', '"exactly"'), "conjecture kind", "Did you mean exact"),
    "formula a number": (edited('"sigma^2*d/(T-d-1) + n*sigma0^2*d/(T0-d-1)"', "0.5"),
                         "conjecture formula", "a text is needed"),
    "formula wrong": (edited("n*sigma0^2", "n*sigam0^2"), "formula, column 23", "sigma0"),
    "formula executes": (edited("n*sigma0^2", "__import__"), "formula, column 21", "known name"),
    "beta without a power law": (edited("n*sigma0^2", "beta"), "formula", "not every spectrum"),
    "r without a source": (edited("n*sigma0^2", "r"), "formula", "not every signal"),
    "negative n": (edited("[0, 6]", "[-1, 6]"), "domain n", "below 0"),
    "empty range": (edited("[5, 60]", "[60, 5]"), "domain d", "is empty"),
    "fractional range": (edited("[5, 60]", "[5, 60.5]"), "domain d", "is not an entry"),
    "three ends": (edited("[5, 60]", "[5, 6, 7]"), "domain d", "is not an entry"),
    "one end": (edited("[0.1, 2.0]\nsigma0", "[0.1]\nsigma0"), "domain sigma", "is not an entry"),
    "truth for a number": (edited("lam      = 0", "lam = true"), "domain lam", "not a number"),
    "truth in a range": (edited("[5, 60]", "[true, 60]"), "domain d", "is not an entry"),
    "a date": (edited("lam      = 0", "lam = 2024-01-01"), "domain lam", "is not an entry"),
    "infinite": (edited("lam      = 0", "lam = inf"), "domain lam", "is not a finite number"),
    "not a number": (edited("[0.1, 2.0]\nsigma0", "[0.1, nan]\nsigma0"), "domain sigma", "finite"),
    "astronomical": (edited("lam      = 0", "lam = 1e999999999"), "domain lam", "exponent"),
    "negative ridge": (edited("lam      = 0", "lam = -0.1"), "domain lam", "below 0"),
    "unknown key of a range": (edited("{ integers = [5, 60] }", "{ integer = [5, 60] }"),
                               "domain d", "is not an entry"),
    "extra key of a range": (edited("{ integers = [5, 60] }", "{ integers = [5, 60], step = 2 }"),
                             "domain d", "is not an entry"),
    "text in an interval": (edited("[0.1, 2.0]\nsigma0", '[0.1, "2"]\nsigma0'), "domain sigma",
                            "is not a number"),
    "real interval for d": (edited("{ integers = [5, 60] }", "[5, 60]"), "domain d", "whole"),
    "three ..": (edited('"d + 2 .. 4*d"\nT0', '"d .. 2 .. 4*d"\nT0'), "domain T", "more than one"),
    "column in a range": (edited('"d + 2 .. 4*d"\nT0', '"d + 2 .. 4*q"\nT0'),
                          "domain T, column 12", "not a known name"),
    "phi in a range": (edited('"d + 2 .. 4*d"\nT0', '"d + 2 .. phi"\nT0'), "domain T, column 10",
                       "not a known name"),
    "a later name": (edited("lam      = 0", 'lam = "1/T"'), "domain lam", "no earlier entry"),
    "spectrum unknown": (edited('"isotropic"', '"isotopic"'), "domain spectrum", "not a spectrum"),
    "spectrum a number": (edited('"isotropic"', "1"), "domain spectrum", "is not a text"),
    "no spectrum": (edited('["isotropic", "power-law:1.5"]', "[]"), "domain spectrum", "no option"),
    "bad exponent": (edited("power-law:1.5", "power-law:-1"), "domain spectrum", "greater than 0"),
    "signal unknown": (edited('["flat"]', '["falt"]'), "domain signal", "not a signal"),
    "design unknown": (edited('["independent"]', '["both"]'), "domain design", "not a design"),
    "a share above one": (edited("lam      = 0", "lam = 0\nsynthetic_fraction = 1.5"),
                          "domain synthetic_fraction", "goes above 1"),
    "three decimals": (edited("[0.1, 2.0]\nsigma0", "[0.1, 1.0, 2.0]\nsigma0"),
                       "domain sigma", "[0.1, 1.0, 2.0]: is not an entry"),
    "the line of a key twice": (edited("lam      = 0", "lam = 0\nlam = 1"), "conjecture file",
                                "= lam = 1: is not TOML"),
    "a weight above one": (edited("lam      = 0", "lam = 0\nchain = 'weighted:2'"),
                           "domain chain weighted:W", "= 2: must be at most 1"),
    "n missing": (edited("n        =", "#"), "domain n", "the test_error needs it"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "name", "message"), BAD.values(), ids=BAD)
def test_bad_files_are_refused(text, name, message):
    """A bad file is refused with the key or column at fault, the condition and the remedy."""
    with pytest.raises(InputError) as caught:
        read_conjecture(text)
    assert caught.value.name.startswith(name)
    assert message in str(caught.value)
    assert caught.value.remedy
    assert len(str(caught.value)) < 600


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("T^n", "not a power of one variable"),
        ("T*d", "names no variable"),
        ("3*T", "names no variable"),
        ("T + 1", "names no variable"),
        ("2", "names no variable"),
        ("phi", "names no variable"),
        ("sigma", "does not vary"),
        ("T0", "does not vary"),
    ],
)
def test_bad_scaling_claims_are_refused(formula, message):
    """A scaling claim must be a power of one variable that ranges over the domain."""
    with pytest.raises(InputError, match=message):
        read_conjecture(SCALING.replace("T^(-2*beta*r/(2*beta*r+1))", formula))


LIMIT = """
[conjecture]
quantity = "variance"
relation = "equals"
kind     = "limit"
formula  = "{}"
[domain]
lam = 0
n = 0
sigma = 1
"""


@pytest.mark.parametrize(
    ("formula", "domain", "remedy"),
    [
        ("sigma^2*20/(T - 20)", "d = 20\nT = '40 .. 80'", "Write d"),
        ("sigma^2*d/60/(1 - phi)", "d = 20\nT = '3*d'", "Write T"),
        ("sigma^2*d/(T - 10 - 10)", "d = 20\nT = '40 .. 80'", "Write d"),
        ("sigma^2*2e1/T", "d = 20\nT = '40 .. 80'", "Write d"),
        ("sigma^2*phi*5*4/d", "d = 20\nT = '40 .. 80'", "Write d"),
        ("sqrt(5/T)^20", "d = 20\nT = '3*d'\nspectrum = 'spiked:10*5,0.01'", "Write d/4"),
        ("5/T", "d = '20 .. 30'\nT = '3*d'\nspectrum = 'spiked:10*5,1'", "Write a share of d"),
    ],
)
def test_a_size_written_as_a_number_is_refused_in_a_limit(formula, domain, remedy):
    """It would stay while the size grows; exponents, other numbers and decimals do stay."""
    text = LIMIT.format(formula) + domain
    with pytest.raises(InputError, match=remedy):
        read_conjecture(text)
    assert read_conjecture(text.replace('"limit"', '"exact"'))
    for meant in (
        "sigma^2*d/(T - d - 1)",
        "d^20/T^20",
        "2*d/T",
        "20.0*d/T",
        "2.0e1*d/T",
        "phi/(1 - phi)",
    ):
        assert read_conjecture(LIMIT.format(meant) + domain)


TOWARD = SCALING.replace("T^(-2*beta*r/(2*beta*r+1))", "lam^(-1/2)").replace(
    '"T^(-9/22)"', "[1e-8, 1]"
)


def test_a_scaling_claim_says_which_end_it_is_about():
    """The far end unless it says 0; a range of its own, which begins above 0."""
    assert read_conjecture(TOWARD).toward == "infinity"
    small = TOWARD.replace("[domain]", 'toward = "0"\n[domain]')
    conjecture = read_conjecture(small)
    assert conjecture.statement == "test_error scales as lam^(-1/2) as lam -> 0"
    for old, new, message in (
        ('toward = "0"', 'toward = "1"', "choose from infinity, 0"),
        ('toward = "0"', "toward = 0", 'give toward = "..."'),
        ("[1e-8, 1]", "[0, 1]", "begins at 0"),
        ("lam^(-1/2)", "T^(-1/2)", "whole number"),
        ('"scales-as"', '"equals"', "leave it out"),
        ("[1e-8, 1]", '"1 .. T0"', "ends as numbers"),
    ):
        with pytest.raises(InputError, match=f"(?i){message}"):
            read_conjecture(small.replace(old, new))


def test_bad_monotone_claims_are_refused():
    """An increasing claim names one variable, and it must vary."""
    stated = {"title": "", "quantity": "test_error", "kind": "exact", "relation": "increases-in"}
    domain = read_domain({"d": 9, "T": [20], "n": 0} | {"T": "20 .. 30", "lam": 0, "sigma": 1})
    assert Conjecture(**stated, formula=T, domain=domain).variable == T
    for formula, message in ((T**2, "not one variable"), (d, "does not vary"), (T * d, "names no")):
        with pytest.raises(InputError, match=message):
            Conjecture(**stated, formula=formula, domain=domain)


def test_optimal_ridge_cannot_depend_on_itself():
    """A formula for the optimal lam in terms of lam or kappa is refused."""
    text = edited('"test_error" ', '"optimal_lam" ').replace("sigma^2*d/(T-d-1)", "kappa")
    with pytest.raises(InputError, match="in terms of kappa"):
        read_conjecture(text)


def test_unreadable_files_are_refused(tmp_path):
    """A missing file, a directory, a binary file, a huge file, a null byte in the path."""
    binary, huge = tmp_path / "binary.toml", tmp_path / "huge.toml"
    binary.write_bytes(b"title = '\xff\xfe'")
    huge.write_bytes(b"#" * 70_000)
    for path, message in (
        (tmp_path / "missing.toml", "is not a file"),
        (tmp_path, "is not a file"),
        (binary, "not UTF-8"),
        (huge, "too large"),
        ("a\x00b", "file"),
        ("x" * 5000, "cannot be read"),
    ):
        with pytest.raises(InputError, match=message):
            read_conjecture(path)


def test_a_domain_written_in_python():
    """The table form is a way to write a domain in Python, floats read as they print."""
    table = {"d": 10, "T": "2*d", "sigma": 0.1, "lam": Fraction(1, 3), "spectrum": "power-law:2"}
    made = make_domain(d=10, T=2 * d, sigma="0.1", lam=Fraction(1, 3), spectrum="power-law:2")
    assert read_domain(table) == made


@settings(deadline=None, max_examples=100, derandomize=True, database=None)
@given(st.lists(st.sampled_from(EXAMPLE.splitlines()) | st.text(max_size=12), max_size=14))
def test_scrambled_files_are_read_or_refused(lines):
    """Lines of the example in any order, with noise among them, never escape the error type."""
    try:
        conjecture = read_conjecture("\n".join(lines) + "\n")
    except InputError:
        return
    assert conjecture.domain.describe()
