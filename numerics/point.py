"""FormulaPoint: everything a formula of the theory needs in order to have a value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from sympy import Symbol

from ridgeproof.numerics.arithmetic.precision import Array, Engine, Number
from ridgeproof.numerics.kappa.elliptical import elliptical_ratio
from ridgeproof.numerics.kappa.fixed_point import FixedPoint, solve_kappa
from ridgeproof.numerics.spectra.spectrum import Spectrum, build_spectrum
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.features import Elliptical, excess_kurtosis
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source

__all__ = ["FormulaPoint", "make_point"]


@dataclass(frozen=True, eq=False)
class FormulaPoint:
    """Values of the symbols at one place; s and w0 come from the spectrum.

    Attributes:
        engine: the arithmetic.
        spectrum: levels at the engine's precision.
        values: for each symbol an exact int or Fraction, or a number of the engine. An exact
            zero removes the terms it multiplies (see `numerics.walker`).
        a: mean of E[w_n,i^2] over each level, for the level symbol a.
        m: f with E[w_n,i] = f w0_i, for the level symbol m. The generators act on eigenvectors
            one by one, so m is always such a multiple, and m w0 has the level mean f w0sq.
        solutions: how kappa and kappa0 were found, with their radii.
    """

    engine: Engine
    spectrum: Spectrum
    values: Mapping[Symbol, Number] = field(default_factory=dict)
    a: Array | None = None
    m: Array | None = None
    solutions: Mapping[Symbol, FixedPoint] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked = {symbol: _exact_or_number(symbol, x) for symbol, x in self.values.items()}
        object.__setattr__(self, "values", MappingProxyType(checked))

    def with_values(self, values: Mapping[Symbol, Number]) -> FormulaPoint:
        """A copy with some symbols changed or added."""
        return replace(self, values={**self.values, **values})

    def with_moments(self, *, a: Array, m: Array) -> FormulaPoint:
        """A copy with the generator's moments, level by level."""
        return replace(self, a=a, m=m)


def make_point(setting: Setting, engine: Engine, spectrum: Spectrum | None = None) -> FormulaPoint:
    """The point of a setting: its numbers, its spectrum, kappa, and kappa0 when it has a chain.

    The moments a and m are left out: they are the generator's to give.  ``spectrum`` holds levels
    to use in place of the setting's own, such as those measured on data.

    Raises:
        InputError: the spectrum or the signal does not fit.
        SolverError: kappa could not be certified.

    >>> from ridgeproof.numerics.arithmetic.precision import Float64
    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> make_point(make_setting(d=300, T=150, sigma="0.1"), Float64()).values[sy.sigma]
    Fraction(1, 10)
    """
    if spectrum is None:
        spectrum = build_spectrum(setting, engine)
    downstream = solve_kappa(spectrum, setting.lam, setting.T, engine, setting.width)
    solutions = {sy.kappa: downstream}
    values: dict[Symbol, Any] = {
        sy.T: setting.T,
        sy.n: setting.n,
        sy.sigma: setting.sigma,
        sy.sigma0: setting.sigma0,
        sy.sigma_real: setting.real_noise,
        sy.synthetic_fraction: setting.synthetic_fraction,
        sy.lam: setting.lam,
        sy.lam0: setting.lam0,
    }
    if not setting.is_infinite:
        values[sy.d] = setting.d
    if setting.width is not None:
        values[sy.width] = setting.width
    if setting.T0 is not None:
        values[sy.T0] = setting.T0
        solutions[sy.kappa0] = solve_kappa(spectrum, setting.lam0, setting.T0, engine)
    values |= {symbol: found.exact for symbol, found in solutions.items()}
    kurtosis = excess_kurtosis(setting.features)
    if kurtosis is not None:
        values[sy.kappa4] = kurtosis
    if isinstance(setting.features, Elliptical):
        for symbol, rows in ((sy.q, setting.T), (sy.q0, setting.T0)):
            if rows is not None and rows > setting.d:
                values[symbol] = elliptical_ratio(setting.features, setting.d, rows, engine)
    if isinstance(setting.spectrum, PowerLaw):
        values[sy.beta] = setting.spectrum.beta
    if isinstance(setting.signal, Source):
        values[sy.r] = setting.signal.r
    return FormulaPoint(engine, spectrum, values, solutions=solutions)


def _exact_or_number(symbol: Symbol, value: Any) -> Any:
    if isinstance(value, bool) or type(value) is float:
        raise InputError(
            symbol.name,
            value,
            "is neither exact nor a number of the engine",
            "give an int or a Fraction, or engine.number(...)",
        )
    return Fraction(value) if isinstance(value, int) else value
