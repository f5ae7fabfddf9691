"""Builder: the graph while it grows, and the registry of operators that make it grow.

An operator is a function with the decorator `operator`, in a module of
`theory.process.operators`; its name is the word of the language, and the annotations of its
parameters say what it takes:

    Expression  a number in the parameters        Combination  a model
    Labels      a vector on rows, or a list       Vector       a vector on rows
    RowSet      rows                              FeatureSet   random features
    Weights     a list of numbers                 Profile      the quoted name of a profile
    Word        a quoted word                     Parameter    the name of a parameter
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import ONE, Call, Expression, Number
from ridgeproof.theory.process.graph import Group, Node
from ridgeproof.theory.process.linear import Combination, Vector, over, plus, single
from ridgeproof.theory.process.names import names_in

__all__ = [
    "Builder",
    "Expectation",
    "FeatureSet",
    "Labels",
    "Operator",
    "Parameter",
    "Profile",
    "RowSet",
    "Value",
    "Weights",
    "Word",
    "operator",
    "operators",
]


@dataclass(frozen=True)
class RowSet:
    """The value of a name that stands for rows."""

    index: int


@dataclass(frozen=True)
class FeatureSet:
    """The value of a name that stands for random features."""

    index: int


@dataclass(frozen=True)
class Expectation(Expression):
    """A leaf of an ask: the expectation of something random."""

    def __str__(self) -> str:
        return f"{type(self).__name__.lower()}(...)"


Labels: TypeAlias = tuple[Vector, ...]
Weights: TypeAlias = tuple[Expression, ...]
Profile: TypeAlias = Expression
Word: TypeAlias = str
Parameter: TypeAlias = str
Value: TypeAlias = Expression | Combination | Vector | RowSet | FeatureSet | tuple[Any, ...]


@dataclass
class Builder:
    """The nodes so far, and what an operator may ask while it adds more.

    Attributes:
        profiles: the named profiles.
        rounds: what a count that is no number is taken for, None to refuse it.
        place: where in the text the work is, for error messages.
        counts: the names that counts were seen to depend on.
    """

    profiles: Mapping[str, Expression]
    rounds: int | None = None
    place: str = "steps"
    nodes: list[Node] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    counts: set[str] = field(default_factory=set)

    def add(self, node: Node) -> int:
        """Add a node; its index."""
        self.nodes.append(node)
        self.names.append("")
        return len(self.nodes) - 1

    def model(self, node: Node) -> Combination:
        """Add a node that is a model; the model."""
        return single(self.add(node))

    def refuse(self, value: object, condition: str, remedy: str) -> InputError:
        """The error at the place where the work is."""
        return InputError(self.place, value, condition, remedy)

    def count(self, value: Expression, most: int) -> int | None:
        """A whole number of rounds or steps, or None for one beyond `most` or without a value.

        Raises:
            InputError: the count is negative or no whole number.
        """
        self.counts |= set(names_in(value))
        if not isinstance(value, Number):
            return self.rounds
        if value.value.denominator != 1 or value.value < 0:
            raise self.refuse(value, "is no count", "give a whole number that is not negative")
        return int(value.value) if value.value <= most else None

    def pooled(self, labels: Labels, weights: Weights = ()) -> tuple[Group, ...]:
        """The groups of a fit: labels on the same rows are one group, with their weighted mean.

        For labels y_1, y_2 on the same rows,

            a |y_1 - X w|^2 + b |y_2 - X w|^2 = (a + b) |(a y_1 + b y_2)/(a + b) - X w|^2

        up to a term without w, and each counts its rows in the T of the objective.

        Raises:
            InputError: there are no labels, or not one weight for each.
        """
        if not labels:
            raise self.refuse("[]", "holds no labels", "fit on at least one vector of labels")
        if weights and len(weights) != len(labels):
            condition = f"are {len(weights)} for {len(labels)} vectors of labels"
            raise self.refuse("weights", condition, "give one weight for each")
        found: dict[int, Group] = {}
        for label, weight in zip(labels, weights or (ONE,) * len(labels), strict=True):
            if label.rows not in found:
                found[label.rows] = Group(label, weight, ONE)
                continue
            held = found[label.rows]
            total = plus(held.weight, weight)
            mean = held.labels.times(over(held.weight, total)).plus(
                label.times(over(weight, total))
            )
            found[label.rows] = Group(mean, total, Number(held.count.value + 1))
        return tuple(found.values())


@dataclass(frozen=True)
class Operator:
    """A word of the language.

    Attributes:
        name: the word.
        make: the function that adds to the graph and returns a value.
        ask: whether it is an expectation, which belongs in asks.
    """

    name: str
    make: Callable[..., Value]
    ask: bool

    @property
    def signature(self) -> inspect.Signature:
        """The arguments after the builder."""
        whole = inspect.signature(self.make)
        return whole.replace(parameters=list(whole.parameters.values())[1:])

    def bind(self, call: Call, place: Builder) -> dict[str, tuple[str, Expression]]:
        """The annotation and the tree of each argument given.

        Raises:
            InputError: too few or too many arguments, or a keyword that is unknown or repeated.
        """
        signature = self.signature
        for keyword, _ in call.options:
            if keyword not in signature.parameters:
                known = [p.name for p in signature.parameters.values() if p.default is not p.empty]
                remedy = f"{self.name} takes " + (", ".join(known) or "no keywords")
                raise place.refuse(f"{keyword}=", f"is no keyword of {self.name}", remedy)
            if sum(name == keyword for name, _ in call.options) > 1:
                raise place.refuse(f"{keyword}=", f"is given to {self.name} twice", "give it once")
        try:
            bound = signature.bind(*call.arguments, **dict(call.options))
        except TypeError as error:
            shape = ", ".join(signature.parameters)
            condition = f"does not fit {self.name}({shape}): {error}"
            raise place.refuse(call, condition, f"call {self.name}({shape})") from None
        return {
            name: (str(signature.parameters[name].annotation).partition(" |")[0], tree)
            for name, tree in bound.arguments.items()
        }


_REGISTRY: dict[str, Operator] = {}


def operator(*, ask: bool = False) -> Callable[[Callable[..., Value]], Callable[..., Value]]:
    """Declare a word of the language; `ask` marks an expectation."""

    def declare(make: Callable[..., Value]) -> Callable[..., Value]:
        _REGISTRY[make.__name__] = Operator(make.__name__, make, ask)
        return make

    return declare


@lru_cache
def operators() -> Mapping[str, Operator]:
    """Every operator by its word: those of the modules of `theory.process.operators`."""
    package = importlib.import_module("ridgeproof.theory.process.operators")
    for info in pkgutil.iter_modules(package.__path__):
        importlib.import_module(f"{package.__name__}.{info.name}")
    return _REGISTRY
