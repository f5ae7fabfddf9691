"""Which theorem holds: assumptions of the catalogue against the facts of a setting."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from sympy import Rational, Symbol, false, oo, true
from sympy.logic.boolalg import Boolean

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.errors import NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form, Formula
from ridgeproof.theory.settings.as_process import require_written
from ridgeproof.theory.settings.features import Elliptical, Gaussian, Rademacher, Student, Uniform
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Isotropic

__all__ = [
    "applicable",
    "best",
    "chain_kind",
    "downstream_kind",
    "essential",
    "facts",
    "features_kind",
    "generation_facts",
    "generator_of",
    "holds",
    "require_form",
]

# What a schedule states for each generation by itself.
_SCHEDULED = frozenset({"T0", "sigma0", "lam0"})
_IID = (Gaussian, Rademacher, Uniform, Student)


def facts(setting: Setting) -> dict[Symbol, Any]:
    """What an assumption may ask about a setting, as exact SymPy values.

    Of a schedule they leave T0, sigma0 and lam0 out: `generation_facts` has those.
    """
    require_written(type(setting))
    setting = setting if setting.n else setting.clean()
    numbers = ("T", "T0", "n", "sigma", "sigma0", "lam", "lam0", "synthetic_fraction", "width")
    known: dict[Symbol, Any] = {
        getattr(sy, name): Rational(value)
        for name in numbers
        if not (setting.schedule and name in _SCHEDULED)
        and (value := getattr(setting, name)) is not None
    }
    known[sy.d] = oo if setting.is_infinite else Rational(setting.d)
    known[sy.sigma_real] = Rational(setting.real_noise)
    known[sy.shared] = true if setting.design == "shared" else false
    known[sy.is_isotropic] = true if isinstance(setting.spectrum, Isotropic) else false
    return known


def generation_facts(setting: Setting) -> Iterator[dict[Symbol, Any]]:
    """The facts of each generation in turn, as far as they differ; those of the setting if n = 0.

    Besides T0, sigma0 and lam0 these are the weight of the real labels and the rows of all the
    sets so far (those of one set, where every generation reuses it).
    """
    known = facts(setting)
    if setting.n == 0:
        yield known
        return
    # Beyond d + 1 more rows change no assumption.
    for each, weight, rows in setting.distinct_stages(setting.d + 1):
        yield known | {
            sy.T0: Rational(each.T0),
            sy.sigma0: Rational(each.sigma0),
            sy.lam0: Rational(each.lam0),
            sy.weight: Rational(weight),
            sy.gathered: Rational(rows),
        }


def holds(assumption: Boolean, known: Mapping[Symbol, Any]) -> bool:
    """Whether the facts make the assumption true."""
    # xreplace takes a tenth of the time of subs, which would be most of the time of an evaluation.
    return bool(assumption.xreplace(dict(known)) == true)


def chain_kind(setting: Setting) -> str:
    """The kind of chain that a formula must be about; clean data are a chain that replaces."""
    if setting.n == 0:
        return "replace"
    kind = str(setting.chain).partition(":")[0]
    return f"{kind}, varying" if setting.schedule else kind


def downstream_kind(setting: Setting) -> str:
    """What the downstream fit is: ridge, on a mixture of rows or on random features.

    Raises:
        NoTheorem: the setting has a field that no theorem knows of.
    """
    require_written(type(setting))
    if setting.width is not None:
        return "random features"
    return "ridge" if setting.synthetic_fraction == 1 else "mixture"


def features_kind(setting: Setting) -> str:
    """What a formula must be about: independent entries, or rows that share a scale.

    Raises:
        NoTheorem: the law of the features is neither.
    """
    if isinstance(setting.features, _IID):
        return "iid"
    if isinstance(setting.features, Elliptical):
        return "elliptical"
    raise NoTheorem(f"features = {setting.features}: no theorem is catalogued for such a law")


def require_form(setting: Setting, form: Form) -> None:
    """Refuse the exact form for features that are not normal: they share the limits alone.

    Raises:
        NoTheorem: the form is exact and the features are not normal.
    """
    if form is Form.EXACT and setting.features != Gaussian():
        raise NoTheorem(
            f"exact form: the exact finite-size pieces, such as d/(T-d-1), are those of gaussian "
            f"features, not of {setting.features}. Take the limit form; simulate runs this setting"
        )


def essential(setting: Setting) -> Setting:
    """The setting without random features that change nothing.

    Least squares on features that span the space is least squares on the space itself.
    """
    spanned = setting.width is not None and setting.width >= setting.d
    if spanned and setting.lam == 0 and setting.T >= setting.d:
        return setting.with_(width=None)
    return setting


def applicable(setting: Setting) -> list[Formula]:
    """The closed test-error formulas whose assumptions hold, the most specific first."""
    kinds = (chain_kind(setting), downstream_kind(setting), features_kind(setting))
    known = list(generation_facts(setting))
    found = [
        formula
        for formula in catalogue().values()
        if formula.is_test_error
        and (formula.chain, formula.downstream, formula.features) == kinds
        and all(holds(formula.assumptions, each) for each in known)
    ]
    return sorted(found, key=lambda f: -f.priority)


@lru_cache(maxsize=1024)
def best(setting: Setting) -> tuple[Formula, ...]:
    """The formulas that evaluate a setting: one closed form, or a functional and a generator.

    A functional gives the test error from the last generator's moments, for its kind of downstream
    fit; a generator gives these moments, for its kind of chain.  Independent entries of any law
    have the limits of normal ones (universality), not their exact form (`require_form`).

    Raises:
        NoTheorem: the combination has none; the message says which are known.
    """
    closed = applicable(setting)
    if closed:
        return (closed[0],)
    if features_kind(setting) != "iid":
        raise _no_theorem(setting, f"features = {setting.features}")
    functional = _of_kind("test_error", "downstream", downstream_kind(setting), setting)
    if functional is None:
        raise _no_theorem(setting, f"downstream = {downstream_kind(setting)}")
    return functional, generator_of(setting)


def generator_of(setting: Setting) -> Formula:
    """The generator that gives the moments of a setting's chain, whatever is downstream.

    Raises:
        NoTheorem: the chain has none.
    """
    generator = _of_kind("second_moment", "chain", chain_kind(setting), setting)
    if generator is None:
        ridges = ",".join(sorted({str(each.lam0) for each in setting.distinct_generations}))
        parts = (f"chain = {setting.chain}", f"design = {setting.design}", f"lam0 = {ridges}")
        raise _no_theorem(setting, f"{', '.join(parts)}, n = {setting.n}")
    return generator


def _of_kind(expression: str, role: str, kind: str, setting: Setting) -> Formula | None:
    """The catalogued functional or generator of that kind whose assumptions hold."""
    known = list(generation_facts(setting))
    found = [
        formula
        for formula in catalogue().values()
        if expression in formula.expressions
        and not set(ERROR_TERMS) & set(formula.expressions)
        and kind in getattr(formula, role).split("; ")
        and all(holds(formula.assumptions, each) for each in known)
    ]
    return max(found, key=lambda formula: formula.priority, default=None)


def _no_theorem(setting: Setting, what: str) -> NoTheorem:
    known = "\n".join(
        f"  {formula.id}: {formula.regime}"
        for formula in catalogue().values()
        if "test_error" in formula.expressions
        or "second_moment" in formula.expressions
        or formula.is_test_error
    )
    return NoTheorem(
        f"{what}: no theorem is catalogued for {setting}. Known are:\n{known}\n"
        "simulate runs this combination"
    )
