"""normal_form: from the record of a process to its graph, in which equal processes are equal.

Steps are carried out on linear forms: a name stands for a number, a model, a vector on rows, rows,
or a list, and each fit adds a node.  Loops of at most 200 fits are unrolled.  A longer one whose
rows and noise are all made inside it is one `Iteration`, whatever its count; any other is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.arithmetic import described, operate, opposite
from ridgeproof.theory.process.builder import (
    Builder,
    Expectation,
    FeatureSet,
    Labels,
    RowSet,
    Value,
    closest,
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
from ridgeproof.theory.process.facts import require_searched
from ridgeproof.theory.process.graph import (
    Body,
    Carried,
    Fit,
    Graph,
    Iteration,
    Node,
    Outcome,
    Truth,
    reached,
    references,
    renumbered,
)
from ridgeproof.theory.process.linear import Combination, Vector, single
from ridgeproof.theory.process.names import assigned, bound, free_names, loops
from ridgeproof.theory.process.record import Loop, Process, Step

__all__ = ["MOST_FITS", "check_process", "count_names", "normal_form"]

MOST_FITS = 200
MOST_NODES = 4000
MOST_STEPS = 20_000


class _NotClosed(Exception):
    """The body of a loop reads something that a round of an iteration cannot carry."""


@dataclass(frozen=True)
class _Unreadable:
    """What stands, in an iteration or after it, for a value that only an unrolled loop has.

    Attributes:
        error: what is raised where it is read.
    """

    error: _NotClosed | InputError


def normal_form(process: Process, values: Mapping[str, Fraction] | None = None) -> Graph:
    """The graph of a process.

    Args:
        process: the record.
        values: exact values for names of parameters, put in and folded; a name without one stays
            in the expressions of the graph.  A count of a loop that is unrolled needs its value.
            The parameter of a minimum stays a name.

    Raises:
        InputError: a step or an ask has no meaning, or a loop must be unrolled and cannot be.
    """
    return _Reader(process, values or {}).graph()


def count_names(process: Process) -> frozenset[str]:
    """The parameters that decide how often something is done: give these to `normal_form`."""
    reader = _Reader(process, {}, rounds=2)
    reader.graph()
    return frozenset(reader.build.counts) - {step.index for step in loops(process.steps)}


def check_process(process: Process) -> None:
    """Refuse a process whose names or steps have no meaning, whatever its parameters.

    Raises:
        InputError: names the step or ask, and what is wrong with it.
    """
    asked = {name for name, _ in process.asks}
    free = free_names(process)
    for name in sorted(asked & (free | set(process.defaults))):
        remedy = "give the ask another name"
        raise InputError(f"ask {name}", name, "is named like a parameter", remedy)
    for name in sorted(free & {"inf", "pi"}):
        remedy = "leave an infinite end out; write pi as a parameter of another name"
        raise InputError("process", name, "is no parameter", remedy)
    made = set(assigned(process.steps))
    for name in sorted(made & {*operators(), *process.truths, "d", "inf", "range"}):
        condition = "is assigned, but means something else"
        raise InputError("steps", name, condition, "choose another name")
    for name in sorted(made & set(process.defaults)):
        remedy = "leave it out of [process.parameters]"
        raise InputError(f"parameter {name}", name, "is assigned in the steps", remedy)
    reader = _Reader(process, {}, rounds=2)
    require_searched(reader.graph(), reader.build.counts)


class _Reader:
    """Carries out the steps of one process."""

    def __init__(
        self, process: Process, values: Mapping[str, Fraction], rounds: int | None = None
    ) -> None:
        self.process = process
        self.build = Builder(dict(process.covariances), rounds)
        self.assigned = set(assigned(process.steps))
        held = bound(process.asks)
        self.values = {n: Number(v) for n, v in values.items() if n not in held}
        self.env: dict[str, Any] = {}
        self.done = 0  # steps carried out, loops unrolled

    def graph(self) -> Graph:
        """The steps, then the asks; what no ask reaches is dropped."""
        for name in self.process.truths:
            profile = Name(name) if name == "w0" else dict(self.process.signals)[name]
            self.env[name] = self.build.model(Truth(profile))
            self.build.names[-1] = name
        self.steps(self.process.steps)
        asks = []
        for name, tree in self.process.asks:
            self.build.place = f"ask {name}"
            value = self.value(tree, asking=True)
            if not isinstance(value, Expression) or isinstance(value, Text):
                remedy = "ask for risk(m), norm2(m), mean_square(v) or arithmetic of such"
                raise self.build.refuse(tree, f"is {described(value)}, no number", remedy)
            asks.append((name, value))
        return _reached(self.build, tuple(asks))

    def steps(self, steps: tuple[Step, ...]) -> None:
        """Carry out steps."""
        for step in steps:
            if isinstance(step, Loop):
                self.loop(step)
                continue
            self.build.place = _place(step)
            self.done += 1
            if self.done > MOST_STEPS:
                remedy = "use fewer rounds"
                raise self.build.refuse(step.name, f"is one of over {MOST_STEPS} steps", remedy)
            start = len(self.build.nodes)
            value = self.value(step.value)
            self.env[step.name] = value
            self.label(step.name, value, start)
            if len(self.build.nodes) > MOST_NODES:
                condition = f"makes more than {MOST_NODES} objects"
                raise self.build.refuse(step.name, condition, "use fewer rounds or steps")

    def label(self, name: str, value: Any, start: int) -> None:
        """Give a new node that is exactly the value of a name that name, or name#2, ..."""
        index = value.index if isinstance(value, RowSet | FeatureSet) else None
        if isinstance(value, Combination) and len(value.terms) == 1:
            index = value.terms[0][1]
        if index is None or index < start or self.build.names[index]:
            return
        again = sum(given.partition("#")[0] == name for given in self.build.names) + 1
        self.build.names[index] = name if again == 1 else f"{name}#{again}"

    # --- loops

    def loop(self, loop: Loop) -> None:
        """Unroll a loop, or add it as an iteration."""
        build = self.build
        build.place = _place(loop)
        tree = self.number(self.value(loop.count))
        count = build.count(tree, MOST_FITS)
        if count is not None and self.unrolled(loop, count):
            return
        build.place = _place(loop)
        before = dict(self.env)
        start = len(build.nodes)
        try:
            self.iterate(loop, tree)
        except _NotClosed as error:
            self.env = before
            self.shorten(start)
            raise self.unclosed(loop, tree, str(error)) from None

    def unclosed(self, loop: Loop, count: Expression, why: str) -> InputError:
        """The error of a loop that is too long to unroll and is no iteration."""
        self.build.place = _place(loop)
        known = "has no value yet" if not isinstance(count, Number) else "is too large"
        return self.build.refuse(
            f"range({count})",
            f"must be unrolled ({why}), at most {MOST_FITS} fits, and the count {known}",
            "give a smaller count, or make all rows and noise of the loop inside it for its models",
        )

    def shorten(self, length: int) -> None:
        """Forget the nodes from an index on."""
        del self.build.nodes[length:], self.build.names[length:]

    def unrolled(self, loop: Loop, count: int) -> bool:
        """Carry out the rounds, unless they make too many fits; then undo and say no."""
        before, start = dict(self.env), len(self.build.nodes)
        for index in range(count):
            self.env[loop.index] = Number(Fraction(index))
            self.steps(loop.steps)
            fits = sum(isinstance(node, Fit | Iteration) for node in self.build.nodes[start:])
            if fits * count > MOST_FITS * (index + 1):
                self.env = before
                self.shorten(start)
                return False
        self.env.pop(loop.index, None)
        return True

    def iterate(self, loop: Loop, count: Expression) -> None:
        """Add a loop as one node: models go round, all else is made inside."""
        build = self.build
        before, start = dict(self.env), len(build.nodes)
        changed = {loop.index, *assigned(loop.steps)}
        going = [name for name, value in before.items() if isinstance(value, Combination)]
        for position, name in enumerate(going):
            self.env[name] = build.model(Carried(Number(Fraction(position))))
        for name in changed & (before.keys() | {loop.index}) - set(going):
            error = _NotClosed(f"{name} is carried from one round to the next")
            self.env[name] = _Unreadable(error)
        self.steps(loop.steps)
        inside, names = build.nodes[start:], build.names[start:]
        leaving = [self.env[name] for name in going]
        if not all(isinstance(model, Combination) for model in leaving):
            raise _NotClosed("a name changes from a model to something else")
        if any(index < start for index in references((tuple(inside), tuple(leaving)))):
            raise _NotClosed("it uses rows or noise made outside it")
        self.shorten(start)
        body = _trimmed(inside, leaving, names, start)
        made = {name for name in self.env if name not in before}
        used = body[1]
        entering = tuple(before[going[position]] for position in used)
        iteration = build.add(Iteration(count, entering, body[0]))
        self.env = before
        for name in made | (changed - set(going)):
            why = f"{name} is made in it and used after it"
            self.env[name] = _Unreadable(self.unclosed(loop, count, why))
        for rank, position in enumerate(used):
            if going[position] in changed:
                self.env[going[position]] = build.model(Outcome(iteration, Number(Fraction(rank))))
                build.names[-1] = going[position]

    # --- values

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
            value: Value | _Unreadable = self.env[name]
            if isinstance(value, _Unreadable):
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


def _place(step: Step) -> str:
    return f"steps, line {step.line}" if step.line else "steps"


def _reached(build: Builder, asks: tuple[tuple[str, Expression], ...]) -> Graph:
    order = reached(build.nodes, asks)
    rank = {index: position for position, index in enumerate(order)}
    return Graph(
        tuple(renumbered(build.nodes[index], rank.__getitem__) for index in order),
        renumbered(asks, rank.__getitem__),
        tuple(build.names[index] for index in order),
    )


def _trimmed(
    inside: list[Node], leaving: list[Combination], names: list[str], start: int
) -> tuple[Body, list[int]]:
    """The body of an iteration without what no leaving model needs, and the models that enter.

    A model that no round changes and none uses does not go round.
    """
    nodes = [renumbered(node, lambda index: index - start) for node in inside]
    models = [renumbered(model, lambda index: index - start) for model in leaving]
    carried = [i for i, node in enumerate(nodes) if isinstance(node, Carried)]
    used = {p for p, model in enumerate(models) if model != single(carried[p])}
    while True:
        order = reached(nodes, tuple(models[p] for p in sorted(used)))
        more = used | {carried.index(i) for i in order if i in carried}
        if more == used:
            break
        used = more
    going = sorted(used)
    order = sorted(order, key=lambda i: (not isinstance(nodes[i], Carried), order.index(i)))
    rank = {index: position for position, index in enumerate(order)}
    kept = [renumbered(nodes[index], rank.__getitem__) for index in order]
    for at, node in enumerate(kept):
        if isinstance(node, Carried):
            kept[at] = Carried(Number(Fraction(going.index(int(node.position.value)))))
    body = Body(
        tuple(kept),
        tuple(renumbered(models[position], rank.__getitem__) for position in going),
        tuple(names[index] for index in order),
    )
    return body, going
