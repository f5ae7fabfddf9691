"""tidied: the steps of a traced function, as its user would write them.

A result without a name that is used once is written where it is used; a name that goes round a loop
is that of the result which it is assigned; every other result gets its user's name, or x1, x2, ...
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import Expression, Name, rebuilt
from ridgeproof.theory.process.names import assigned, loops, names_in
from ridgeproof.theory.process.record import Let, Loop, Step

__all__ = ["tidied"]

Asks = tuple[tuple[str, Expression], ...]


def tidied(
    steps: tuple[Step, ...], asks: Asks, wanted: Mapping[str, str], taken: set[str]
) -> tuple[tuple[Step, ...], Asks]:
    """The same steps and asks in fewer lines and with names.

    Args:
        steps: steps that assign each name once, but for names that go round.
        asks: what is asked.
        wanted: the user's names of results.
        taken: names that mean something else.
    """
    uses = Counter(_used(steps)) + Counter(names_in(asks))
    made = Counter(assigned(steps))
    brief = {n for n, k in uses.items() if k == 1 and n not in wanted and made[n] == 1}
    inner, put = _inlined(steps, brief)
    shorter = _begun(_merged(inner), names_in(asks))
    asks = tuple((name, _replaced(ask, put)) for name, ask in asks)
    names = _chosen(shorter, wanted, taken)
    named = tuple(_renamed(step, names) for step in shorter)
    asked = tuple((name, _replaced(ask, names)) for name, ask in asks)
    if any(name.startswith("_") for name in names_in((named, asked))):
        remedy = "write it in the text form"
        raise InputError("process", "a result", "of a loop is used in an unknown way", remedy)
    return named, asked


def _used(steps: Sequence[Step]) -> list[str]:
    # Within a loop a result of before is used as often as the loop runs: never once.
    outside = [set(names_in(each.steps)) - set(assigned(each.steps)) for each in loops(steps)]
    return [*names_in(tuple(steps)), *(name for names in outside for name in names)]


def _inlined(steps: Sequence[Step], brief: set[str]) -> tuple[list[Step], dict[str, Expression]]:
    """The steps without brief results, which stand where they are used; and those results."""
    put: dict[str, Expression] = {}
    kept: list[Step] = []
    alone = {s.value.name for s in steps if isinstance(s, Let) and isinstance(s.value, Name)}
    for step in steps:
        if isinstance(step, Loop):
            body, _ = _inlined(step.steps, brief)
            kept.append(Loop(step.index, _replaced(step.count, put), tuple(body)))
            continue
        value = _replaced(step.value, put)
        # The value of an assignment that is nothing else stays in its place: see `_merged`.
        if step.name in brief and step.name not in alone:
            put[step.name] = value
        else:
            kept.append(Let(step.name, value))
    return kept, put


def _merged(steps: Sequence[Step]) -> list[Step]:
    """Loops in which name = result at the end becomes the name of the result's own step."""
    merged: list[Step] = []
    for step in steps:
        if isinstance(step, Loop):
            body = _merged(step.steps)
            for update in [s for s in body if isinstance(s, Let) and isinstance(s.value, Name)]:
                body = _joined(body, update)
            merged.append(Loop(step.index, step.count, tuple(body)))
        else:
            merged.append(step)
    return merged


def _joined(body: list[Step], update: Let) -> list[Step]:
    """The body in which the result is called by the name of the update, which is left out.

    That is so unless the name's old value is read after the result is made.
    """
    assert isinstance(update.value, Name)
    result = update.value.name
    made = [at for at, s in enumerate(body) if isinstance(s, Let) and s.name == result]
    if update not in body or not made or made[0] > body.index(update):
        return body
    between = body[made[0] + 1 : body.index(update)]
    if result in assigned(body[: made[0]]) or update.name in _used(between):
        return body
    names: dict[str, Expression] = {result: Name(update.name)}
    called = [_renamed(step, names) for step in body[made[0] :]]
    idle = Let(update.name, Name(update.name))
    return [*body[: made[0]], *(step for step in called if step != idle)]


def _begun(steps: Sequence[Step], later: Sequence[str]) -> list[Step]:
    """The steps in which name = result before a loop becomes the name of the result's own step."""
    begun: list[Step] = []
    for at, step in enumerate(steps):
        if isinstance(step, Loop):
            outside = [*later, *_used([*steps[:at], *steps[at + 1 :]])]
            begun.append(Loop(step.index, step.count, tuple(_begun(step.steps, outside))))
        else:
            begun.append(step)
    for update in [s for s in begun if isinstance(s, Let) and isinstance(s.value, Name)]:
        loops = (at for at, s in enumerate(begun) if isinstance(s, Loop)
                 and update.name in assigned(s.steps))  # fmt: skip
        start = next(loops, None)
        assert isinstance(update.value, Name)
        if start is not None and update.value.name not in {*_used(begun[start:]), *later}:
            begun = _joined(begun, update)
    return begun


def _replaced(tree: Expression, put: Mapping[str, Expression]) -> Expression:
    if isinstance(tree, Name):
        return put.get(tree.name, tree)
    return rebuilt(tree, lambda part: _replaced(part, put))


def _chosen(
    steps: Sequence[Step], wanted: Mapping[str, str], taken: set[str]
) -> dict[str, Expression]:
    """A name for every result: the user's, with a number where it is taken."""
    names: dict[str, Expression] = {}
    used = set(taken)
    idle = {loop.index for loop in loops(steps)} - set(names_in(tuple(steps)))
    for name in dict.fromkeys(assigned(steps)):
        if name.startswith("_") and name in idle:
            names[name] = Name("_")
            continue
        base = wanted.get(name, "").lstrip("_") or "x"
        tries = (base if k == 1 and base != "x" else f"{base}{k}" for k in range(1, 10**6))
        chosen = next(text for text in tries if text not in used)
        used.add(chosen)
        names[name] = Name(chosen)
    return names


def _renamed(step: Step, names: Mapping[str, Expression]) -> Step:
    if isinstance(step, Let):
        return Let(str(names.get(step.name, step.name)), _replaced(step.value, names))
    body = tuple(_renamed(inner, names) for inner in step.steps)
    index = str(names.get(step.index, step.index))
    return Loop(index, _replaced(step.count, names), body)
