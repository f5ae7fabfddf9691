"""Which theorem covers a setting: at every corner of the regimes, and where none does."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import partial

import pytest
from sympy import Rational, oo, true

from ridgeproof.numerics.chains.phase import phase
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import NoTheorem
from ridgeproof.theory.settings.selection import applicable, best, facts, generator_of
from ridgeproof.theory.settings.setting import Setting, make_setting

BASE = {"d": 10, "T": 20, "T0": 30, "n": 2, "sigma": 1, "sigma0": 1, "spectrum": "power-law:2"}
WIDE = {"T0": 5, "spectrum": "isotropic"}
QUIET = {"sigma": 0, "sigma0": 0}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, ["ridgeless"]),
        ({"T": 12}, ["ridgeless"]),
        ({"T": 11, "sigma": 0}, ["ridgeless"]),
        ({"T": 10, "sigma": 0}, ["ridgeless"]),
        ({"T": 9, "sigma": 0}, ["ridge"]),
        ({"T": 8}, ["ridge"]),
        ({"lam": 1}, ["ridge"]),
        ({"lam": 1, "T0": 12}, ["ridge"]),
        ({"lam": 1, "T0": 11, "sigma0": 0}, ["ridge"]),
        ({"lam": 1, "T0": 11}, ["moments", "generator"]),  # infinite: no closed form may claim it
        ({"lam": 1, "n": 0, "T0": 3}, ["ridge"]),
        ({"lam": 1, "n": 0, "lam0": 1}, ["ridge"]),
        ({"lam0": 1}, ["moments", "generator"]),
        ({"T0": 5}, ["moments", "generator"]),
        ({"T0": 8, "design": "shared"}, ["moments", "generator"]),
        ({"T0": 9, "sigma0": 0}, ["moments", "generator"]),
        (WIDE, ["isotropic-overparametrized"]),
        ({**WIDE, "T0": 8}, ["isotropic-overparametrized"]),
        ({**WIDE, "T0": 9, "sigma0": 0}, ["isotropic-overparametrized"]),
        ({**WIDE, "lam0": 1}, ["moments", "generator"]),
        ({**WIDE, "n": 0}, ["ridgeless"]),
        ({**WIDE, **QUIET}, ["noise-free"]),
        ({**WIDE, **QUIET, "T": 10}, ["noise-free"]),
        ({**WIDE, **QUIET, "design": "shared"}, ["noise-free"]),
        ({**WIDE, **QUIET, "lam": 1}, ["isotropic-overparametrized"]),
        ({**WIDE, **QUIET, "T": 9}, ["isotropic-overparametrized"]),
        ({**WIDE, **QUIET, "spectrum": "ar1:1/2"}, ["moments", "generator"]),
        ({"lam0": 1, "design": "shared", "n": 1}, ["moments", "generator"]),
    ],
)
def test_the_theorem_that_covers(change, expected):
    """The most specific theorem whose assumptions hold, else the functional and the step."""
    assert [formula.id for formula in best(make_setting(**{**BASE, **change}))] == expected


@dataclass(frozen=True, kw_only=True)
class Dropout(Setting):
    """A setting with a field that no theorem has heard of."""

    dropout: int = 0


class Ternary:
    """A law of features that no theorem has heard of."""


@pytest.mark.parametrize(
    ("change", "answer"),
    [
        ({}, evaluate),
        ({"T": 8, "lam": 1, "n": 0}, evaluate),
        ({"spectrum": "isotropic", "n": 0, "lam": 1}, partial(evaluate, form="exact")),
        ({"lam": 1}, optimum),
        ({"lam": 1}, phase),
        ({"T0": 5, "lam0": 1}, generator_of),
    ],
)
def test_what_no_theorem_knows_has_none(change, answer):
    """A new field, or a new law of features, is refused by all that rests on a theorem."""
    known = make_setting(**{**BASE, **change})
    assert answer(known)
    given = {field.name: getattr(known, field.name) for field in fields(known)}
    for dropout in (0, 1):
        with pytest.raises(NoTheorem, match=r"^dropout: no theorem"):
            answer(Dropout(**given, dropout=dropout))
    if answer is evaluate:
        object.__setattr__(known, "features", Ternary())
        with pytest.raises(NoTheorem, match="features"):
            answer(known)


def test_no_theorem_says_what_is_known():
    """Ridge generators that share a design are refused, with what is known and what to do."""
    setting = make_setting(**{**BASE, "lam0": 1, "design": "shared"})
    with pytest.raises(NoTheorem, match=r"(?s)lam0 = 1, n = 2.*Known are.*generator: .*simulate"):
        best(setting)


def test_applicable_formulas_come_most_specific_first():
    """A more special theorem has the higher priority."""
    found = applicable(make_setting(**{**BASE, "spectrum": "isotropic"}))
    assert [formula.id for formula in found] == ["ridgeless", "ridge"]
    assert all(formula.is_test_error for formula in found)


def test_facts_are_exact():
    """Assumptions see rationals, booleans, and infinity."""
    known = facts(make_setting(**{**BASE, "lam": "0.1", "design": "shared"}))
    assert known[sy.lam] == Rational(1, 10)
    assert known[sy.shared] == true
    infinite = make_setting(d="inf", T=5, spectrum="power-law:2", signal="source:1")
    assert facts(infinite)[sy.d] == oo
    assert sy.T0 not in facts(infinite)
