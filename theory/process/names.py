"""What the names of a process are: parameters, what is assigned, what a minimum runs over."""

from __future__ import annotations

from collections.abc import Iterator

from ridgeproof.theory.process.expressions import Call, Expression, Name, Text, walk
from ridgeproof.theory.process.record import Let, Loop, Process, Step

__all__ = ["assigned", "bound", "free_names", "loops", "quoted", "used_names"]


def free_names(process: Process) -> frozenset[str]:
    """The parameters: names of steps and asks that are assigned nowhere and are no truth."""
    return used_names(process) - {*process.truths, *assigned(process.steps)}


def used_names(process: Process) -> frozenset[str]:
    """Every name that stands in the steps and asks other than to be assigned."""
    return frozenset(part.name for part in _parts(process) if isinstance(part, Name))


def quoted(process: Process) -> frozenset[str]:
    """Every quoted word of the steps and asks: profiles, laws and activations."""
    return frozenset(part.text for part in _parts(process) if isinstance(part, Text))


def _parts(process: Process) -> Iterator[Expression]:
    return walk((*_trees(process.steps), *(ask for _, ask in process.asks)))


def loops(steps: tuple[Step, ...]) -> list[Loop]:
    """Every loop, those within others included."""
    outer = [step for step in steps if isinstance(step, Loop)]
    return outer + [inner for loop in outer for inner in loops(loop.steps)]


def assigned(steps: tuple[Step, ...]) -> set[str]:
    """The names that steps give a value, indices of loops included."""
    own = {step.name for step in steps if isinstance(step, Let)}
    outer = [step for step in steps if isinstance(step, Loop)]
    return own.union(*({loop.index} | assigned(loop.steps) for loop in outer))


def bound(asks: tuple[tuple[str, Expression], ...]) -> set[str]:
    """The parameters over which an ask takes a minimum."""
    calls = (part for part in walk(tuple(ask for _, ask in asks)) if isinstance(part, Call))
    held = (
        c.arguments[1] for c in calls if c.function in {"minimum", "argmin"} and c.arguments[1:]
    )
    return {name.name for name in held if isinstance(name, Name)}


def _trees(steps: tuple[Step, ...]) -> tuple[Expression, ...]:
    found: list[Expression] = []
    for step in steps:
        if isinstance(step, Let):
            found.append(step.value)
        else:
            found += [step.count, *_trees(step.steps)]
    return tuple(found)
