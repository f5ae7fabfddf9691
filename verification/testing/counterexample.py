"""Counterexample: where a claim fails, and the lines that show it again, complete as printed.

A counterexample is one setting, or a pair: the two ends of a change or of a log-log slope, and the
two sizes of a Richardson combination 2 x(2) - x(1).  A simulated change is one simulation of the
difference, on common random numbers, so that its sign shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.simulate import METHODS
from ridgeproof.verification.testing.redo import (
    evaluation_call,
    evaluation_command,
    simulation_call,
    simulation_command,
)

__all__ = ["Counterexample", "Located"]


class Located(Protocol):
    """A setting, or a process with all its numbers fixed; its text is in the words of options."""

    def canonical(self) -> dict[str, Any]:
        """The place as plain data."""
        ...


@dataclass(frozen=True)
class Counterexample:
    """A setting where the claim fails: the smallest found at this budget.

    ``observed`` is a Monte Carlo mean where ``standard_error`` is given, otherwise a value of the
    derived theory or of the definition; ``method`` says which, in words.  Of a simulation
    ``sampler`` is the name, and ``pair`` says that it drew the Richardson combination
    2 x(2) - x(1) of two sizes; ``exact`` says that the value is one at this very size.

    A change is one from ``before`` to ``setting``, of the quantity ``term``; or a log-log slope in
    the variable ``slope_in``.  ``redo`` and ``redo_python`` reproduce the observed side where it is
    not the process that was simulated.
    """

    setting: Located
    quantity: str
    claimed: str
    observed: str
    standard_error: float | None
    method: str
    term: str = ""
    redo: str = ""
    redo_python: str = ""
    repetitions: int = 0
    before: Located | None = None
    slope_in: str = ""
    sampler: str = ""
    pair: bool = False
    exact: bool = False

    @property
    def is_simulated(self) -> bool:
        """Whether ``observed`` is a Monte Carlo mean."""
        return self.standard_error is not None

    def data(self) -> dict[str, Any]:
        """The counterexample as plain data, with lines that reproduce it."""
        return {
            "setting": self.setting.canonical(),
            "quantity": self.quantity,
            "claimed": self.claimed,
            "observed": self.observed,
            "standard_error": self.standard_error,
            "method": self.method,
            "command": self.command,
            "python": self.python,
        }

    @property
    def command(self) -> str:
        """A shell line that reproduces the observed side.

        Where two settings count, the commands for both, the earlier one first.
        """
        return self.redo or " && ".join(self._command(*each) for each in self._settings())

    @property
    def python(self) -> str:
        """A line of Python that prints the observed side, where there is one."""
        if self.redo:
            return self.redo_python
        values = [self._value(*each) for each in self._settings()]
        if len(values) == 1:
            return f"import ridgeproof; print({values[0]})"
        first, last = (f"{name} = {value}" for name, value in zip("ab", values, strict=True))
        return f"import math, ridgeproof; {first}; {last}; print({self._combined()})"

    def _settings(self) -> list[tuple[Setting, Setting | None]]:
        """The settings to look at, each with the one that the same simulation takes off it."""
        after, before = self.setting, self.before
        assert isinstance(after, Setting)  # elsewhere the counterexample brings its own lines
        assert before is None or isinstance(before, Setting)
        if not self.is_simulated:
            return [(after, None)] if before is None else [(before, None), (after, None)]
        if not self.pair:
            return [(after, before)]
        return [(after, before), (after.grown(2), None if before is None else before.grown(2))]

    def _combined(self) -> str:
        if self.is_simulated:
            return "2*b - a"
        if self.slope_in:
            ends = (getattr(s, self.slope_in) for s in (self.setting, self.before))
            return "math.log(b/a)/math.log({}/{})".format(*(f"({end})" for end in ends))
        return "b - a"

    def _simulated(self, setting: Setting, minus: Setting | None) -> tuple[Any, ...]:
        sampler = self.sampler if self.sampler in METHODS else "conditional"
        return setting, minus, self.term or self.quantity, sampler, self.repetitions

    def _command(self, setting: Setting, minus: Setting | None) -> str:
        if self.is_simulated:
            return simulation_command(*self._simulated(setting, minus))
        return evaluation_command(setting, self.term or self.quantity, exact=self.exact)

    def _value(self, setting: Setting, minus: Setting | None) -> str:
        if self.is_simulated:
            return simulation_call(*self._simulated(setting, minus))
        return evaluation_call(setting, self.term or self.quantity, exact=self.exact)
