"""Lines that do a counterexample again: a command, and a Python snippet, both complete as printed.

A counterexample is one setting, or a pair: the two ends of a change, of a log-log slope, or the two
sizes of a Richardson combination 2 x(2) - x(1).
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from theory.formula import ERROR_TERMS
from theory.setting import Setting
from verification.simulate import METHODS

if TYPE_CHECKING:
    from verification.verdict import Counterexample

__all__ = ["command_line", "python_snippet", "setting_arguments"]

# A conditional draw costs milliseconds; known laws are sampled a million times, by other means.
_MOST = 20_000
# What clean data do not see.
_CHAIN = {"T0", "sigma0", "lam0", "design"}


def command_line(example: Counterexample) -> str:
    """One shell line; where two settings count, the commands for both, the earlier one first."""
    return " && ".join(_command(example, setting) for setting in _settings(example))


def python_snippet(example: Counterexample) -> str:
    """One line of Python that prints the observed side."""
    values = [_value(example, setting) for setting in _settings(example)]
    if len(values) == 1:
        return f"import ridgeproof; print({values[0]})"
    number = ".mean" if _simulated(example) else ""
    first, last = (f"{name} = {value}{number}" for name, value in zip("ab", values, strict=True))
    return f"import math, ridgeproof; {first}; {last}; print({_combined(example)})"


def setting_arguments(setting: Setting) -> str:
    """The keyword arguments of `make_setting`, as text, without what makes no difference."""
    given = {name: value for name, value in setting.canonical().items() if value is not None}
    if setting.n == 0:
        given = {name: value for name, value in given.items() if name not in _CHAIN}
    defaults = {field.name: field.default for field in fields(Setting)}
    given = {name: value for name, value in given.items() if str(value) != str(defaults[name])}
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


def _settings(example: Counterexample) -> tuple[Setting, ...]:
    if example.before is not None:
        return example.before, example.setting
    if _simulated(example) and "Richardson" in example.method:
        return example.setting, example.setting.grown(2)
    return (example.setting,)


def _combined(example: Counterexample) -> str:
    if example.before is None:
        return "2*b - a"
    if example.slope_in:
        ends = (getattr(s, example.slope_in) for s in (example.setting, example.before))
        return "math.log(b/a)/math.log({}/{})".format(*(f"({end})" for end in ends))
    return "b - a"


def _simulated(example: Counterexample) -> bool:
    return example.standard_error is not None


def _term(example: Counterexample) -> str:
    return example.term or example.quantity


def _method(example: Counterexample) -> str:
    name = example.method.split()[0]
    return name if name in METHODS else "conditional"


def _repetitions(example: Counterexample) -> int:
    return max(min(example.repetitions, _MOST), 2)


def _is_exact(example: Counterexample) -> bool:
    return "exact theorem" in example.method


def _command(example: Counterexample, setting: Setting) -> str:
    options = setting.command_line()
    if _term(example) == "optimal_lam":
        kept = [option for option in options.split(" --") if not option.startswith("lam ")]
        return "ridgeproof optimum " + " --".join(kept)
    if not _simulated(example):
        return f"ridgeproof evaluate {options}{' --form exact' if _is_exact(example) else ''}"
    quantity = f" --quantity {_term(example)}" if _term(example) in ERROR_TERMS else ""
    effort = f" --method {_method(example)} --repetitions {_repetitions(example)}"
    return f"ridgeproof simulate {options}{quantity}{effort}"


def _value(example: Counterexample, setting: Setting) -> str:
    made = f"ridgeproof.make_setting({setting_arguments(setting)})"
    term = _term(example)
    if term == "optimal_lam":
        return f"ridgeproof.optimum({made}).lam"
    if not _simulated(example):
        form = ", form='exact'" if _is_exact(example) else ""
        part = f".terms[{term!r}]" if term in ERROR_TERMS else ".value"
        return f"ridgeproof.evaluate({made}{form}){part}"
    quantity = f", quantity={term!r}" if term in ERROR_TERMS else ""
    effort = f", method={_method(example)!r}, repetitions={_repetitions(example)}"
    return f"ridgeproof.simulate({made}{quantity}{effort})"
