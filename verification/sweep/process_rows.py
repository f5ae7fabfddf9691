"""Rows of a sweep over a process: its points, and the cells of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ridgeproof.numerics.equivalent.evaluate import evaluate_process, prepared
from ridgeproof.numerics.equivalent.profiles import space_of
from ridgeproof.theory.process.facts import require_known
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.processes.stated import whole_names
from ridgeproof.verification.simulation.simulate_process import simulate_process
from ridgeproof.verification.sweep.axes import AxisKind

__all__ = ["ProcessPoint", "kinds_of", "limits", "simulated"]

Cells = dict[str, float | int | str | None]
_TEXTS = ("spectrum", "signal")


def kinds_of(process: Process) -> dict[str, AxisKind]:
    """What a grid can vary: the parameters of a process, d, spectrum and signal."""
    whole = {*whole_names(process, {}), "d"}
    names = sorted((free_names(process) | process.defaults.keys() | whole) - set(_TEXTS))
    kinds = {name: AxisKind.WHOLE if name in whole else AxisKind.REAL for name in names}
    return {**kinds, **dict.fromkeys(_TEXTS, AxisKind.TEXT)}


@dataclass(frozen=True)
class ProcessPoint:
    """A process with some of its values given, as plain JSON.

    Raises:
        InputError: a value is missing or has no meaning.
    """

    process: Process
    given: Mapping[str, int | str]

    def __post_init__(self) -> None:
        values = {**self.process.defaults, **self.given}
        for name in ("d", *_TEXTS):
            values.pop(name, None)
        require_known(self.process, values)
        prepared(self.process, values, self._space)

    @property
    def _space(self) -> Any:
        return space_of(self.process, **{k: self.given.get(k) for k in ("d", *_TEXTS)})  # type: ignore[arg-type]

    @property
    def setting(self) -> Setting:
        """A setting with the same spectrum and signal."""
        return make_setting(T=1, **self._space._asdict())

    def canonical(self) -> dict[str, Any]:
        """All that decides a row besides the process."""
        defaults = {name: str(value) for name, value in self.process.defaults.items()}
        space = {name: str(value) for name, value in self._space._asdict().items()}
        return {**defaults, **{name: str(value) for name, value in self.given.items()}, **space}

    def stated(self) -> dict[str, Any]:
        """What was given."""
        return dict(self.given)


def limits(process: Process, asks: tuple[str, ...], given: Mapping[str, Any]) -> Cells:
    """The limits of some asks."""
    found = evaluate_process(_only(process, asks), terms=False, **given).values
    # As many digits as are carried, so that a row does not depend on the last bit.
    return {f"{name}_limit": float(f"{float(value):.12g}") for name, value in found.items()}


def simulated(
    process: Process, asks: tuple[str, ...], given: Mapping[str, Any], reasons: dict[str, None],
    effort: Mapping[str, Any],
) -> Cells:  # fmt: skip
    """Means, standard errors and deviations of some asks, from the same literal repetitions."""
    found = simulate_process(_only(process, asks), **effort, **given)
    cells: Cells = {}
    for name, each in found.asks.items():
        if each.reason:
            reasons[f"{name}: {each.reason}"] = None
        cells |= {
            f"{name}_simulated": each.mean,
            f"{name}_standard_error": each.standard_error,
            f"{name}_repetitions": None if each.mean is None else found.repetitions,
            f"{name}_z_limit": each.z,
        }
    return cells


def _only(process: Process, asks: tuple[str, ...]) -> Process:
    return replace(process, asks=tuple(pair for pair in process.asks if pair[0] in asks))
