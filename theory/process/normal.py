"""normal_form: from the record of a process to its graph, in which equal processes are equal.

Steps are carried out on linear forms: a name stands for a number, a model, a vector on rows, rows,
or a list, and each fit adds a node.  Loops of at most 200 fits are unrolled.  A longer one whose
rows and noise are all made inside it is one `Iteration`, whatever its count; any other is refused.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.arithmetic import described
from ridgeproof.theory.process.builder import FeatureSet, RowSet, operators
from ridgeproof.theory.process.expressions import Expression, Name, Number, Text
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
from ridgeproof.theory.process.linear import Combination, single
from ridgeproof.theory.process.names import assigned, free_names, loops
from ridgeproof.theory.process.record import Loop, Process, Step
from ridgeproof.theory.process.values import Unreadable, Values

__all__ = ["MOST_FITS", "check_process", "count_names", "normal_form"]

MOST_FITS = 200
MOST_NODES = 4000
MOST_STEPS = 20_000


class _NotClosed(Exception):
    """The body of a loop reads something that a round of an iteration cannot carry."""


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


class _Reader(Values):
    """Carries out the steps of one process."""

    done = 0  # steps carried out, loops unrolled

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
        build = self.build
        order = reached(build.nodes, tuple(asks))
        nodes, names, asked = _ordered(order, build.nodes, build.names, tuple(asks))
        return Graph(nodes, asked, names)

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
            self.env[name] = Unreadable(error)
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
            self.env[name] = Unreadable(self.unclosed(loop, count, why))
        for rank, position in enumerate(used):
            if going[position] in changed:
                self.env[going[position]] = build.model(Outcome(iteration, Number(Fraction(rank))))
                build.names[-1] = going[position]


def _place(step: Step) -> str:
    return f"steps, line {step.line}" if step.line else "steps"


def _ordered(
    order: list[int], nodes: Sequence[Node], names: Sequence[str], roots: Any
) -> tuple[tuple[Node, ...], tuple[str, ...], Any]:
    """The nodes and names in an order, and the roots, with the indices that nodes have in it."""
    rank = {index: position for position, index in enumerate(order)}
    kept = tuple(renumbered(nodes[index], rank.__getitem__) for index in order)
    return kept, tuple(names[index] for index in order), renumbered(roots, rank.__getitem__)


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
    leave = tuple(models[position] for position in going)
    kept, called, leave = _ordered(order, nodes, names, leave)
    entered = {carried[position]: rank for rank, position in enumerate(going)}
    enter = tuple(Carried(Number(Fraction(entered[i]))) for i in order if i in entered)
    return Body((*enter, *kept[len(enter) :]), leave, called), going
