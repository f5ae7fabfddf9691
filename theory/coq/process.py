"""A process for Coq: its formulas by the theorem, and which of its asks are equal or vanish."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

from sympy import Expr, Integer

from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.coq.page import asked_symbol
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas, unfolded
from ridgeproof.theory.equivalent.formulas.sections import derivation_of
from ridgeproof.theory.errors import NotBuilt

__all__ = ["comparison"]


def comparison(formulas: ProcessFormulas) -> Derivation:
    """The derivation of a process, with a section for every two asks that are equal.

    Raises:
        NotBuilt: no ask vanishes and no two are equal, so that there is nothing to prove.
    """
    whole = {name: unfolded(ask, formulas.unknowns) for name, ask in formulas.asks.items()}
    found = [
        _section(name, Integer(0), "vanishes")
        for name, ask in whole.items()
        if equal(ask, Integer(0))
    ]
    found += [
        _section(one, asked_symbol(other), f"is {other}")
        for one, other in combinations(whole, 2)
        if equal(whole[one], whole[other])
    ]
    if not found:
        raise NotBuilt(
            "no ask of the process vanishes and no two are equal: there is nothing to prove in "
            "Coq. Ask for a difference that should be zero"
        )
    derivation = derivation_of(formulas)
    return replace(derivation, sections=(*derivation.sections, *found), formulas=formulas)


def _section(name: str, target: Expr, words: str) -> Section:
    rule = Rule("collect", RuleKind.ALGEBRA, "by canonical forms", lambda _: target)
    title = f"{name} {words}, for every spectrum and size"
    return Section(title, name, asked_symbol(name), "what is asked", (Step(target, rule),))
