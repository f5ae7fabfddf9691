"""What a limit is allowed at finite size, and the sizes at which it is simulated.

A limit meets the Richardson combination 2 x(2k) - x(k) of two sizes, the larger with d >= 64: the
deterministic equivalent errs by O(1/g), g = T (1-gamma) being the effective number of surplus rows
of a fit, so that the combination errs by O(1/g^2).
"""

from __future__ import annotations

from functools import cache, partial

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.negative import negative_kappa
from ridgeproof.numerics.kappa.batch_kappa import batch_kappa
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.folds import facts_of
from ridgeproof.theory.settings.setting import Setting

__all__ = ["allowance", "fit_allowance", "growth", "large_enough"]

# The smaller dimension of a Richardson pair; the larger is twice that.
LIMIT_DIMENSION = 32
# Allowed: (ALLOWANCE/g)^2 for each fit; 2 covers the measured second-order terms four times over.
ALLOWANCE = 2.0


def growth(*settings: Setting) -> int:
    """How many times settings are grown until every d >= 32."""
    return max(1, -(-LIMIT_DIMENSION // min(setting.d for setting in settings)))


def large_enough(setting: Setting) -> Setting:
    """The setting grown until d >= 32: the smaller of the two sizes of a Richardson pair."""
    factor = growth(setting)
    return setting.grown(factor) if factor > 1 else setting


def allowance(setting: Setting) -> float:
    """Relative error left in 2 x(2k) - x(k) at this size: the sum of (2/g)^2 over the fits.

    A chain that is too long to be written out is allowed n times what its worst generator is.
    """
    try:
        facts, longer = facts_of(setting, whole=True), 1
    except InputError:
        facts, longer = facts_of(setting), setting.n
    spectrum = build_spectrum(setting, Float64())
    of = cache(partial(fit_allowance, spectrum))
    *generators, fit = (
        0.0
        if fact.exact
        else of(float(fact.penalty or 0), fact.rows, fact.width) * int(fact.rounds)
        for fact in facts
    )
    return fit + (sum(generators) if longer == 1 else longer * max(generators))


def fit_allowance(spectrum: Spectrum, penalty: float, T: float, width: int | None = None) -> float:
    """(2/g)^2 for one fit, and once more for its random features, a fit of width rows.

    Args:
        spectrum: the variances of the directions that it sees.
        penalty: may be negative.
        T: its rows.
        width: the number of features; those that span the space change nothing without ridge.
    """
    s, counts = spectrum.s, spectrum.multiplicity
    if width is not None and penalty == 0 and min(width, T) >= counts.sum():
        width = None
    kappa = batch_kappa(spectrum, max(penalty, 0.0), T, width)
    if penalty < 0:
        kappa = negative_kappa(s, counts, np.array([penalty]), np.array([T]), kappa[None])
    kept = s / (s + kappa)
    df1, df2 = float(kept @ counts), float(kept**2 @ counts)
    surpluses = [T - df2]
    if width is not None:
        spare = width - df2
        surpluses = [T - df2 - ((df1 - df2) ** 2 / spare if spare else 0.0), spare]
    # T = d without ridge passes the signal on, and has no finite variance to allow for.
    return sum((ALLOWANCE / g) ** 2 for g in surpluses if g > 0)
