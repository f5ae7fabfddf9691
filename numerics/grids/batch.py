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
    **varied: ArrayLike,
) -> Batch:
    """Evaluate a setting with some of its numbers replaced by arrays that broadcast.

    Args:
        setting: gives the spectrum, the signal and all numbers that are not varied.
        form: as in `numerics.evaluate.evaluate`.
        spectrum: levels to use instead of the setting's, such as a memory-mapped file's.
        varied: arrays for any of T, T0, n, sigma, sigma0, lam, lam0.

    Raises:
        InputError: an unknown name, or a value outside its range.
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
    given = _arrays(setting, varied)
    spectrum = spectrum or build_spectrum(setting, Float64())
    kappa = batch_kappa(spectrum, given["lam"], given["T"])
    return _evaluated(setting, spectrum, given, kappa, form)


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
    given = _arrays(setting, {**varied, "lam": np.broadcast_to(0.0, np.shape(kappa))})
    kappas = np.broadcast_to(np.asarray(kappa, np.float64), given["T"].shape)
    spectrum = spectrum or build_spectrum(setting, Float64())
    given["lam"] = batch_lam(spectrum, kappas, given["T"])
    # The ridgeless kappa itself may round to a lam just below zero.
    rounding = 8 * spectrum.d / given["T"] * kappas * Float64().epsilon
    if (given["lam"] < -rounding).any():
        worst = kappas[given["lam"] < -rounding].flat[0]
        raise InputError("kappa", worst, "lies below the ridgeless kappa", "give larger values")
    given["lam"] = np.maximum(given["lam"], 0.0)
    return _evaluated(setting, spectrum, given, kappas, form)


def _require_plain(setting: Setting) -> None:
    plain = setting.chain == Replace() and not setting.schedule
    if not plain or downstream_kind(setting) != "ridge" or setting.features != Gaussian():
        raise NotBuilt(
            f"a batch varies the numbers of the source's process, not of {setting}: "
            "evaluate its points one by one"
        )


def _arrays(setting: Setting, varied: Mapping[str, ArrayLike]) -> dict[str, Array]:
    for name in varied:
        if name not in _NAMES:
            raise InputError(name, "given", "cannot be varied", f"choose from {', '.join(_NAMES)}")
    # Without generators T0 does not matter: any value beyond d + 1 will do.
    defaults = {name: getattr(setting, name) for name in _NAMES}
    if setting.T0 is None:
        defaults["T0"] = 2 * setting.d + 2
    values = [np.asarray(varied.get(name, float(defaults[name])), np.float64) for name in _NAMES]
    arrays = dict(zip(_NAMES, np.broadcast_arrays(*values), strict=True))
    for name, least in (("T", 1), ("T0", 1), *((name, 0) for name in _NAMES[2:])):
        bad = ~((arrays[name] >= least) & np.isfinite(arrays[name]))
        if bad.any():
            shown = arrays[name][bad].flat[0]
            raise InputError(name, shown, f"must be finite and >= {least}", "change it")
    return arrays


def _evaluated(
    setting: Setting, spectrum: Spectrum, given: Mapping[str, Array], kappa: Array, form: Form
) -> Batch:
    shape = kappa.shape
    size = max(kappa.size, 1)
    flat = {getattr(sy, name): values.ravel() for name, values in given.items()}
    flat |= {
        sy.kappa: kappa.ravel(),
        sy.d: np.full(size, float(spectrum.d)),
        sy.shared: np.full(size, setting.design == "shared"),
        sy.is_isotropic: np.full(size, isinstance(setting.spectrum, Isotropic)),
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
