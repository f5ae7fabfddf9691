"""A rough kappa of a power law s_i = i^-beta: that of the levels that float64 sums it on."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from ridgeproof.numerics.kappa.batch_kappa import batch_kappa
from ridgeproof.numerics.spectra.quadrature import indices
from ridgeproof.numerics.spectra.spectral_levels import Spectrum

__all__ = ["rough_kappa"]

# A penalty beyond these is taken for one of them.
_LEAST, _MOST = Fraction(1, 10**290), Fraction(10**290)


@lru_cache(maxsize=256)
def rough_kappa(
    beta: Fraction, d: int, lam: Fraction, T: Fraction, width: Fraction | None = None
) -> float:
    """kappa of lam = kappa (1 - df_1(kappa)/T), on random features where a width is given.

    There must be a positive root: lam > 0 or T < d.  d may be infinite.

    Raises:
        SolverError: the root is beyond the range of float64.

    >>> print(f"{rough_kappa(Fraction(3, 2), 10**12, Fraction(1, 10**6), Fraction(1000)):.4g}")
    0.0001203
    """
    i, counts = indices(beta, d, second=False)
    s = i ** -float(beta)
    penalty = float(min(max(lam, _LEAST), _MOST)) if lam else 0.0
    size = None if width is None else float(width)
    return float(batch_kappa(Spectrum(s, counts, s, d), penalty, float(T), size))
