"""Steps on words: each trace by the axioms of its rule, turned as they need it."""

from __future__ import annotations

from collections.abc import Mapping

from sympy import Expr, Mul, Symbol

from ridgeproof.theory.calculus.alphabet import ESTIMATE, GATHERED, MIXED, B, X
from ridgeproof.theory.calculus.eigenbasis import DIAGONAL, FULL
from ridgeproof.theory.calculus.rules import Rule
from ridgeproof.theory.calculus.words import (
    InTurn,
    Replacement,
    Tr,
    Vanishing,
    Word,
    spell,
    traces,
    transposed,
)
from ridgeproof.theory.coq.text import coq, letter, spelled

_ESTIMATES = {ESTIMATE, MIXED, GATHERED}

__all__ = ["alphabet", "axiom", "axioms_of", "instances", "pattern_of", "rewritten", "to_sums"]


def axioms_of(rule: Rule) -> tuple[Replacement | Vanishing, ...]:
    """The axioms that a rule rewrites by; none where it is no replacement of words."""
    if isinstance(rule.rewrite, InTurn):
        return rule.rewrite.rewritings
    return (rule.rewrite,) if isinstance(rule.rewrite, Replacement) else ()


def pattern_of(each: Replacement | Vanishing) -> Word:
    """The letters that an axiom is about."""
    return (each.letter,) if isinstance(each, Vanishing) else each.pattern


def axiom(each: Replacement | Vanishing, rule: Rule) -> str:
    """An axiom as a statement about all words; an expectation where the rest is independent."""
    pattern = pattern_of(each)
    terms = [f"{_factor(c)} * tr B ({spelled(w)} ++ v)" for c, w in each.parts(pattern)]
    condition = f"{_independent(rule)} -> " if _independent(rule) else ""
    return f"forall B v, {condition}tr B ({spelled(pattern)} ++ v) = {' + '.join(terms) or '0'}"


def _independent(rule: Rule) -> str:
    """That the letters of v are independent of what an expectation is over; empty without one."""
    if not rule.letters:
        return ""
    if rule.letters[0] == X:
        return "forallb fixed v = true"
    averaged = {y for x in rule.letters for y in (x, transposed(x))}
    absent = " || ".join(f"letter_beq x {letter(x)}" for x in sorted(averaged, key=str))
    return f"forallb (fun x => negb (estimate x || {absent})) v = true"


def _turned(word: Word, goal: Word) -> str:
    """A proof that two spellings have the same trace."""
    backward = tuple(transposed(x) for x in reversed(word))
    for source, proof in ((word, ""), (backward, f"back B {spelled(word)}")):
        for i in range(len(source)):
            if source[i:] + source[:i] == goal:
                turn = f"turn B {spelled(source[:i])} {spelled(source[i:])}"
                return f"(eq_trans ({proof}) ({turn}))" if proof else f"({turn})"
    raise AssertionError((word, goal))


def rewritten(before: Expr, rule: Rule, names: Mapping[Replacement | Vanishing, str]) -> list[str]:
    """One equation for every trace that an axiom applies to, with its proof; then their use.

    Args:
        before: the line.
        rule: that leads to the next.
        names: of the axioms.
    """
    lines: list[str] = []
    used: list[str] = []
    for each in axioms_of(rule):
        words, seen = [x.word for x in traces(before)], set[Word]()
        while words:
            word = words.pop()
            place = each.placed(word)
            if place is None or word in seen:
                continue
            seen.add(word)
            turned, parts = place[0], each.parts(place[0])
            words += [spell(w) for _, w in parts]
            rest = turned[len(pattern_of(each)) :]
            more = " eq_refl" if _independent(rule) else ""
            proof = f"eq_trans {_turned(word, turned)} ({names[each]} B {spelled(rest)}{more})"
            ends = [f"(f_equal (Rmult {_factor(c)}) {_turned(w, spell(w))})" for c, w in parts]
            if ends:
                total = ends[0]
                for end in ends[1:]:
                    total = f"(f_equal2 Rplus {total} {end})"
                proof = f"eq_trans ({proof}) {total}"
            right = " + ".join(f"{_factor(c)} * tr B {spelled(spell(w))}" for c, w in parts)
            used.append(f"H{len(used) + 1}")
            lines.append(
                f"assert ({used[-1]} : tr B {spelled(word)} = {right or '0'}) by exact ({proof})."
            )
        before = each(before)
    return [*lines, _repeated(used)]


def _factor(coefficient: Expr) -> str:
    return f"({coq(coefficient)})"


def _repeated(used: list[str]) -> str:
    return f"repeat first [{' | '.join(f'rewrite {name}' for name in used)}]."


def instances(before: Expr, rule: Rule) -> list[tuple[Tr, Expr]]:
    """What a rule that is no replacement of words says of each trace."""
    return [(x, new) for x in traces(before) if (new := rule.rewrite(x)) != x]


def to_sums(before: Expr) -> tuple[list[str], list[Tr]]:
    """Traces of functions of Sigma as sums over the directions."""
    lines, found = [], traces(before)
    for k, each in enumerate(found, 1):
        summand = Mul(*(DIAGONAL[x] for x in each.word))
        lines += [
            f"assert (H{k} : tr B {spelled(each.word)} = sum d (fun i => {coq(summand)})).",
            "{ rewrite eigenbasis by (reflexivity || (cbn; lia)).",
            "  apply sum_ext; intros i Hi; at_i i Hi. cbn. field; side. }",
        ]
    return [*lines, _repeated([f"H{k}" for k in range(1, len(found) + 1)])], found


def alphabet(letters: set[Symbol]) -> tuple[list[str], list[str]]:
    """The letters, their transposes and their diagonals: definitions, and lines of the section."""
    own = sorted(letters | {transposed(x) for x in letters} | {B}, key=str)

    def match(images: dict[Symbol, str], other: str) -> str:
        cases = [f"{letter(x)} => {images[x]}" for x in own if x in images]
        cases += [f"_ => {other}"] if len(cases) < len(own) else []
        return f"match x with {' | '.join(cases)} end."

    turned = {x: letter(transposed(x)) for x in own}
    sorts = {
        "estimate": (
            "depends on all draws of a fit",
            _ESTIMATES | set(map(transposed, _ESTIMATES)),
        ),
        "fixed": ("holds nothing random", {x for x in own if not Tr(x).is_random}),
        "plain": ("is a function of Sigma or the test matrix", DIAGONAL.keys() - FULL),
        "moment": ("has a diagonal that is known, and no more", FULL),
    }
    definitions = [
        f"Inductive letter := {' | '.join(map(letter, own))}.",
        "Scheme Equality for letter.",
        f"Definition transposed (x : letter) := {match(turned, '')}",
    ]
    for name, (meaning, held) in sorts.items():
        cases = match({x: "true" for x in own if x in held}, "false")
        definitions.append(
            f"(* Whether it {meaning}. *)\nDefinition {name} (x : letter) := {cases}"
        )
    diagonal = {x: coq(DIAGONAL[x]) for x in own if x in DIAGONAL}
    return definitions, [
        "  (* The diagonal entry i of each. *)",
        f"  Definition diag (B : nat -> R) (x : letter) i := {match(diagonal, '0')}",
        "  (* algebra: tr(D C) = sum_i D_i C_ii for D a function of Sigma or the test matrix *)",
        "  Hypothesis eigenbasis : forall B v,",
        "    forallb (fun x => orb (plain x) (moment x)) v = true ->",
        "    (length (filter moment v) <= 1)%nat ->",
        "    tr B v = sum d (fun i => fold_right (fun x p => diag B x i * p) 1 v).",
    ]
