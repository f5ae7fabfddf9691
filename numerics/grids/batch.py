"""Whole grids of settings of one spectrum at once, in vectorised float64."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from ridgeproof.numerics.arithmetic.precision import Array, Float64
from ridgeproof.numerics.grids.batch_kappa import batch_kappa, batch_lam
from ridgeproof.numerics.grids.batch_walker import BatchPoint
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.errors import (
    MISSING,
    InfiniteExpectation,
    InputError,
    NotBuilt,
    NoTheorem,
    SolverError,
)
from ridgeproof.theory.formula import ERROR_TERMS, Form, Formula, FormulaKind, read_form
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.generations import Replace
from ridgeproof.theory.settings.selection import downstream_kind
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Isotropic

__all__ = ["Batch", "batch", "batch_of_kappa"]

_NAMES = ("T", "T0", "n", "sigma", "sigma0", "lam", "lam0")
_WHOLE = {"T", "T0", "n"}


@dataclass(frozen=True, eq=False)
class Batch:
    """Arrays in the common shape of what was varied.

    Attributes:
        lam, kappa: the penalty and its effective value.
        df1, df2: degrees of freedom.
        value: the test error.
        terms: bias, variance and synthetic, which sum to it.
    """

    lam: Array
    kappa: Array
    df1: Array
    df2: Array
    value: Array
    terms: Mapping[str, Array]


def batch(
    setting: Setting,
    *,
    form: Form = Form.LIMIT,
    spectrum: Spectrum | None = None,
    whole: bool = True,
    **varied: ArrayLike,
) -> Batch:
    """Evaluate a setting with some of its numbers replaced by arrays that broadcast.

    Args:
        setting: gives the spectrum, the signal and all numbers that are not varied.
        form: as in `numerics.evaluate.evaluate`.
        spectrum: levels to use instead of the setting's, such as a memory-mapped file's; they also
            say what d is, and whether all is isotropic.
        whole: whether T, T0 and n must be whole; the formulas are smooth in between.
        varied: arrays for any of T, T0, n, sigma, sigma0, lam, lam0, none of them empty.

    Raises:
        InputError: an unknown name, no numbers, shapes that do not broadcast, a value outside its
            range, or generators without T0.
        InfiniteExpectation: the expected error of a point is infinite.
        NoTheorem: no closed formula covers a point (`evaluate` may iterate the generator there).
        NotBuilt: the exact form of a point is no formula, or the process is not the source's.
        SolverError: a point is not finite in float64.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> fake = make_setting(d=300, T=600, T0=900, n=2, sigma=1, sigma0=1)
    >>> batch(fake, lam=[0, 0.1, 1]).value.round(3)
    array([2.   , 1.341, 0.681])
    """
    _require_plain(setting)
    isotropic, spectrum = _levels(setting, spectrum)
    given = _arrays(setting, spectrum.d, varied, whole=whole)
    kappa = batch_kappa(spectrum, given["lam"], given["T"])
    return _evaluated(setting.design, isotropic, spectrum, given, kappa, form)


def batch_of_kappa(
    setting: Setting,
    kappa: ArrayLike,
    *,
    form: Form = Form.LIMIT,
    spectrum: Spectrum | None = None,
    **varied: ArrayLike,
) -> Batch:
    """As `batch`, swept over kappa: lam = kappa (1 - df1/T) is explicit, nothing is solved.

    Raises:
        InputError: a kappa below the ridgeless one, where lam would be negative; or as `batch`.
        InfiniteExpectation, NoTheorem, NotBuilt, SolverError: as `batch`.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> clean = make_setting(d=300, T=600, sigma=1)
    >>> batch_of_kappa(clean, [0.0, 1.0]).lam
    array([0.  , 0.75])
    """
    if "lam" in varied:
        raise InputError("lam", "given", "follows from kappa", "vary kappa or lam, not both")
    _require_plain(setting)
    isotropic, spectrum = _levels(setting, spectrum)
    kappas = _numbers("kappa", kappa)
    given = _arrays(setting, spectrum.d, {**varied, "lam": np.zeros_like(kappas)})
    kappas = np.broadcast_to(kappas, given["T"].shape)
    given["lam"] = batch_lam(spectrum, kappas, given["T"])
    # The ridgeless kappa itself may round to a lam just below zero.
    rounding = 8 * spectrum.d / given["T"] * kappas * Float64().epsilon
    if (given["lam"] < -rounding).any():
        worst = kappas[given["lam"] < -rounding].flat[0]
        raise InputError("kappa", worst, "lies below the ridgeless kappa", "give larger values")
    given["lam"] = np.maximum(given["lam"], 0.0)
    return _evaluated(setting.design, isotropic, spectrum, given, kappas, form)


def _require_plain(setting: Setting) -> None:
    plain = setting.chain == Replace() and not setting.schedule
    if not plain or downstream_kind(setting) != "ridge" or setting.features != Gaussian():
        raise NotBuilt(
            f"a batch varies the numbers of the source's process, not of {setting}: "
            "evaluate its points one by one"
        )


def _levels(setting: Setting, spectrum: Spectrum | None) -> tuple[bool, Spectrum]:
    """Whether Sigma is the identity, and its levels."""
    if spectrum is not None:
        return bool((np.asarray(spectrum.s) == 1).all()), spectrum
    return isinstance(setting.spectrum, Isotropic), build_spectrum(setting, Float64())


def _numbers(name: str, given: ArrayLike) -> Array:
    """An array of real numbers, in float64; text is read, dates and truth values are not."""
    try:
        raw = np.asarray(given)
        values = raw.astype(np.float64) if raw.dtype.kind in "iufUO" else None
    except (TypeError, ValueError, OverflowError):
        values = None
    if values is None or not values.size:
        condition = "is no array of numbers" if values is None else "has no entry"
        raise InputError(name, given, condition, "give one number or more")
    return values


def _arrays(
    setting: Setting, d: int, varied: Mapping[str, ArrayLike], *, whole: bool = True
) -> dict[str, Array]:
    for name in varied:
        if name not in _NAMES:
            raise InputError(name, "given", "cannot be varied", f"choose from {', '.join(_NAMES)}")
    # Without generators T0 does not matter: any value beyond d + 1 will do.
    defaults = {name: getattr(setting, name) for name in _NAMES}
    if setting.T0 is None:
        defaults["T0"] = 2 * d + 2
    values = [_numbers(name, varied.get(name, float(defaults[name]))) for name in _NAMES]
    try:
        arrays = dict(zip(_NAMES, np.broadcast_arrays(*values), strict=True))
    except ValueError as error:
        shapes = ", ".join(f"{n} {v.shape}" for n, v in zip(_NAMES, values, strict=True) if v.ndim)
        remedy = "give arrays of one shape, or of shapes that broadcast"
        raise InputError("shapes", shapes, "do not go together", remedy) from error
    if setting.T0 is None and "T0" not in varied and (arrays["n"] >= 1).any():
        raise InputError("T0", MISSING, "generators need their sample size", "give T0")
    for name, least in (("T", 1), ("T0", 1), *((name, 0) for name in _NAMES[2:])):
        bad = ~((arrays[name] >= least) & np.isfinite(arrays[name]))
        if bad.any():
            shown = arrays[name][bad].flat[0]
            raise InputError(name, shown, f"must be finite and >= {least}", "change it")
        broken = arrays[name] % 1 != 0
        if whole and name in _WHOLE and broken.any():
            shown = arrays[name][broken].flat[0]
            raise InputError(name, shown, "must be a whole number", f"round {name} to an integer")
    return arrays


def _evaluated(
    design: str,
    isotropic: bool,
    spectrum: Spectrum,
    given: Mapping[str, Array],
    kappa: Array,
    form: Form,
) -> Batch:
    shape = kappa.shape
    flat = {getattr(sy, name): values.ravel() for name, values in given.items()}
    flat |= {
        sy.kappa: kappa.ravel(),
        sy.d: np.full(kappa.size, float(spectrum.d)),
        sy.shared: np.full(kappa.size, design == "shared"),
        sy.is_isotropic: np.full(kappa.size, isotropic),
    }
    point = BatchPoint(spectrum, flat)
    _require_finite(point)
    terms = _terms(point, read_form(form))
    if not all(np.isfinite(term).all() for term in terms.values()):
        raise SolverError(
            "a point of the grid is infinite or undefined in float64: a denominator vanishes "
            "there; evaluate tells which"
        )
    shaped = {name: term.reshape(shape) for name, term in terms.items()}
    return Batch(
        lam=given["lam"],
        kappa=kappa,
        df1=point.value(sy.df1).reshape(shape),
        df2=point.value(sy.df2).reshape(shape),
        value=np.asarray(sum(shaped.values())),
        terms=shaped,
    )


def _terms(point: BatchPoint, form: Form) -> dict[str, Array]:
    """The terms of the most specific closed formula that holds at each point."""
    plain = (
        f
        for f in catalogue().values()
        if f.is_test_error and (f.chain, f.downstream) == ("replace", "ridge")
    )
    closed = sorted(plain, key=lambda f: -f.priority)
    terms = {name: np.full(point.points, np.nan) for name in ERROR_TERMS}
    missing = np.ones(point.points, dtype=bool)
    for formula in closed:
        here = missing & point.holds(formula.assumptions)
        if here.any():
            _require_formula(point, formula, here, form)
            missing &= ~here
            for name, term in terms.items():
                term[here] = _term(point, formula, name, form)[here]
    if missing.any():
        raise NoTheorem(
            f"{missing.sum()} points of the grid have no closed formula; known are least-squares "
            "generators and isotropic minimum-norm ones. evaluate iterates the generator there"
        )
    if form is Form.EXACT:
        # Downstream least squares has an exact variance, whatever the chain is.
        ridgeless = find("ridgeless")
        here = BatchPoint(point.spectrum, point.values | {sy.n: 0 * point.values[sy.n]}).holds(
            ridgeless.assumptions
        )
        if here.any():
            terms["variance"][here] = _term(point, ridgeless, "variance", form)[here]
    return terms


def _require_formula(point: BatchPoint, formula: Formula, here: Array, form: Form) -> None:
    """Isotropic errors that are no exact formula are `evaluate`'s integrals of the Wishart law."""
    isotropic = here & point.values[sy.is_isotropic]
    if form is Form.EXACT and formula.kind is not FormulaKind.EXACT and isotropic.any():
        raise NotBuilt(
            f"the exact form at {isotropic.sum()} points of the grid is an integral over the "
            "isotropic Wishart law, which a batch does not take: evaluate the points one by one, "
            "or ask for the limit"
        )


def _term(point: BatchPoint, formula: Formula, name: str, form: Form) -> Array:
    return point.value(formula.expression(name, form))


def _require_finite(point: BatchPoint) -> None:
    v = point.values
    close = {rows: abs(v[rows] - v[sy.d]) <= 1 for rows in (sy.T, sy.T0)}
    chain = (v[sy.n] >= 1) & (v[sy.sigma0] > 0) & (v[sy.lam0] == 0) & close[sy.T0]
    downstream = (v[sy.sigma] > 0) & (v[sy.lam] == 0) & close[sy.T]
    for name, infinite in (("T0", chain), ("T", downstream)):
        if infinite.any():
            raise InfiniteExpectation(
                name,
                v[getattr(sy, name)][infinite][0],
                f"lies within 1 of d = {point.spectrum.d}, where the expected error is infinite",
                "leave such points out of the grid, or give them a positive ridge",
            )
