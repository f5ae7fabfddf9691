"""What the names of a process are: parameters, what is assigned, what a minimum runs over."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ridgeproof.theory.process.expressions import Call, Expression, Name, Text, walk
from ridgeproof.theory.process.record import Let, Loop, Process, Step

__all__ = ["assigned", "bound", "free_names", "loops", "names_in", "quoted", "used_names"]


def free_names(process: Process) -> frozenset[str]:
    """The parameters: names of steps and asks that are assigned nowhere and are no truth."""
    return used_names(process) - {*process.truths, *assigned(process.steps)}


def used_names(process: Process) -> frozenset[str]:
    """Every name that stands in the steps and asks other than to be assigned."""
    return frozenset(names_in((process.steps, process.asks)))


def names_in(item: object) -> list[str]:
    """The names in trees, steps or tuples of such, as often as they stand there."""
    return [part.name for part in walk(item) if isinstance(part, Name)]


def quoted(process: Process) -> frozenset[str]:
    """Every quoted word of the steps and asks: profiles, laws and activations."""
    trees = walk((process.steps, process.asks))
    return frozenset(part.text for part in trees if isinstance(part, Text))


def _each(steps: Iterable[Step]) -> Iterator[Step]:
    """Every step in order, those within loops included."""
    for step in steps:
        yield step
        if isinstance(step, Loop):
            yield from _each(step.steps)


def loops(steps: Iterable[Step]) -> list[Loop]:
    """Every loop, those within others included."""
    return [step for step in _each(steps) if isinstance(step, Loop)]


def assigned(steps: Iterable[Step]) -> list[str]:
    """The names that steps give a value, in order and as often; indices of loops included."""
    return [step.name if isinstance(step, Let) else step.index for step in _each(steps)]


def bound(asks: tuple[tuple[str, Expression], ...]) -> set[str]:
    """The parameters over which an ask takes a minimum."""
    calls = (part for part in walk(asks) if isinstance(part, Call))
    held = (
        c.arguments[1] for c in calls if c.function in {"minimum", "argmin"} and c.arguments[1:]
    )
    return {name.name for name in held if isinstance(name, Name)}
