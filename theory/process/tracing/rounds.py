"""Fold: the loop that a few traced rounds are rounds of.

A traced function runs its loop's body a few times.  Each result has its own name; what differs from
round to round shows what goes round:

    the same name in every round          made before the loop
    a result of the round itself          made in the body
    a result of the round before          a name that the body assigns anew
    the same of two rounds before         a name that holds the last one's old value
    a list that grows by such results     a list that the body extends
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import (
    Binary,
    Expression,
    Items,
    Name,
    parts,
    rebuilt,
)
from ridgeproof.theory.process.names import assigned
from ridgeproof.theory.process.record import Let, Loop, Step

__all__ = ["ROUNDS", "Fold"]

ROUNDS = 4  # two rounds of memory, and two more that must agree


@dataclass(frozen=True)
class _Going:
    """A name that goes round: its value before the loop, and what the body assigns to it last."""

    name: str
    first: Expression
    next: Expression


@dataclass(frozen=True)
class _List:
    """A list that goes round: its items before the loop, and those that each round adds."""

    name: str
    first: tuple[Expression, ...]
    new: tuple[Expression, ...]


class Fold:
    """One traced loop, added to the block of steps around it.

    Raises:
        InputError: the rounds are not rounds of one loop.
    """

    def __init__(
        self,
        index: str,
        count: Expression,
        rounds: Sequence[tuple[Step, ...]],
        around: list[Step],
        variables: Sequence[tuple[Expression, ...]],
        fresh: Callable[[], str],
        wanted: dict[str, str],
    ) -> None:
        self.index, self.count = index, count
        self.around, self.fresh, self.wanted = around, fresh, wanted
        self.own = [_places(steps) for steps in rounds]
        self.names = list(self.own[0])
        self.going: list[_Going] = []
        self.lists: list[_List] = []
        self.body = self.block(rounds)
        self.ends = self.held_after(variables)
        self.before: list[Step] = []
        self.at = len(around)
        self.write()

    def write(self) -> None:
        """Put the loop, and what goes into it, into the block of steps around it."""
        before: list[Step] = [Let(going.name, going.first) for going in self.going]
        before += [Let(held.name, Items(held.first)) for held in self.lists]
        # A name that holds an old value takes it before that name is assigned anew.
        updates = [Let(going.name, going.next) for going in reversed(self.going)]
        steps = (*self.body, *updates)
        whole = [*before, Loop(self.index, self.count, steps)]
        self.around[self.at : self.at + len(self.before)] = whole
        self.before = whole

    # --- the body

    def block(self, blocks: Sequence[Sequence[Step]]) -> list[Step]:
        """The steps of which the rounds' steps are instances."""
        first, *others = blocks
        if any(len(other) != len(first) for other in others):
            raise self.refuse("does not do the same in every round")
        return [step for steps in zip(*blocks, strict=True) for step in self.step(steps)]

    def step(self, steps: Sequence[Step]) -> list[Step]:
        """One step of the body, after what it needs done before."""
        first = steps[0]
        if len({type(step) for step in steps}) > 1:
            raise self.refuse("does not do the same in every round")
        earlier: list[Step] = []
        held = [step.value if isinstance(step, Let) else step.count for step in steps]
        tree = self.tree(held, earlier)
        if isinstance(first, Let):
            return [*earlier, Let(first.name, tree)]
        body = self.block([step.steps for step in steps if isinstance(step, Loop)])
        return [*earlier, Loop(first.index, tree, tuple(body))]

    def tree(self, trees: Sequence[Expression], earlier: list[Step]) -> Expression:
        """The tree of which the rounds' trees are instances."""
        first = trees[0]
        if all(tree == first for tree in trees):
            return first
        if len({rebuilt(tree, lambda _: Name("")) for tree in trees}) == 1 and parts(first):
            given = iter(self.each([parts(tree) for tree in trees], earlier))
            return rebuilt(first, lambda _: next(given))
        if all(isinstance(tree, Items) for tree in trees):
            return self.growing([parts(tree) for tree in trees], earlier)
        return self.leaf(trees)

    def each(
        self, rows: Sequence[tuple[Expression, ...]], earlier: list[Step]
    ) -> tuple[Expression, ...]:
        """The trees of which the rounds' trees are instances, position by position."""
        return tuple(self.tree(trees, earlier) for trees in zip(*rows, strict=True))

    def leaf(self, trees: Sequence[Expression]) -> Expression:
        """The name of what a leaf of the rounds' trees is."""
        places = [self.place(tree) for tree in trees]
        for lag in range(3):
            known = [place for place in places[lag:] if place is not None]
            same = {(here - k, j) for k, (here, j) in enumerate(known)}
            if len(known) == len(trees) - lag and len(same) == 1 and places[lag] is not None:
                ((start, j),) = same
                if start == 0 and not any(places[:lag]):
                    return self.lagging(trees[:lag], Name(self.names[j]))
        if not any(places) and all(tree == trees[1] for tree in trees[1:]):
            return self.lagging(trees[:1], trees[1])
        raise self.refuse(f"uses {trees[0]}, which changes from round to round in a way not known")

    def lagging(self, first: Sequence[Expression], last: Expression) -> Expression:
        """A name that holds `last` of one round before for each value in `first`."""
        for value in reversed(first):
            found = next((g for g in self.going if (g.first, g.next) == (value, last)), None)
            if found is None:
                found = _Going(self.fresh(), value, last)
                if isinstance(last, Name) and last.name in self.wanted:
                    self.wanted[found.name] = self.wanted[last.name]
                self.going.append(found)
            last = Name(found.name)
        return last

    def growing(self, rows: Sequence[tuple[Expression, ...]], earlier: list[Step]) -> Expression:
        """The name of a list that grows by the same results in every round."""
        size = len(rows[1]) - len(rows[0])
        for short, long in pairwise(rows):
            if size < 1 or len(long) - len(short) != size or long[: len(short)] != short:
                raise self.refuse("changes a list otherwise than by adding to its end")
        new = self.each([row[len(row) - size :] for row in rows], earlier)
        first = rows[0][: len(rows[0]) - size] if len(rows[0]) >= size else rows[0]
        held = next((h for h in self.lists if (h.first, h.new) == (first, new)), None)
        if held is None:
            held = self.listed(first, new)
            earlier.append(Let(held.name, Binary("+", Name(held.name), Items(new))))
        return Name(held.name)

    def listed(self, first: tuple[Expression, ...], new: tuple[Expression, ...]) -> _List:
        """A list that goes round."""
        held = _List(self.fresh(), first, new)
        self.wanted[held.name] = "data"
        self.lists.append(held)
        return held

    def place(self, tree: Expression) -> tuple[int, int] | None:
        """The round and the position in it of a result, None for what is made before the loop."""
        if isinstance(tree, Name):
            for k, names in enumerate(self.own):
                if tree.name in names:
                    return k, names[tree.name]
        return None

    # --- after the loop

    def held_after(self, variables: Sequence[tuple[Expression, ...]]) -> dict[str, set[str]]:
        """The names that hold each result when the loop is over.

        The function's variables tell: one that held something before the loop still holds that
        after a loop of no rounds, whatever it shares its last value with.
        """
        ends: dict[str, set[str]] = {}
        for *starts, last in variables:
            if self.place(last) is None and any(start != last for start in starts):
                # Of before the loop, in a variable that does not hold it whatever the rounds.
                if not isinstance(last, Name):
                    raise self.refuse(f"sets a variable to {last}, which no loop of 0 rounds does")
                ends.setdefault(last.name, set()).update(map(str, (*starts, last)))
            elif isinstance(last, Name) and self.place(last) is not None:
                try:
                    held = self.leaf(starts)
                except InputError:
                    continue  # refused where it is used
                ends.setdefault(last.name, set()).add(str(held))
        return ends

    def after(self, name: str) -> str:
        """The name that holds a round's result when the loop is over.

        Raises:
            InputError: which name that is would depend on the number of rounds.
        """
        place = self.place(Name(name))
        last = place and Name(self.names[place[1]])
        held = self.ends.get(name) or {g.name for g in self.going if g.next == last}
        shown = self.wanted.get(name, "a result")
        if len(held) > 1:
            raise self.refuse(f"leaves {shown} in two names that differ when there are no rounds")
        if place is None or last is None:
            return name
        if place[0] < ROUNDS - 1 and name not in self.ends:
            raise self.refuse(f"is over, and {shown} of an earlier round is used")
        return next(iter(held), last.name)

    def gathered(self, items: tuple[Expression, ...]) -> Expression | None:
        """A list that holds a result of every round, in terms of a list that goes round."""
        places = [self.place(item) for item in items]
        start = next((at for at, place in enumerate(places) if place and place[0] == 0), None)
        if start is None:
            return None
        stop = next((at for at, p in enumerate(places) if at > start and p and p[0] == 1), start)
        size = stop - start
        new = items[start:stop]
        wanted = [(k, p[1]) for k in range(ROUNDS) for p in places[start:stop] if p]
        end = start + ROUNDS * size
        if size == 0 or places[start:end] != wanted:
            raise self.refuse("fills a list otherwise than by adding to its end")
        first = items[:start]
        held = next((h for h in self.lists if (h.first, h.new) == (first, new)), None)
        if held is None:
            held = self.listed(first, new)
            self.body.append(Let(held.name, Binary("+", Name(held.name), Items(new))))
            self.write()
        rest = items[end:]
        return Binary("+", Name(held.name), Items(rest)) if rest else Name(held.name)

    def refuse(self, condition: str) -> InputError:
        """The error of a loop that is none."""
        remedy = "write the loop in the text form, or over a plain number, which unrolls it"
        return InputError("loop", f"range({self.count})", condition, remedy)


def _places(steps: Sequence[Step]) -> dict[str, int]:
    """The names that a round's steps make, each with its position among them."""
    return {name: at for at, name in enumerate(dict.fromkeys(assigned(steps)))}
