"""The test error of isotropic ridge under model collapse, exact at every finite size.

For a generator with E w_n.w0 = mu |w0|^2 and E |w_n|^2 = alpha |w0|^2 + nu, and the traces
mean, coll, bias, noise of the downstream fit,

    E_test = |w0|^2 (1 - 2 mean mu + coll alpha) + noise sigma^2 + coll nu,

its bias, variance and synthetic term.  Derived here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.arithmetic.rational_balls import center, exact_ball, upper_radius
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.finite_size.generations import IsotropicGenerator, chain
from ridgeproof.numerics.finite_size.traces import FitTraces, fit_traces
from ridgeproof.numerics.spectra.number_files import read_numbers
from ridgeproof.theory.errors import NotBuilt, NoTheorem
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.folds import require_finite
from ridgeproof.theory.settings.selection import downstream_kind
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Energies, Flat, Isotropic, Levels, SignalFile

__all__ = ["IsotropicTerms", "finite_size_terms"]


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

    bias: Number
    variance: Number
    synthetic: Number
    total: Number
    radius: Number


def finite_size_terms(setting: Setting, *, digits: int = 30) -> IsotropicTerms:
    """The three terms of a setting whose features are isotropic, Sigma = s I, exact at its size.

        bias      = |w0|^2 (1 - 2 mean mu + coll alpha)     (n = 0: lam^2 h_2/d |w0|^2)
        variance  = sigma^2 (h_1 - lam h_2)/T
        synthetic = coll nu      (least squares, T0 >= d+2: coll n sigma0^2 d/(T0-d-1))

    With features of covariance s the penalties act as lam/s and lam0/s, and |w0|^2 is b.

    Raises:
        InputError: digits is no number of digits.
        InfiniteExpectation: the expected test error is infinite.
        NoTheorem: the spectrum has more than one level.
        NotBuilt: min(d, T) > 1000 with a penalty, rows that are not normal or of two kinds, a
            shared design with lam0 > 0 and n >= 2, or too long a chain.
        SolverError: the digits were not reached.

    >>> import mpmath
    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> terms = finite_size_terms(make_setting(d=10, T=15, lam="1/10"), digits=20)
    >>> print(mpmath.nstr(terms.bias, 20))
    0.069708582785946537475
    """
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
    if downstream_kind(setting) != "ridge" or setting.features != Gaussian():
        raise NotBuilt(
            "the exact finite-size error is built for normal features and one kind of downstream "
            f"rows, not for {setting}: use the deterministic equivalent or simulate"
        )
    require_finite(setting)
    energy, unit = _energy(setting, s), _of_unit_variance(setting, s)

    def terms(engine: Balls) -> tuple[Number, ...]:
        with engine.scope():
            given = chain(unit, engine.bits)
            noisy = unit.sigma > 0
            fit = fit_traces(unit.d, unit.T, unit.lam, engine.bits, noisy=noisy)
            bias = exact_ball(energy) * _missed(fit, given)
            variance = exact_ball(unit.sigma**2) * fit.noise + fit.coll * given.real
            synthetic = fit.coll * given.noise
            return bias, variance, synthetic, bias + variance + synthetic

    balls = until_right("the exact test error", digits, terms, lambda each: each, lambda _: ())
    bias, variance, synthetic, total = map(center, balls)
    return IsotropicTerms(bias, variance, synthetic, total, max(map(upper_radius, balls)))


def _of_unit_variance(setting: Setting, s: Fraction) -> Setting:
    """The isotropic setting with the penalties over s."""
    return setting.with_(
        lam=setting.lam / s,
        lam0=setting.lam0 / s,
        schedule=tuple(replace(each, lam0=each.lam0 / s) for each in setting.schedule),
        spectrum=Isotropic(),
        signal=Flat(),
        copies=1,
    )


def _missed(fit: FitTraces, given: IsotropicGenerator) -> Number:
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
