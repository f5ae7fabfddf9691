"""Curves: the answers of a setting or a process where some of its numbers are arrays.

The limit of a process is solved for all points at once; the rest (exact forms, counts and sizes
that change the process itself, more digits) a point at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.checks import exact
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.process.normal import count_names
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.shown import Shown, in_short, only

if TYPE_CHECKING:
    from ridgeproof.theory.formula import Form
    from ridgeproof.theory.settings.setting import Setting

__all__ = ["Curves", "curves_of_process", "curves_of_setting", "is_curve"]

# Fields of a setting of which a list means something else: a schedule, or eigenvalues.
_LISTS = {"T0", "sigma0", "lam0"}
_PROFILES = {"spectrum", "signal"}
_SHOWN = 10  # rows in a notebook
_BATCHED = 12  # digits of a solve for all points at once


@dataclass(frozen=True, eq=False)
class Curves(Shown):
    """Answers over arrays of parameters.

    Attributes:
        parameters: those that are arrays, as given, by name; their dimensions are the axes.
        values: test_error of a setting, the asks of a process; each in the broadcast shape.
        terms: of each value, its terms by name; None for an ask that is not linear.
        digits: that the values carry.
    """

    parameters: Mapping[str, Array]
    values: Mapping[str, Array]
    terms: Mapping[str, Mapping[str, Array] | None]
    digits: int

    @property
    def value(self) -> Array:
        """The values, where there is one quantity.

        Raises:
            InputError: there are several.
        """
        return only(self.values)

    @property
    def shape(self) -> tuple[int, ...]:
        """The broadcast shape of the parameters."""
        return np.broadcast_shapes(*(array.shape for array in self.parameters.values()))

    def to_dataframe(self) -> Any:
        """A pandas DataFrame, one row a point.

        Raises:
            RidgeproofError: pandas is not installed.
        """
        pandas = _required("pandas", "to_dataframe")
        return pandas.DataFrame({name: column.ravel() for name, column in self._columns()})

    def to_xarray(self) -> Any:
        """An xarray Dataset, one dimension for each parameter that varies alone.

        Raises:
            RidgeproofError: xarray is not installed.
        """
        xarray = _required("xarray", "to_xarray")
        names = self._axes()
        data = {name: (names, column) for name, column in self._columns(parameters=False)}
        coordinates = {}
        for name, array in self.parameters.items():
            kept = [axis for axis, size in zip(names[-array.ndim :], array.shape, strict=True)
                    if size > 1 or axis == name]  # fmt: skip
            coordinates[name] = (kept, array.reshape([n for n in array.shape if n > 1] or [-1]))
        return xarray.Dataset(data, coordinates)

    def plot(self, x: str | None = None, *, axes: Any = None) -> Any:
        """Every value against a parameter, on matplotlib axes, which are returned.

        Args:
            x: the parameter; where several vary, the others tell lines apart.
            axes: to draw on, new ones unless given.

        Raises:
            RidgeproofError: matplotlib is not installed.
            InputError: x is no parameter that varies.
        """
        if axes is None:
            axes = _required("matplotlib.pyplot", "plot").subplots()[1]
        x = next(iter(self.parameters)) if x is None else x
        if x not in self.parameters:
            raise InputError("x", x, "does not vary", f"choose from {', '.join(self.parameters)}")
        columns = dict(self._columns(terms=False))
        others = [name for name in self.parameters if name != x]
        keys = list(zip(*(columns[name].ravel().tolist() for name in others), strict=True))
        along = columns[x].ravel()
        for name in self.values:
            y = columns[name].ravel()
            for key in dict.fromkeys(keys) if others else [()]:
                chosen = np.array([each == key for each in keys]) if others else slice(None)
                told = ", ".join(
                    f"{other} = {at:.4g}" for other, at in zip(others, key, strict=True)
                )
                axes.plot(along[chosen], y[chosen], label=", ".join(filter(None, (name, told))))
        axes.set_xlabel(x)
        if len(self.values) > 1 or others:
            axes.legend()
        else:
            axes.set_ylabel(next(iter(self.values)))
        return axes

    def _columns(
        self, *, parameters: bool = True, terms: bool = True
    ) -> Iterator[tuple[str, Array]]:
        shape = self.shape
        if parameters:
            for name, array in self.parameters.items():
                yield name, np.broadcast_to(array, shape)
        for name, array in self.values.items():
            yield name, np.broadcast_to(array, shape)
            for term, part in ((self.terms.get(name) or {}) if terms else {}).items():
                yield f"{name}.{term}", np.broadcast_to(part, shape)

    def _axes(self) -> list[str]:
        """A name for each axis: the parameter that varies along it, the first of several."""
        names = [f"axis{i}" for i in range(len(self.shape))]
        for name, array in reversed(list(self.parameters.items())):
            for i, size in enumerate(reversed(array.shape), 1):
                if size > 1:
                    names[-i] = name
        return names

    def _repr_html_(self) -> str:
        columns = dict(self._columns(terms=False))
        rows = list(zip(*(column.ravel().tolist() for column in columns.values()), strict=True))
        head = "".join(f"<th>{name}</th>" for name in columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{float(number):.6g}</td>" for number in row) + "</tr>"
            for row in rows[:_SHOWN]
        )
        more = f"<caption>{len(rows)} points, of which {_SHOWN} are shown</caption>"
        return f"<table>{more if len(rows) > _SHOWN else ''}<tr>{head}</tr>{body}</table>"

    def data(self) -> dict[str, Any]:
        """Columns as lists: the parameters, the values, and value.term for each term."""
        return {
            name: (column.astype(str) if column.dtype == object else column).tolist()
            for name, column in self._columns()
        }

    def rows(self) -> list[tuple[str, str]]:
        """What varies, and the values."""
        return [(name, in_short(column)) for name, column in self._columns(terms=False)]


def is_curve(given: Mapping[str, Any]) -> bool:
    """Whether a number is an array; lists of T0, sigma0 and lam0 are schedules of generations."""
    return any(_is_array(name, value) for name, value in given.items())


def _is_array(name: str, value: Any) -> bool:
    if name in _PROFILES or isinstance(value, str | bytes) or not hasattr(value, "__len__"):
        return False
    if name in _LISTS and isinstance(value, list | tuple):
        return False
    return getattr(value, "ndim", 1) > 0


def curves_of_setting(
    given: dict[str, Any],
    *,
    digits: int = _BATCHED,
    form: Form | str = "limit",
) -> Curves:
    """The test error over arrays of the fields of a setting.

    Raises:
        InputError: an array is no array of numbers, or they do not broadcast.
        RidgeproofError: as `numerics.evaluate.evaluate`.
    """
    from ridgeproof.numerics.evaluate import evaluate
    from ridgeproof.theory.formula import Form, read_form

    arrays = _arrays(given)
    fixed = {name: value for name, value in given.items() if name not in arrays}
    simple = digits <= _BATCHED and read_form(form) is Form.LIMIT
    if simple and not arrays.keys() - {"T", "T0", "sigma", "sigma0", "lam", "lam0"}:
        firsts = {name: array.flat[0] for name, array in arrays.items()}
        first = make_setting(**fixed, **firsts)
        if "synthetic_fraction" in fixed:  # a share of the rows is a whole number at every T
            for rows in np.unique(arrays.get("T", ())).tolist():
                make_setting(**fixed, **{**firsts, "T": rows})
        try:
            return _by_process(first, arrays)
        except RidgeproofError:
            pass  # a chain that is too long for it, or one that only the catalogue knows

    def answer(**at: Any) -> Any:
        value = evaluate(make_setting(**fixed, **at), digits=digits, form=read_form(form))
        return {"test_error": value.value}, {"test_error": value.terms}

    return _by_points(arrays, answer, digits)


def _by_process(setting: Setting, arrays: dict[str, Array]) -> Curves:
    from ridgeproof.numerics.equivalent.evaluate import evaluate_process
    from ridgeproof.numerics.general import require_short, term_of
    from ridgeproof.theory.formula import ERROR_TERMS

    require_short(setting)
    process = setting.process()
    unread = arrays.keys() - process.defaults.keys()
    given: dict[str, Any] = {name: array for name, array in arrays.items() if name not in unread}
    found = evaluate_process(process, **given)
    sources = found.terms["test_error"] or {}
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    value = np.broadcast_to(found.values["test_error"], shape)  # no process reads an unused sigma0
    # The shares of truth and of noises, under the names of a setting's terms.
    terms: dict[str, Array] = dict.fromkeys(ERROR_TERMS, np.zeros_like(value))
    for source, part in sources.items():
        name = term_of(source)
        terms[name] = terms[name] + part
    return Curves(arrays, {"test_error": value}, {"test_error": terms}, _BATCHED)


def _by_points(arrays: dict[str, Array], answer: Callable[..., Any], digits: int) -> Curves:
    """The answers one by one: values by name, and the terms of each by name."""
    shape = np.broadcast_shapes(*(array.shape for array in arrays.values()))
    spread = {name: np.broadcast_to(array, shape) for name, array in arrays.items()}
    found = [answer(**{name: array[place].item() for name, array in spread.items()})
             for place in np.ndindex(shape)]  # fmt: skip

    def column(numbers: Iterable[Any]) -> Array:
        # Numbers of more digits stay what they are.
        return np.array([*numbers], float if digits <= 15 else object).reshape(shape)

    values, terms = found[0]
    return Curves(
        arrays,
        {name: column(each[0][name] for each in found) for name in values},
        {
            name: parts and {term: column(each[1][name][term] for each in found) for term in parts}
            for name, parts in terms.items()
        },
        digits,
    )


def curves_of_process(process: Process, given: dict[str, Any], *, digits: int = _BATCHED) -> Curves:
    """The asks of a process over arrays of its parameters.

    Raises:
        InputError: an array is no array of numbers, or they do not broadcast.
        RidgeproofError: as `evaluate_process`.
    """
    from ridgeproof.numerics.equivalent.evaluate import evaluate_process

    arrays = _arrays(given)
    options: dict[str, Any] = {"digits": digits}
    if not arrays.keys() & {*count_names(process), "d"}:
        found = evaluate_process(process, **{**given, **arrays}, **options)
        return Curves(arrays, found.values, found.terms, digits)
    # A count or d decides what is solved: one process for each of its values.

    def answer(**at: Any) -> Any:
        found = evaluate_process(process, **{**given, **at}, **options)
        plain = {name: each.item() for name, each in found.values.items()}
        return plain, {
            name: parts and {term: part.item() for term, part in parts.items()}
            for name, parts in found.terms.items()
        }

    return _by_points(arrays, answer, digits)


def _arrays(given: Mapping[str, Any]) -> dict[str, Array]:
    """The arrays among some values, as arrays of numbers that broadcast.

    Raises:
        InputError: names the one that is none.
    """
    arrays = {name: _array(name, value) for name, value in given.items() if _is_array(name, value)}
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = ", ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise InputError("arrays", shapes, "do not broadcast", "give shapes that do") from None
    return arrays


def _array(name: str, value: Any) -> Array:
    if hasattr(value, "to_numpy"):
        condition, remedy = "is a table, and an array is meant", "give one column, as an array"
        if np.ndim(value) != 1:
            raise InputError(name, type(value).__name__, condition, remedy)
        value = value.to_numpy()
    try:
        array = np.asarray(value)
    except ValueError:  # ragged
        array = np.asarray(None)
    if array.dtype.kind in "OU" and array.ndim:
        array = np.array([float(exact(name, each)) for each in array.flat]).reshape(array.shape)
    if array.dtype.kind not in "iuf" or not array.ndim:
        condition = f"is no array of real numbers ({array.dtype})"
        raise InputError(name, type(value).__name__, condition, "give numbers")
    if not array.size:
        raise InputError(name, "[]", "is empty", "give one number or more")
    if not np.isfinite(array).all() or np.ma.is_masked(value):
        condition = "is in the array"
        raise InputError(name, "nan, inf or a mask", condition, "give finite numbers")
    return array


def _required(module: str, purpose: str) -> Any:
    import importlib

    try:
        return importlib.import_module(module)
    except ImportError as error:
        package = module.partition(".")[0]
        message = f".{purpose}() needs {package}, which is not installed: pip install {package}"
        raise RidgeproofError(message) from error
