"""Folds over the process of a setting: what is infinite, and what a quantity depends on."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.process.expressions import exact_value
from ridgeproof.theory.process.finiteness import apart, infinite
from ridgeproof.theory.process.fits import FitFact, fit_facts
from ridgeproof.theory.process.graph import Fit, Graph
from ridgeproof.theory.process.names import names_in
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.record import Process, Step
from ridgeproof.theory.process.text import read_expression, read_steps
from ridgeproof.theory.settings.as_process import outline, steps_of
from ridgeproof.theory.settings.setting import Setting

__all__ = ["facts_of", "is_finite", "noises_of", "relevant", "require_finite"]

_DOWNSTREAM = "f"


@dataclass(frozen=True)
class _Outlined:
    """The graph with the facts of a setting, the values of its parameters, and its dimension."""

    graph: Graph
    values: Mapping[str, Fraction]
    d: float
    numbers: tuple[int, ...]

    def silent(self, *names: str) -> dict[str, Fraction]:
        """The values, the numbers of these names 0, of every generation."""
        return {
            name: Fraction(0) if _plain(name) in names else value
            for name, value in self.values.items()
        }


def _outlined(setting: Setting) -> _Outlined:
    steps, values, numbers = outline(setting)
    return _Outlined(_graph(steps), values, setting.d, numbers)


@lru_cache(maxsize=1024)
def _graph(steps: str, n: Fraction | None = None) -> Graph:
    """The graph of steps, all parameters but n open: settings that differ in numbers share it."""
    # One by one: a long chain has a longer text than a user may write.
    each = (step for text in re.split(r"\n(?! )", steps) for step in _steps(text))
    process = Process(tuple(each), (("q", read_expression("risk(f)", "q")),))
    return normal_form(process, {} if n is None else {"n": n})


@lru_cache(maxsize=4096)
def _steps(text: str) -> tuple[Step, ...]:
    return read_steps(text)


def _plain(name: str) -> str:
    """The name of a number of the generations, whichever of them has it."""
    return re.sub(r"_\d+$", "", name)


def facts_of(setting: Setting, *, whole: bool = False) -> list[FitFact]:
    """The facts of the generators, and those of the downstream fit, which comes last.

    Each kind of generator comes once; with ``whole`` each generation counts.

    Raises:
        InputError: with ``whole``, a chain that has to be unrolled is too long.
    """
    if whole:
        steps, values, _ = steps_of(setting)
        return fit_facts(_graph(steps, values.get("n")), values, setting.d)
    held = _outlined(setting)
    return fit_facts(held.graph, held.values, held.d)


def require_finite(setting: Setting, *, limit: bool = False) -> None:
    """Raise InfiniteExpectation when the expected test error of a setting is infinite.

    With ``limit`` as for normal features: the limits do not see the law.

    Raises:
        InfiniteExpectation: a generator without ridge is fitted on noisy labels in d - 1, d or
            d + 1 rows (all its rows, in an accumulating chain); or lam = 0, the downstream labels
            are noisy, and |T - d| <= 1.  On random features narrower than d the width takes the
            place of d, and what they leave out of the signal is noise.
    """
    held = _outlined(setting)
    found = infinite(held.graph, held.values, held.d, limit=limit)
    if found is None:
        return
    heard = _noises(found.node, held.values)
    quiet = infinite(held.graph, held.silent(*heard), held.d, limit=limit)
    off = "" if quiet or not heard else ", or " + " and ".join(f"{name} = 0" for name in heard)
    if found.name != _DOWNSTREAM:
        raise _infinite_chain(setting, held, found, off)
    raise InfiniteExpectation(
        "T",
        found.rows,
        f"lies within 1 of {'the width' if found.narrow else 'd'} = {found.size}, where the "
        "ridgeless fit has infinite expected error",
        f"take {apart('T', found.size)}, or lam > 0{off}",
    )


def _infinite_chain(
    setting: Setting, held: _Outlined, found: FitFact, off: str
) -> InfiniteExpectation:
    """The refusal of a generator, in terms of the T0 that was given: a number, or a list."""
    d, given = setting.d, setting.canonical()["T0"]
    where, remedy = f"lies within 1 of d = {d}", apart("T0", d)
    if given != found.rows:
        written = int(found.name.partition("#")[2] or 1)
        number = held.numbers[written - 1]
        where = f"gives generator {number} its {found.rows} rows, within 1 of d = {d}"
    if len(found.node.groups) > 1:
        remedy = f"a T0 that brings no sum of sets within 1 of {d}"
    return InfiniteExpectation(
        "T0",
        given,
        f"{where}, where a generator fitted without ridge on noisy labels has infinite expected "
        "error, whatever lam is",
        f"take {remedy}, or lam0 > 0{off}",
    )


def _noises(fit: Fit, values: Mapping[str, Fraction]) -> list[str]:
    """The amplitudes that are heard in the labels of a fit."""
    terms = (term for group in fit.groups for term in group.labels.noises.terms)
    heard = (c for c, _ in terms if exact_value("noise", c, values))
    names = (name for name in names_in(tuple(heard)) if name.startswith("sigma"))
    return list(dict.fromkeys(map(_plain, names)))


def noises_of(setting: Setting) -> list[Fraction]:
    """The amplitudes of all label noises, those of like generations once."""
    return [value for name, value in steps_of(setting).values.items() if name.startswith("sigma")]


def is_finite(setting: Setting, quantity: str = "test_error", *, limit: bool = False) -> bool:
    """Whether a quantity has a finite expectation: the error or one of its terms.

    The optimal_lam exists where some lam gives a finite error.  With ``limit`` that of normal
    features counts, as in `require_finite`.
    """
    held = _outlined(relevant(setting, quantity))
    values = {**held.values, "lam": Fraction(1)} if quantity == "optimal_lam" else held.values
    return infinite(held.graph, values, held.d, limit=limit) is None


# The noises that a term does not hear, and whether it is a share of the truth.
_SILENT = {
    "bias": (("sigma", "sigma0", "sigma_real"), True),
    "variance": (("sigma0",), False),
    "synthetic": (("sigma", "sigma_real"), False),
}


def relevant(setting: Setting, quantity: str) -> Setting:
    """The setting without what the quantity does not depend on, exactly and at every size.

    The error is quadratic in the truth and the label noises, which are independent: the bias sees
    no noise, the synthetic term none downstream, and the variance none of the generators' own.
    Where, of all that it sees, each generator returns what taught it, it sees no chain; then real
    and synthetic rows are the same, if they have the same noise.  A downstream fit that returns
    what it learns from is the last generator, whatever T: T = 2 d stands for them all.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> print(relevant(make_setting(d=4, T=9, T0=5, n=7, sigma=1, sigma0=1), "bias"))
    d 4 T 8 sigma 0 lam 0 spectrum isotropic signal flat
    """
    if quantity not in _SILENT:
        return setting
    silent, truth = _SILENT[quantity]
    held = _outlined(setting)
    values = held.silent(*silent)
    *generators, fit = fit_facts(held.graph, values, held.d, truth=truth)
    changes = [name for name in silent if name != "sigma_real"]
    setting = setting.silenced(*changes)
    if "sigma_real" in silent:
        setting = setting.with_(sigma_real=None)
    if all(each.exact for each in generators):
        setting = setting.clean()
        amplitudes = {
            sum((exact_value("noise", c, values) for c, _ in group.labels.noises.terms), Fraction())
            for group in fit.node.groups
        }
        if len(amplitudes) == 1:
            alike = {"synthetic_fraction": Fraction(1), "sigma_real": None}
            setting = setting.with_(sigma=amplitudes.pop(), **alike)
    if fit.exact and "sigma" in silent and not setting.is_infinite:
        setting = setting.with_(T=2 * setting.d, width=None)
    return setting
