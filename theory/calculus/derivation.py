"""Derivations: a list of lines, each obtained from the one before by a rule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sympy import Expr, Symbol, diff, together

from ridgeproof.theory.calculus.algebra import equal, equal_when_isotropic
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.domains.positivity import PositivityProof
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.shown import Written
from ridgeproof.theory.symbols import is_level

if TYPE_CHECKING:
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas

__all__ = ["Derivation", "Section", "Step", "differentiate", "insert", "restate", "unfold"]


@dataclass(frozen=True)
class Step:
    """One line: the expression, and the rule that led from the previous line to it."""

    expression: Expr
    rule: Rule

    @property
    def justification(self) -> str:
        """Why the line follows: the rule's name and its equation."""
        return f"{self.rule.kind.value}: {self.rule.statement}"


@dataclass(frozen=True)
class Section:
    """A chain of lines for one quantity, named by ``label``; ``start`` defines it."""

    title: str
    label: str
    start: Expr
    start_reason: str
    steps: tuple[Step, ...]

    @property
    def result(self) -> Expr:
        """The last line."""
        return self.steps[-1].expression if self.steps else self.start

    def pairs(self) -> Iterable[tuple[Expr, Step]]:
        """Each step with the line it was applied to."""
        previous = self.start
        for step in self.steps:
            yield previous, step
            previous = step.expression


@dataclass(frozen=True, eq=False)
class Derivation(Written):
    """The sections that lead from the process to the formula.

    Sections after the one numbered ``main`` are consequences.  Where the first sections are
    those of a process, ``formulas`` are its own, and ``meanings`` say what the symbols of the
    theorem are in them.  ``asks`` are the results by name where a process has been derived, and
    ``special`` is the result where values have been given to symbols.
    """

    id: str
    sections: tuple[Section, ...]
    remark: str = ""
    proofs: tuple[PositivityProof, ...] = ()
    main: int = -1
    formulas: ProcessFormulas | None = None
    meanings: Mapping[Symbol, Expr] = field(default_factory=dict)
    asks: Mapping[str, Expr] = field(default_factory=dict)
    special: Expr | None = None

    def data(self) -> dict[str, Any]:
        """The steps and the result as plain data; nothing is said to be checked."""
        from ridgeproof.theory.rendering import derivation_data

        return derivation_data(self)

    def written(self, style: str) -> str:
        """Every line with its reason, as `ridgeproof derive ID --format` prints it, unchecked."""
        from ridgeproof.theory.rendering import derivation_in

        return derivation_in[style](self)

    @property
    def by_rules(self) -> tuple[Section, ...]:
        """The sections after those of a process: its pencil, its unknowns, and each ask."""
        return (
            self.sections if self.formulas is None else self.sections[2 + len(self.formulas.asks) :]
        )

    @property
    def label(self) -> str:
        """What the result is called."""
        return self.sections[self.main].label

    @property
    def result(self) -> Expr:
        """The last line of the main section, with the values that were given to symbols."""
        return self.sections[self.main].result if self.special is None else self.special

    @property
    def results(self) -> Mapping[str, Expr]:
        """The results by name."""
        return self.asks or {self.label: self.result}

    def specialised(self, name: str, value: object) -> Derivation:
        """With a value for a symbol in the result, as in n, 3.

        Raises:
            InputError: an unknown name or value.
        """
        from ridgeproof.theory.specialise import specialise

        return replace(self, special=specialise(self.result, [f"{name}={value}"]))


def unfold(title: str, label: str, start: Expr, reason: str, rules: Iterable[Rule]) -> Section:
    """Apply the rules in order, keeping every line.

    Raises:
        DerivationError: a rule does not apply.
    """
    steps = []
    expression = start
    for rule in rules:
        expression = rule(expression)
        steps.append(Step(expression, rule))
    return Section(title, label, start, reason, tuple(steps))


def restate(target: Expr, statement: str, *, isotropic: bool = False) -> Rule:
    """Rewrite the line as ``target``, after proving the two equal in canonical form.

    Where ``isotropic`` is true they are equal for Sigma = I.

    Raises:
        DerivationError: the line is not equal to the target.
    """
    same = equal_when_isotropic if isotropic else equal
    needs = frozenset({"isotropic"} if isotropic else ())

    def rewrite(expression: Expr) -> Expr:
        if not same(expression, target):
            raise DerivationError(f"the derivation gives {expression}, which is not {target}")
        return target

    return Rule("collect", RuleKind.ALGEBRA, statement, rewrite, needs=needs)


def insert(values: Mapping[Symbol, Expr], why: str = "", *, isotropic: bool = False) -> Rule:
    """Put values in, inside sums over directions and outside, all at once."""
    shown = ", ".join(f"{x}{'_i' * is_level(x)} = {value}" for x, value in values.items())
    return Rule(
        "insertion",
        RuleKind.INSERTION,
        f"insert {shown}{why and f': {why}'}",
        lambda expression: expression.xreplace(dict(values)),
        substitution=values,
        needs=frozenset({"isotropic"} if isotropic else ()),
    )


def differentiate(symbol: Symbol, *, isotropic: bool = False) -> Rule:
    """Differentiate the line."""
    return Rule(
        "differentiate",
        RuleKind.DERIVATIVE,
        f"d/d{symbol}",
        lambda expression: (
            together(diff(expression, symbol)) if isotropic else diff(expression, symbol)
        ),
        substitution={symbol: symbol},
        needs=frozenset({"isotropic"} if isotropic else ()),
    )
