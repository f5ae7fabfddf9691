"""Lines that do a counterexample again: a command, and a Python snippet, both complete as printed.

A counterexample is one setting, or a pair: the two ends of a change or of a log-log slope, and the
two sizes of a Richardson combination 2 x(2) - x(1).  A simulated change is one simulation of the
difference, on common random numbers, so that its sign shows.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.simulate import METHODS

if TYPE_CHECKING:
    from ridgeproof.verification.testing.verdict import Counterexample

__all__ = [
    "command_line",
    "python_snippet",
    "setting_arguments",
    "simulation_call",
    "simulation_command",
]


def command_line(example: Counterexample) -> str:
    """One shell line; where two settings count, the commands for both, the earlier one first."""
    return " && ".join(_command(example, *pair) for pair in _settings(example))


def python_snippet(example: Counterexample) -> str:
    """One line of Python that prints the observed side."""
    values = [_value(example, *pair) for pair in _settings(example)]
    if len(values) == 1:
        return f"import ridgeproof; print({values[0]})"
    number = ".mean" if example.is_simulated else ""
    first, last = (f"{name} = {value}{number}" for name, value in zip("ab", values, strict=True))
    return f"import math, ridgeproof; {first}; {last}; print({_combined(example)})"


def simulation_command(
    setting: Setting, minus: Setting | None, quantity: str, method: str, repetitions: int
) -> str:
    """The command that simulates a quantity at a setting, less that at another."""
    term = f" --quantity {quantity}" if quantity in ERROR_TERMS else ""
    changes = [
        f"{field.name}={there}"
        for field in fields(Setting)
        if minus and (there := getattr(minus, field.name)) != getattr(setting, field.name)
    ]
    # The seed that a call in Python has by default.
    effort = f" --method {method} --repetitions {repetitions} --seed 0"
    less = "".join(f" --minus {change}" for change in changes)
    return f"ridgeproof simulate {setting.command_line()}{less}{term}{effort}"


def simulation_call(
    setting: Setting, minus: Setting | None, quantity: str, method: str, repetitions: int
) -> str:
    """The call in Python that does the same."""
    less = "" if minus is None else f", minus={_made(minus)}"
    term = f", quantity={quantity!r}" if quantity in ERROR_TERMS else ""
    effort = f", method={method!r}, repetitions={repetitions}"
    return f"ridgeproof.simulate({_made(setting)}{less}{term}{effort})"


def setting_arguments(setting: Setting) -> str:
    """The keyword arguments of `make_setting`, as text, without what makes no difference."""
    plain = (setting if setting.n else setting.clean()).canonical()
    given = {name: value for name, value in plain.items() if value is not None}
    defaults = {field.name: field.default for field in fields(Setting)}
    given = {name: value for name, value in given.items() if str(value) != str(defaults[name])}
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


def _made(setting: Setting) -> str:
    return f"ridgeproof.make_setting({setting_arguments(setting)})"


def _settings(example: Counterexample) -> list[tuple[Setting, Setting | None]]:
    """The settings to look at, each with the one that is taken off it by the same simulation."""
    after, before = example.setting, example.before
    if not example.is_simulated:
        return [(after, None)] if before is None else [(before, None), (after, None)]
    if "Richardson" not in example.method:
        return [(after, before)]
    return [(after, before), (after.grown(2), None if before is None else before.grown(2))]


def _combined(example: Counterexample) -> str:
    if example.is_simulated:
        return "2*b - a"
    if example.slope_in:
        ends = (getattr(s, example.slope_in) for s in (example.setting, example.before))
        return "math.log(b/a)/math.log({}/{})".format(*(f"({end})" for end in ends))
    return "b - a"


def _term(example: Counterexample) -> str:
    return example.term or example.quantity


def _method(example: Counterexample) -> str:
    name = example.method.split()[0]
    return name if name in METHODS else "conditional"


def _is_exact(example: Counterexample) -> bool:
    return "exact theorem" in example.method


def _command(example: Counterexample, setting: Setting, minus: Setting | None) -> str:
    if example.is_simulated:
        effort = _method(example), example.repetitions
        return simulation_command(setting, minus, _term(example), *effort)
    options = setting.command_line()
    if _term(example) == "optimal_lam":
        kept = [option for option in options.split(" --") if not option.startswith("lam ")]
        return "ridgeproof optimum " + " --".join(kept)
    return f"ridgeproof evaluate {options}{' --form exact' if _is_exact(example) else ''}"


def _value(example: Counterexample, setting: Setting, minus: Setting | None) -> str:
    term = _term(example)
    if example.is_simulated:
        return simulation_call(setting, minus, term, _method(example), example.repetitions)
    if term == "optimal_lam":
        return f"ridgeproof.optimum({_made(setting)}).lam"
    form = ", form='exact'" if _is_exact(example) else ""
    part = f".terms[{term!r}]" if term in ERROR_TERMS else ".value"
    return f"ridgeproof.evaluate({_made(setting)}{form}){part}"
