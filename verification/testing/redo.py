"""Lines that do a simulation or an evaluation again: a command, and the same in Python."""

from __future__ import annotations

from dataclasses import fields

from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import Setting

__all__ = [
    "evaluation_call",
    "evaluation_command",
    "setting_arguments",
    "simulation_call",
    "simulation_command",
]


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
    effort = f" --method {method} --repetitions {repetitions} --seed 0"
    less = "".join(f" --minus {change}" for change in changes)
    return f"ridgeproof simulate {setting.command_line()}{less}{term}{effort}"


def simulation_call(
    setting: Setting, minus: Setting | None, quantity: str, method: str, repetitions: int
) -> str:
    """The call in Python that does the same."""
    less = "" if minus is None else f", minus={_made(minus)}"
    term = f", quantity={quantity!r}" if quantity in ERROR_TERMS else ""
    effort = f", method={method!r}, repetitions={repetitions}, seed=0"
    return f"ridgeproof.simulate({_made(setting)}{less}{term}{effort}).mean"


def setting_arguments(setting: Setting) -> str:
    """The keyword arguments of `make_setting`, as text, without what makes no difference."""
    plain = (setting if setting.n else setting.clean()).canonical()
    given = {name: value for name, value in plain.items() if value is not None}
    defaults = {field.name: field.default for field in fields(Setting)}
    given = {name: value for name, value in given.items() if str(value) != str(defaults[name])}
    return ", ".join(f"{name}={value!r}" for name, value in given.items())


def _made(setting: Setting) -> str:
    return f"ridgeproof.make_setting({setting_arguments(setting)})"


def evaluation_command(setting: Setting, quantity: str, *, exact: bool) -> str:
    """The command that prints what the theory says about a quantity at a setting."""
    options = setting.command_line()
    if quantity == "optimal_lam":
        kept = [option for option in options.split(" --") if not option.startswith("lam ")]
        return "ridgeproof optimum " + " --".join(kept)
    return f"ridgeproof evaluate {options}{' --form exact' if exact else ''}"


def evaluation_call(setting: Setting, quantity: str, *, exact: bool) -> str:
    """The call in Python that does the same."""
    if quantity == "optimal_lam":
        return f"ridgeproof.optimum({_made(setting)}).lam"
    form = ", form='exact'" if exact else ""
    part = f".terms[{quantity!r}]" if quantity in ERROR_TERMS else ".value"
    return f"ridgeproof.evaluate({_made(setting)}{form}){part}"
