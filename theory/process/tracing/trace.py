"""process: a Python function traced by operator overloading, as the record that its text gives.

The function is called once with stand-ins for its arguments, the parameters.  Each operation adds
a step; the words of the language are there by their names, as is `range`, whose loops over a
parameter `theory.process.tracing.rounds` makes a `Loop` of.  The function returns its asks by name.
"""

from __future__ import annotations

import dis
import functools
import inspect
import types
from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from ridgeproof.theory.checks import exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.builder import operators
from ridgeproof.theory.process.expressions import (
    Call,
    Expression,
    Items,
    Name,
    Number,
    Text,
    binary,
    negative,
    rebuilt,
)
from ridgeproof.theory.process.file import checked_process, read_process
from ridgeproof.theory.process.record import Let, Step
from ridgeproof.theory.process.tracing.rounds import ROUNDS, Fold
from ridgeproof.theory.process.tracing.tidy import tidied

__all__ = ["process"]


def process(
    source: Callable[..., Any] | Path | str | None = None,
    *,
    truths: tuple[str, ...] = ("w0",),
    covariances: Mapping[str, str] | None = None,
    signals: Mapping[str, str] | None = None,
    title: str = "",
) -> Any:
    """The record of a process: of a file, of a text, or of a function, also as a decorator.

    Args:
        source: a path or a text to read, or a function to trace.  Its arguments are the parameters,
            with their defaults, where spectrum and signal are words; an argument named like a truth
            is that truth.
        truths: names of fixed vectors.
        covariances: profiles by name.
        signals: profiles of truths other than w0.
        title: said of the process; the first line of the docstring if empty.

    Raises:
        InputError: what is read or traced is no process.

    >>> @process
    ... def plain(T=30, sigma="1/2", lam="1/10"):
    ...     A = rows(T)
    ...     m = ridge(A @ w0 + sigma * noise(A), lam)
    ...     return {"risk": risk(m)}
    >>> from ridgeproof.theory.process.text import steps_text
    >>> print(steps_text(plain.steps))
    A = rows(T)
    m = ridge(A@w0 + sigma*noise(A), lam)
    """
    if source is None:
        return functools.partial(
            process, truths=truths, covariances=covariances, signals=signals, title=title
        )
    if not callable(source):
        return read_process(source)
    steps, asks, given = _Tracer(source, truths).run()
    head = {
        "parameters": given,
        "truths": list(truths),
        "covariances": dict(covariances or {}),
        "signals": dict(signals or {}),
        "title": title or (inspect.getdoc(source) or "").partition("\n")[0],
    }
    return checked_process(steps, asks, head)


def _both_ways(sign: str) -> tuple[Callable[..., _Traced], Callable[..., _Traced]]:
    """The methods of a value that stands left, and of one that stands right, of a sign."""

    def left(self: _Traced, other: object) -> _Traced:
        return self.tracer.operate(sign, self, other)

    def right(self: _Traced, other: object) -> _Traced:
        return self.tracer.operate(sign, other, self)

    return left, right


class _Traced:
    """Stands for a value while a function is traced; `asked` where it holds an expectation."""

    def __init__(self, tracer: _Tracer, tree: Expression, *, asked: bool = False) -> None:
        self.tracer = tracer
        self.tree = tree
        self.asked = asked

    __add__, __radd__ = _both_ways("+")
    __sub__, __rsub__ = _both_ways("-")
    __mul__, __rmul__ = _both_ways("*")
    __truediv__, __rtruediv__ = _both_ways("/")
    __matmul__, __rmatmul__ = _both_ways("@")
    __pow__, __rpow__ = _both_ways("^")

    def __neg__(self) -> _Traced:
        return self.tracer.negated(self)

    def __pos__(self) -> _Traced:
        return self

    def _refuse(self, *_: object) -> Any:
        condition = "is compared, counted or branched on while it is traced"
        remedy = "a process is linear in its labels and has no branches; write powers as **"
        raise InputError("process", self.tree, condition, remedy)

    __bool__ = __index__ = __float__ = __int__ = __len__ = __iter__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = __xor__ = __rxor__ = __floordiv__ = __mod__ = _refuse
    # Python's own answers to these go by identity: one branch would be taken without a word.
    __eq__ = __ne__ = __hash__ = __contains__ = __getitem__ = __str__ = __format__ = _refuse
    __abs__ = __round__ = __complex__ = __rfloordiv__ = __rmod__ = __divmod__ = _refuse
    __and__ = __rand__ = __or__ = __ror__ = __invert__ = __lshift__ = __rshift__ = _refuse
    __trunc__ = __floor__ = __ceil__ = __rdivmod__ = __rlshift__ = __rrshift__ = _refuse


class _Tracer:
    """One run of a function."""

    def __init__(self, function: Callable[..., Any], truths: tuple[str, ...]) -> None:
        if not isinstance(function, types.FunctionType):
            remedy = "give a plain function, a path or a text"
            raise InputError("process", function, "cannot be traced", remedy)
        self.function = function
        self.truths = truths
        self.steps: list[Step] = []
        self.wanted: dict[str, str] = {}  # the user's name of a result
        self.folds: list[Fold] = []
        self.open = 0  # loops that have begun and not ended
        self.made = 0

    def run(
        self,
    ) -> tuple[tuple[Step, ...], tuple[tuple[str, Expression], ...], dict[str, object]]:
        """The steps, the asks and the defaults of the parameters."""
        given: dict[str, object] = {}
        arguments: dict[str, Any] = {}
        for name, parameter in inspect.signature(self.function).parameters.items():
            if parameter.kind in {parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD}:
                remedy = "name each parameter"
                raise InputError("process", f"*{name}", "is no parameter", remedy)
            arguments[name] = _Traced(self, Name(name))
            if parameter.default is not parameter.empty:
                given[name] = parameter.default
        words: dict[str, Any] = {
            **{word: functools.partial(self.call, word) for word in operators()},
            **{name: _Traced(self, Name(name)) for name in self.truths},
            "range": self.range,
        }
        old = self.function
        traced = types.FunctionType(
            old.__code__, {**old.__globals__, **words}, old.__name__, None, old.__closure__
        )
        asks = traced(**arguments)
        if self.open:
            remedy = "let every loop run to its end"
            raise InputError("process", old.__name__, "leaves a loop early", remedy)
        if not isinstance(asks, Mapping):
            remedy = 'return the asks by name, such as {"risk": risk(m)}'
            raise InputError("process", old.__name__, "returns no asks", remedy)
        trees = tuple((str(name), self.tree(ask)) for name, ask in asks.items())
        taken = {*arguments, *self.truths, *words}
        return (*tidied(tuple(self.steps), trees, self.wanted, taken), given)

    # --- what a traced function does

    def operate(self, sign: str, left: object, right: object) -> _Traced:
        """Left sign right."""
        asked = any(isinstance(item, _Traced) and item.asked for item in (left, right))
        tree = binary(sign, self.tree(left), self.tree(right))
        return self.held(tree, asked=asked)

    def negated(self, item: _Traced) -> _Traced:
        """-item."""
        return self.held(negative(self.tree(item)), asked=item.asked)

    def call(self, word: str, *given: object, **options: object) -> _Traced:
        """A word of the language."""
        named = tuple((name, self.tree(value)) for name, value in options.items())
        tree = Call(word, tuple(self.tree(item) for item in given), named)
        return self.held(tree, asked=operators()[word].ask)

    def range(self, *given: Any) -> Any:
        """Python's range, or a loop over a parameter: a few rounds, of which a `Loop` is made."""
        if len(given) != 1 or not isinstance(given[0], _Traced):
            return range(*given)
        return self.loop(self.tree(given[0]))

    def loop(self, count: Expression) -> Iterator[_Traced]:
        """A few rounds of a loop; then the loop itself."""
        self.open += 1
        outer, rounds = self.steps, []
        index = self.fresh()
        seen = [self.variables()]
        for _ in range(ROUNDS):
            self.steps = []
            yield _Traced(self, Name(index))
            rounds.append(tuple(self.steps))
            seen.append(self.variables())
        self.steps = outer
        variables = [
            tuple(values[name] for values in seen)
            for name in seen[0]
            if all(name in values for values in seen)
        ]
        fold = Fold(index, count, rounds, outer, variables, self.fresh, self.wanted)
        self.folds.append(fold)
        self.open -= 1

    def variables(self) -> dict[str, Expression]:
        """What the traced function's variables hold, as far as it is one value each."""
        found: dict[str, Expression] = {}
        frame = _outside()
        for name, value in dict(frame.f_locals).items() if frame else ():
            try:
                found[name] = self.tree(value)
            except InputError:
                continue  # refused where it is used
        return {n: tree for n, tree in found.items() if isinstance(tree, Name | Number)}

    # --- from values to steps

    def fresh(self) -> str:
        """A name that no user can write."""
        self.made += 1
        return f"_{self.made}"

    def held(self, tree: Expression, *, asked: bool) -> _Traced:
        """The result of an operation: a step, or part of an ask."""
        if asked or isinstance(tree, Number):
            return _Traced(self, tree, asked=asked)
        name = self.fresh()
        target = _target()
        if target:
            self.wanted[name] = target
        self.steps.append(Let(name, tree))
        return _Traced(self, Name(name))

    def tree(self, value: object) -> Expression:
        """The tree of a value that a traced function handles.

        Raises:
            InputError: it is none that a process knows.
        """
        match value:
            case _Traced():
                return self.settled(value.tree)
            case list() | tuple():
                items = tuple(self.tree_of_item(item) for item in value)
                for fold in reversed(self.folds):
                    tree = fold.gathered(items)
                    if tree is not None:
                        return tree
                return Items(tuple(map(self.settled, items)))
            case str():
                return Text(value)
            case bool():
                pass
            case int() | float() | Fraction():
                return Number(exact("number", value))
        raise InputError("process", value, "is no value of a process", "use the process's words")

    def tree_of_item(self, item: object) -> Expression:
        """The tree of an item, before it is settled: which round it is of tells what a list is."""
        return item.tree if isinstance(item, _Traced) else self.tree(item)

    def settled(self, tree: Expression) -> Expression:
        """A tree in which results of rounds are the names that hold them after the loop."""
        if not isinstance(tree, Name):
            return rebuilt(tree, self.settled)
        name = tree.name
        for fold in self.folds:
            name = fold.after(name)
        return Name(name)


def _outside() -> types.FrameType | None:
    """The frame of the traced function, in which an operation or a loop stands."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals is globals():
        frame = frame.f_back
    return frame


def _target() -> str:
    """The name to which the traced function assigns the running operation's result, or ""."""
    frame = _outside()
    if frame is None:
        return ""
    for instruction in dis.get_instructions(frame.f_code):
        if instruction.offset > frame.f_lasti:
            stores = instruction.opname.startswith(("STORE_FAST", "STORE_DEREF", "STORE_NAME"))
            value = instruction.argval
            return str(value[0] if isinstance(value, tuple) else value) if stores else ""
    return ""
