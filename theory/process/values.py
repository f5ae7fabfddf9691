"""Values: what the expressions of a process stand for, by the names that steps have assigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ridgeproof.theory.checks import closest
from ridgeproof.theory.process.arithmetic import described, operate, opposite
from ridgeproof.theory.process.builder import (
    Builder,
    Expectation,
    FeatureSet,
    Labels,
    RowSet,
    Value,
    operators,
)
from ridgeproof.theory.process.expressions import (
    Binary,
    Call,
    Expression,
    Items,
    Name,
    Negative,
    Number,
    Text,
    walk,
)
from ridgeproof.theory.process.linear import Combination, Vector
from ridgeproof.theory.process.names import assigned, bound
from ridgeproof.theory.process.record import Process

__all__ = ["Unreadable", "Values"]


@dataclass(frozen=True)
class Unreadable:
    """What a name holds where its value cannot be had; the error is raised where it is read."""

    error: Exception


class Values:
    """The names of one process and the graph that grows while expressions are read.

    Attributes:
        build: the graph so far.
        env: what each name stands for.
    """

    def __init__(
        self, process: Process, values: Mapping[str, Fraction], rounds: int | None = None
    ) -> None:
        self.process = process
        self.build = Builder(dict(process.covariances), rounds)
        self.assigned = set(assigned(process.steps))
        held = bound(process.asks)
        self.values = {n: Number(v) for n, v in values.items() if n not in held}
        self.env: dict[str, Any] = {}

    def number(self, value: Any) -> Expression:
        """A value that must be a number."""
        if isinstance(value, Expression) and not isinstance(value, Text):
            if any(isinstance(part, Expectation) for part in walk(value)):
                remedy = "a process is linear in its labels: this is outside linear processes"
                condition = "is an expectation used as a number in a step"
                raise self.build.refuse(type(value).__name__, condition, remedy)
            return value
        condition = f"is {described(value)} where a number is needed"
        raise self.build.refuse(described(value), condition, "give a number or a parameter")

    def value(self, tree: Expression, *, asking: bool = False) -> Value:
        """What an expression stands for."""
        match tree:
            case Number() | Text():
                return tree
            case Name(name):
                return self.named(name)
            case Negative(item):
                return opposite(self.build, self.value(item, asking=asking))
            case Binary(sign, left, right):
                first = self.value(left, asking=asking)
                return operate(self.build, sign, first, self.value(right, asking=asking))
            case Items(items):
                return tuple(self.value(item, asking=asking) for item in items)
            case Call():
                return self.call(tree, asking=asking)
        raise self.build.refuse(tree, "is not part of a process", "write an operator or arithmetic")

    def named(self, name: str) -> Value:
        """What a name stands for."""
        if name in self.env:
            value: Value | Unreadable = self.env[name]
            if isinstance(value, Unreadable):
                raise value.error
            return value
        if name in self.assigned:
            condition = "is used before it is made"
            raise self.build.refuse(name, condition, f"assign {name} before, in an earlier line")
        if name in operators():
            raise self.build.refuse(name, "is an operator", f"call it, as in {name}(...)")
        return self.values.get(name, Name(name))

    def call(self, call: Call, *, asking: bool) -> Value:
        """What an operator returns."""
        known = operators()
        if call.function not in known:
            hint = closest(call.function, known)
            operands = () if hint else call.arguments
            if any(isinstance(self.value(item), Combination | Vector) for item in operands):
                condition = "is no operator: a label may not depend nonlinearly on a model"
                remedy = "a function of a model is outside linear processes"
                raise self.build.refuse(f"{call.function}(...)", condition, remedy)
            remedy = f"{hint}use one of {', '.join(known)}"
            raise self.build.refuse(f"{call.function}(...)", "is no operator", remedy)
        found = known[call.function]
        if found.ask and not asking:
            condition = "is an expectation, used in a step"
            remedy = "ask it under [ask]: a step that depends on it is outside linear processes"
            raise self.build.refuse(f"{call.function}(...)", condition, remedy)
        given = found.bind(call, self.build)
        return found.make(
            self.build,
            **{
                name: self.argument(found.name, name, kind, tree, asking=asking and found.ask)
                for name, (kind, tree) in given.items()
            },
        )

    def argument(self, word: str, name: str, kind: str, tree: Expression, *, asking: bool) -> Any:
        """An argument of an operator, as its annotation says.

        Raises:
            InputError: the argument is of another kind.
        """
        if kind == "Parameter":
            if not isinstance(tree, Name) or tree.name in {*self.assigned, *self.process.truths}:
                remedy = "name a parameter that is assigned nowhere"
                raise self.build.refuse(tree, "is no parameter", remedy)
            return tree.name
        value = self.value(tree, asking=asking)
        match kind, value:
            case "Expression", Expression() if not isinstance(value, Text):
                return value if asking else self.number(value)
            case "Combination", Combination():
                return value
            case "Vector", Vector():
                return value
            case "RowSet", RowSet():
                return value
            case "FeatureSet", FeatureSet():
                return value
            case "Word", Text(text):
                return text
            case "Profile", Text(text):
                return self.profile(text)
            case "Labels", _:
                return self.labels(word, value)
            case "Weights", tuple():
                return tuple(self.number(item) for item in value)
        wanted = _WANTED[kind]
        condition = f"takes {wanted} as its {name}, not {described(value)}"
        hint = closest(value.name, self.env) if isinstance(value, Name) else ""
        raise self.build.refuse(f"{word}({tree})", condition, f"{hint}give {wanted}")

    def labels(self, word: str, value: Value) -> Labels:
        """One vector of labels or a list of them."""
        items = value if isinstance(value, tuple) else (value,)
        for item in items:
            if isinstance(item, Combination):
                condition, remedy = "is fitted on a model in place of labels", "write rows @ model"
                raise self.build.refuse(f"{word}(...)", condition, remedy)
            if not isinstance(item, Vector):
                condition = f"is fitted on {described(item)} in place of labels"
                hint = closest(item.name, self.env) if isinstance(item, Name) else ""
                remedy = f"{hint}give a vector on rows"
                raise self.build.refuse(f"{word}(...)", condition, remedy)
        return items

    def profile(self, name: str) -> Expression:
        """A named profile."""
        if name == "Sigma":
            return Name("s")
        known = self.build.profiles
        if name not in known:
            remedy = f"{closest(name, known)}add it to [process.covariances]"
            raise self.build.refuse(f"'{name}'", "is no profile of this process", remedy)
        return known[name]


_WANTED = {
    "Expression": "a number",
    "Combination": "a model",
    "Vector": "a vector on rows",
    "RowSet": "rows",
    "FeatureSet": "random features",
    "Word": "a quoted word",
    "Profile": "the quoted name of a profile",
    "Weights": "a list of numbers",
}
