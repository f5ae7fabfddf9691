"""The test error of isotropic ridge under model collapse, exact at every finite size.

For a generator with E w_n.w0 = mu |w0|^2 and E |w_n|^2 = alpha |w0|^2 + nu, and the traces
mean, coll, bias, noise of the downstream fit,

    E_test = |w0|^2 (1 - 2 mean mu + coll alpha) + noise sigma^2 + coll nu,

its bias, variance and synthetic term.  Derived here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from ridgeproof.numerics.finite_size.generations import IsotropicGenerator, chain
from ridgeproof.numerics.finite_size.refine import (
    ball,
    bits_for,
    check_digits,
    number,
    radius,
    refined,
)
from ridgeproof.numerics.finite_size.traces import FitTraces, fit_balls
from ridgeproof.numerics.spectra.number_files import read_numbers
from ridgeproof.theory.checks import check_real, exact
from ridgeproof.theory.errors import InputError, NotBuilt, NoTheorem
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.selection import downstream_kind
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.theory.settings.spectra import Energies, Flat, Isotropic, Levels, SignalFile

__all__ = [
    "IsotropicTerms",
    "exact_isotropic_terms",
    "finite_size_terms",
    "generator_terms",
]


@dataclass(frozen=True)
class IsotropicTerms:
    """E_test = bias + variance + synthetic, each right to the digits asked for.

    Attributes:
        bias: the part quadratic in w0.
        variance: the part proportional to sigma^2.
        synthetic: the part proportional to sigma0^2.
        total: their sum.
        radius: a proved bound on the absolute error of each of the four.
    """

    bias: Any
    variance: Any
    synthetic: Any
    total: Any
    radius: Any


def exact_isotropic_terms(
    d: int,
    T: int,
    lam: Fraction,
    sigma: Fraction = Fraction(0),
    n: int = 0,
    sigma0: Fraction = Fraction(0),
    T0: int | None = None,
    lam0: Fraction = Fraction(0),
    *,
    design: str = "independent",
    energy: Fraction = Fraction(1),
    digits: int = 30,
) -> IsotropicTerms:
    """The three terms of the test error for Sigma = I, exact at finite size.

        bias      = |w0|^2 (1 - 2 mean mu + coll alpha)     (n = 0: lam^2 h_2/d |w0|^2)
        variance  = sigma^2 (h_1 - lam h_2)/T
        synthetic = coll nu      (least squares, T0 >= d+2: coll n sigma0^2 d/(T0-d-1))

    Args:
        d: dimension.
        T: rows of the downstream training set.
        lam: downstream penalty, normalised as (X'X/T + lam)^-1.
        sigma: downstream label noise.
        n: number of generators, 0 for clean data.
        sigma0: label noise of each generator.
        T0: rows of each generator's training set, needed for n >= 1.
        lam0: the generators' penalty; 0 is least squares or minimum norm.
        design: independent, or shared (for n >= 2 with lam0 = 0 only).
        energy: |w0|^2.
        digits: relative decimal digits of every term, at most 1000.

    Raises:
        InputError: an argument is out of range.
        InfiniteExpectation: the expected test error is infinite.
        NotBuilt: min(d, T) > 1000 with a penalty, or a shared design with lam0 > 0 and n >= 2.
        SolverError: the digits were not reached.

    >>> import mpmath
    >>> terms = exact_isotropic_terms(10, 15, Fraction(1, 10), digits=20)
    >>> print(mpmath.nstr(terms.bias, 20))
    0.069708582785946537475
    """
    setting = make_setting(
        d=d, T=T, lam=lam, sigma=sigma, n=n, sigma0=sigma0, T0=T0, lam0=lam0, design=design
    )
    energy = check_real("energy", exact("energy", energy), least=0)
    return _setting_terms(setting, energy, check_digits(digits))


def finite_size_terms(setting: Setting, *, digits: int = 30) -> IsotropicTerms:
    """The three terms of a setting whose features are isotropic: Sigma = s I for some s.

    With features of covariance s the penalties act as lam/s and lam0/s, and |w0|^2 is b.

    Raises:
        NoTheorem: the spectrum has more than one level.
        InputError, InfiniteExpectation, NotBuilt, SolverError: as `exact_isotropic_terms`.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> one = make_setting(d=4, T=8, lam=1, sigma=1)
    >>> two = make_setting(d=4, T=8, lam=2, sigma=1, spectrum="levels:2*4", signal="energies:1")
    >>> finite_size_terms(one) == finite_size_terms(two)
    True
    """
    digits = check_digits(digits)
    match setting.spectrum:
        case Isotropic():
            s = Fraction(1)
        case Levels(levels) if len({value for value, _ in levels}) == 1:
            s = levels[0][0]
        case _:
            raise NoTheorem(
                f"the exact finite-size error is known for isotropic features, not for "
                f"{setting.spectrum}: use the deterministic equivalent or simulate"
            )
    unit = setting.with_(
        lam=setting.lam / s,
        lam0=setting.lam0 / s,
        schedule=tuple(replace(each, lam0=each.lam0 / s) for each in setting.schedule),
        spectrum=Isotropic(),
        signal=Flat(),
        copies=1,
    )
    return _setting_terms(unit, _energy(setting, s), digits)


def generator_terms(
    d: int,
    T: int,
    lam: Fraction,
    generator: IsotropicGenerator,
    sigma: Fraction = Fraction(0),
    *,
    energy: Fraction = Fraction(1),
    digits: int = 30,
) -> IsotropicTerms:
    """The three terms for any rotationally invariant generator, given its moments exactly.

    Raises:
        InputError: the moments belong to no random vector, or an argument is out of range.
        InfiniteExpectation, NotBuilt, SolverError: as `exact_isotropic_terms`.

    >>> truth = IsotropicGenerator(mean=1, signal=1, noise=0)
    >>> clean = exact_isotropic_terms(4, 8, Fraction(1))
    >>> generator_terms(4, 8, Fraction(1), truth) == clean
    True
    """
    setting = make_setting(d=d, T=T, lam=lam, sigma=sigma)
    energy = check_real("energy", exact("energy", energy), least=0)
    mean, signal, noise = (
        exact(f"generator.{name}", getattr(generator, name)) for name in ("mean", "signal", "noise")
    )
    check_real("generator.noise", noise, least=0)
    if signal < mean**2:
        raise InputError(
            "generator.signal",
            signal,
            f"is below mean^2 = {mean**2}",
            "give second moments at least as large as the squared mean",
        )
    return _terms(
        setting,
        energy,
        lambda _: IsotropicGenerator(ball(mean), ball(signal), ball(noise)),
        check_digits(digits),
    )


def _setting_terms(setting: Setting, energy: Fraction, digits: int) -> IsotropicTerms:
    if downstream_kind(setting) != "ridge" or setting.features != Gaussian():
        raise NotBuilt(
            "the exact finite-size error is built for normal features and one kind of downstream "
            f"rows, not for {setting}: use the deterministic equivalent or simulate"
        )
    return _terms(setting, energy, lambda bits: chain(setting, bits), digits)


def _terms(
    setting: Setting,
    energy: Fraction,
    generator: Callable[[int], IsotropicGenerator],
    digits: int,
) -> IsotropicTerms:
    require_finite(setting)

    def terms(precision: int) -> tuple[Any, ...]:
        given = generator(precision)
        fit = fit_balls(setting.d, setting.T, setting.lam, precision, noisy=setting.sigma > 0)
        bias = ball(energy) * _missed(fit, given)
        variance = ball(setting.sigma**2) * fit.noise + fit.coll * given.real
        synthetic = fit.coll * given.noise
        return bias, variance, synthetic, bias + variance + synthetic

    balls = refined("the exact test error", bits_for(digits), terms, 8)
    bias, variance, synthetic, total = (number(each, digits) for each in balls)
    return IsotropicTerms(bias, variance, synthetic, total, radius(balls, digits))


def _missed(fit: FitTraces, given: IsotropicGenerator) -> Any:
    """E |M w_n - w0|^2/|w0|^2 without noise; for an unbiased generator the cancelled form."""
    if given.mean == 1 and given.signal == 1:
        return fit.bias
    return 1 - 2 * fit.mean * given.mean + fit.coll * given.signal


def _energy(setting: Setting, s: Fraction) -> Fraction:
    """b = sum of s w0_i^2."""
    match setting.signal:
        case Energies(energies):
            return sum(energies, Fraction(0))
        case SignalFile(path):
            count = setting.d // setting.copies
            values = read_numbers("signal", path, length=count)
            return s * sum((value**2 for value in values), Fraction(0))
        case _:
            return s
