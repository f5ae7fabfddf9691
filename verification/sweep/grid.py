"""Grid: the settings of a sweep, in order, one at a time and never all at once.

The first entry varies slowest, as in nested loops; names that are zipped take their values in
step.  An entry may use the names of entries before it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Symbol

from ridgeproof.numerics.spectra.number_files import file_length
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source, SpectrumFile
from ridgeproof.verification.conjectures.domain_table import check_keys
from ridgeproof.verification.sweep.axes import (
    AxisKind,
    Values,
    known_after,
    names,
    read_values,
)
from ridgeproof.verification.sweep.process_rows import ProcessPoint, kinds_of

__all__ = ["MOST_SETTINGS", "Axis", "Grid", "Point", "read_grid"]

MOST_SETTINGS = 10**7

Point = Setting | ProcessPoint

# Names that vary together: one alone, or several that are zipped.
Axis = tuple[Values, ...]


@dataclass(frozen=True)
class Grid:
    """The settings of a sweep, or the points of a process, as axes; the first varies slowest.

    Raises:
        InputError: an entry uses a name that no earlier entry gives, zipped names differ in
            length, or there are too many settings.

    >>> grid = read_grid({"d": 10, "T": ["2*d", 30], "lam": [0, 0.1]})
    >>> [(setting.T, str(setting.lam)) for setting in grid]
    [(20, '0'), (20, '1/10'), (30, '0'), (30, '1/10')]
    """

    axes: tuple[Axis, ...]
    process: Process | None = None

    def __post_init__(self) -> None:
        self._check_zipped()
        self._check_order()
        if self.least_size == 0:
            raise InputError("grid", "no setting", "is empty", "widen its ranges")
        if self.least_size > MOST_SETTINGS:
            raise InputError(
                "grid",
                f"{self.least_size} settings",
                f"has more than {MOST_SETTINGS}",
                "split it into several sweeps",
            )

    @property
    def least_size(self) -> int:
        """The number of settings; ranges whose ends use other names count as one value."""
        return math.prod(axis[0].size if axis[0].size is not None else 1 for axis in self.axes)

    def __iter__(self) -> Iterator[Point]:
        return self._descend(0, {}, {})

    def _descend(
        self, depth: int, given: dict[str, Any], known: Mapping[Symbol, Fraction]
    ) -> Iterator[Point]:
        if depth == len(self.axes):
            yield _point(self.process, given)
            return
        axis = self.axes[depth]
        for row in zip(*(values.at(known) for values in axis), strict=True):
            deeper = known
            for values, value in zip(axis, row, strict=True):
                given[values.name] = value
                deeper = known_after(values.name, value, deeper)
            yield from self._descend(depth + 1, given, deeper)

    def _check_zipped(self) -> None:
        for axis in self.axes:
            sizes = [values.size for values in axis]
            if len(axis) > 1 and (None in sizes or len(set(sizes)) > 1):
                shown = ", ".join(f"{x.name}: {x.size or 'a range'}" for x in axis)
                raise InputError(
                    "grid zip", shown, "cannot go in step", "give each the same number of values"
                )

    def _check_order(self) -> None:
        known: set[Symbol] = set()
        for axis in self.axes:
            for values in axis:
                for symbol in sorted(values.used - known, key=str):
                    condition = f"uses {symbol}, which no earlier entry gives"
                    remedy = f"put {symbol} before it"
                    if symbol in {sy.beta, sy.r}:
                        condition = f"uses {symbol}, which not every earlier spectrum or signal has"
                        remedy = 'put spectrum = "power-law:BETA" and signal = "source:R" before it'
                    raise InputError(f"grid {values.name}", _shown(values), condition, remedy)
            for values in axis:
                known |= _gives(values)


def _gives(values: Values) -> set[Symbol]:
    """The symbols that are known whichever value is taken."""
    if all(isinstance(item, PowerLaw) for item in values.items):
        return {sy.beta}
    if all(isinstance(item, Source) for item in values.items):
        return {sy.r}
    if values.kind is AxisKind.TEXT or "inf" in values.items:
        return set()
    return set(known_after(values.name, Fraction(0), {}))


def _shown(values: Values) -> str:
    return ", ".join(map(str, values.items))


def _point(process: Process | None, given: Mapping[str, Any]) -> Point:
    try:
        if process is not None:
            plain = {n: x if isinstance(x, int) else str(x) for n, x in given.items()}
            return ProcessPoint(process, plain)
        return _setting(given)
    except InputError as error:
        place = ", ".join(f"{name} = {value}" for name, value in given.items())
        condition = f"{error.condition} (at {place})" if place else error.condition
        raise InputError(f"grid {error.name}", error.value, condition, error.remedy) from error


def _setting(given: Mapping[str, Any]) -> Setting:
    spectrum = given.get("spectrum")
    inferred = {}
    if "d" not in given and isinstance(spectrum, SpectrumFile):
        inferred["d"] = file_length(spectrum.path, "grid spectrum")
    return make_setting(**given, **inferred)


def read_grid(table: Mapping[str, Any], process: Process | None = None) -> Grid:
    """Read a [grid] table: an entry for each name, and ``zip``, lists of names that go in step.

    The names are those of a setting, or the parameters of a process.

    Raises:
        InputError: naming the key, what is wrong with it, and what to write.
    """
    kinds = names() if process is None else kinds_of(process)
    check_keys("[grid]", table, ("zip", *kinds))
    partners = _partners(table)
    axes: list[Axis] = []
    seen: set[str] = set()
    for name in table:
        if name == "zip" or name in seen:
            continue
        together = partners.get(name, [name])
        axes.append(tuple(read_values(each, table[each], kinds) for each in together))
        seen |= set(together)
    return Grid(tuple(axes), process)


def _partners(table: Mapping[str, Any]) -> dict[str, list[str]]:
    """For every zipped name, the names that it goes in step with."""
    groups = table.get("zip", [])
    if not isinstance(groups, list) or not all(isinstance(group, list) for group in groups):
        raise InputError(
            "grid zip", groups, "is not a list of lists of names", 'write zip = [["T", "lam"]]'
        )
    found: dict[str, list[str]] = {}
    for group in groups:
        for name in group:
            if not isinstance(name, str) or name not in table or name == "zip":
                raise InputError("grid zip", name, "is not an entry of [grid]", f"give {name}")
            if name in found or group.count(name) > 1:
                raise InputError("grid zip", name, "is zipped twice", "name it once")
            found[name] = group
    return found
