"""Hostile input: whatever is typed, only ridgeproof's own errors come out, in time and memory.

The same targets are fuzzed by coverage with `tests/fuzz/atheris_inputs.py`.
"""

from __future__ import annotations

import random
import time
import tracemalloc
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ridgeproof.theory.errors import RidgeproofError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.symbols import NAMED
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.claim import RELATIONS
from ridgeproof.verification.conjectures.conjecture import QUANTITIES, Conjecture, read_conjecture
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.conjectures.parser import CONSTANTS, FUNCTIONS, parse_formula
from ridgeproof.verification.conjectures.settings.claimed import claimed_value
from ridgeproof.verification.strategies import draw

ROOT = Path(__file__).parents[3]
FILES = [
    path.read_text(encoding="utf-8")
    for folder in ("tests/bank", "examples/conjectures")
    for path in sorted((ROOT / folder).glob("*.toml"))
]
SECONDS, MEGABYTES = 2.0, 64
FUZZ = settings(
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.nested_given],
)


def survives(function, *arguments):
    """Call it: a value or a RidgeproofError, within the time (of this process) and the memory."""
    start = time.process_time()
    tracemalloc.start()
    try:
        with suppress(RidgeproofError):
            return function(*arguments)
    finally:
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert time.process_time() - start < SECONDS
        assert peak < MEGABYTES * 2**20


WORDS = st.sampled_from(
    [*NAMED, *CONSTANTS, *FUNCTIONS, "+", "-", "*", "/", "^", "**", "(", ")", ",", " ", "64", "1e9",
     "0", "1/3", "0.1", "e", ".", "_", "T^T", "exp(T)", "lambda:0", "__class__", "[", "@", "²", "∞"]
)  # fmt: skip
FORMULAS = st.one_of(
    st.text(max_size=300),
    st.lists(WORDS, max_size=60).map("".join),
    st.sampled_from(["(", "-", "+-", "exp(", "1^", "n^", "~", "d*("]).flatmap(
        lambda piece: st.integers(1, 2100).map(lambda times: piece * times + "d" + ")" * times)
    ),
)


@st.composite
def grown(draw_one, depth=5):
    """A formula that is nearly always well formed, with powers, functions and quotients."""
    if depth == 0 or draw_one(st.integers(0, 4)) == 0:
        return draw_one(st.sampled_from([*NAMED, "pi", "2", "1/7", "0.25", "63", "1e30"]))
    one, two = draw_one(grown(depth - 1)), draw_one(grown(depth - 1))
    shape = draw_one(
        st.sampled_from(
            ["({} + {})", "({} - {})", "{}*{}", "({})/({})", "min({}, {})", "max({}, {})",
             "({})^2 - {}", "({})^(n - 1)*{}", "({})^64/{}", "sqrt({})/{}", "exp({}) - {}",
             "log({})*{}", "zeta({})^{}", "({})^({})"]
        )
    )  # fmt: skip
    return shape.format(one, two)


SETTING = make_setting(
    d=7, T=19, T0=23, n=3, sigma=2, sigma0="1/2", lam="0.3",
    spectrum="power-law:3/2", signal="source:2/5",
)  # fmt: skip
EVERYWHERE = read_domain(
    {"d": 7, "T": {"integers": [19, 30]}, "T0": 23, "n": 3, "sigma": 2, "sigma0": 0.5, "lam": 0.3,
     "lam0": 0, "spectrum": "power-law:3/2", "signal": "source:2/5"}
)  # fmt: skip


@settings(FUZZ, max_examples=400)
@given(FORMULAS)
def test_any_text_is_a_formula_or_an_input_error(text):
    """Noise, words of the language in any order, and deep nesting."""
    survives(parse_formula, text)


@pytest.mark.slow
@settings(FUZZ, max_examples=100)
@given(grown(), st.sampled_from(["exact", "limit"]))
def test_what_is_read_can_be_evaluated_or_refused(text, kind):
    """Towers of powers, exponentials and zeta included: a number or an error, never a hang."""

    def value():
        claim = Conjecture("", "test_error", "equals", kind, parse_formula(text), EVERYWHERE, text)
        return claimed_value(claim, SETTING)

    survives(value)


@settings(FUZZ, max_examples=150)
@given(st.one_of(st.text(max_size=200), st.binary(max_size=200)))
def test_any_file_is_a_conjecture_or_an_input_error(tmp_path_factory, content):
    """Bytes that are no text, text that is no TOML."""
    path = tmp_path_factory.mktemp("fuzz") / "conjecture.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    survives(read_conjecture, path)


def mutated(text, seed, changes):
    """A valid file with pieces removed, doubled, swapped with other files' pieces, or garbled."""
    rng = random.Random(seed)
    for _ in range(changes):
        start = rng.randrange(len(text) + 1)
        stop = min(len(text), start + rng.choice([0, 1, 1, 2, 8, 40]))
        other = rng.choice(FILES)
        place = rng.randrange(len(other))
        piece = rng.choice(
            ["", text[start:stop] * 2, other[place : place + rng.choice([1, 3, 20])],
             rng.choice(["[", "]", "{", "=", '"', "\n", "\0", "9" * 40, "-1", "nan", "1e400", "é"])]
        )  # fmt: skip
        text = text[:start] + piece + text[stop:]
    return text + "\n"


@settings(FUZZ, max_examples=300)
@given(st.sampled_from(FILES), st.integers(0, 2**32), st.integers(1, 6))
def test_a_broken_file_is_a_conjecture_or_an_input_error(text, seed, changes):
    """Near misses reach further than noise; what is read can also be drawn from."""

    def read_and_draw():
        claim = read_conjecture(mutated(text, seed, changes))
        draw(claim.domain, 2, 0, claim.quantity)

    survives(read_and_draw)


NUMBERS = st.one_of(
    st.integers(-3, 70),
    st.sampled_from([10**9, 10**18, 10**400, -(10**400), 2**63]),
    st.floats(allow_nan=True, allow_infinity=True),
    st.booleans(),
)
ENTRIES = st.one_of(
    NUMBERS,
    st.lists(NUMBERS, max_size=3),
    st.fixed_dictionaries({"integers": st.lists(NUMBERS, max_size=3)}),
    st.sampled_from(
        ["d + 2 .. 4*d", "d .. d", "4*d .. d", "T^64", "T^(3/5)", "1 .. 10^60", "..", "d ..", "T/0",
         "isotropic", "power-law:1e9", "power-law:0", "spiked:2*²,1", "spiked:1e400*3,1", "ar1:1",
         "levels:1*999999999999,2", "file:/dev/null", "file:.", "source:-5", "energies:1,2", "flat"]
    ),
    st.text(max_size=20),
    st.none(),
    st.dictionaries(st.text(max_size=5), NUMBERS, max_size=2),
)  # fmt: skip
KEYS = ("d", "T", "T0", "n", "sigma", "sigma0", "lam", "lam0", "spectrum", "signal", "design")
SOUND = {
    "d": {"integers": [5, 20]}, "T": "d + 2 .. 4*d", "T0": "d + 2 .. 4*d", "n": 1, "sigma": 1,
    "sigma0": 1, "lam": 0,
}  # fmt: skip


@settings(FUZZ, max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), ENTRIES, max_size=3))
def test_any_domain_can_be_drawn_from_or_is_refused(changes):
    """Impossible, empty, enormous and mistyped entries in an otherwise sound domain."""

    def read_and_draw():
        draw(read_domain({**SOUND, **changes}), 2, 0)

    survives(read_and_draw)


@pytest.mark.slow
@settings(FUZZ, max_examples=25)
@given(grown(depth=3), st.sampled_from(RELATIONS[:3]), st.sampled_from(QUANTITIES[:4]))
def test_a_whole_check_ends_in_time(formula, relation, quantity):
    """Whatever the claim is, a verdict comes within the time limit and a little."""
    with suppress(RidgeproofError):
        claim = Conjecture(
            "", quantity, relation, "exact", parse_formula(formula), EVERYWHERE, formula
        )
        start = time.monotonic()
        check(claim, budget=2048, time_limit=2)
        assert time.monotonic() - start < 4
