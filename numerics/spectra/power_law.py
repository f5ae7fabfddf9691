"""Power laws with any number of eigenvalues, up to infinity, at a cost that hardly depends on it.

s_i = i^-beta is split into a head, eigenvalue by eigenvalue; ranges on which s changes by a factor
of 3; and, once s is far below every kappa, one last range down to s_d or 0.  A range is one element
of the spectrum, a `Cluster`, so that every formula is summed with a proved remainder.
"""

from __future__ import annotations

import itertools
import math
from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import object_array
from ridgeproof.numerics.arithmetic.rational_balls import exact_powers
from ridgeproof.numerics.kappa.rough_kappa import rough_kappa
from ridgeproof.numerics.spectra.eigenvalue_ranges import FAR, Law, edges
from ridgeproof.numerics.spectra.spectral_levels import Spectrum
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Flat, PowerLaw, Source

__all__ = ["is_function", "power_law_spectrum"]

# Up to this many eigenvalues an array is as good.
_ARRAY = 20_000
# Eigenvalues before the first range, when the last one starts far away.
_HEAD = 4_000


def is_function(setting: Setting) -> bool:
    """Whether the spectrum of a setting is better summed as a function than held as an array."""
    return (
        isinstance(setting.spectrum, PowerLaw)
        and isinstance(setting.signal, Flat | Source)
        and setting.distinct > _ARRAY
    )


def power_law_spectrum(setting: Setting, engine: Balls) -> Spectrum:
    """The spectrum of a setting with a power law, as a head and ranges that suit its penalties.

    Raises:
        NotBuilt: beta is so large, and kappa so small, that even ranges are too many.
    """
    assert isinstance(setting.spectrum, PowerLaw)
    beta, d, signal = setting.spectrum.beta, setting.distinct, setting.signal
    energy = 1 + 2 * beta * signal.r if isinstance(signal, Source) else None
    copies = setting.copies
    fits = [(setting.lam, setting.T, setting.width)]
    stages = setting.distinct_stages(setting.d)
    fits += dict.fromkeys((each.lam0, rows, None) for each, _, rows in stages)
    kappas = [
        rough_kappa(
            beta, d, lam, Fraction(T, copies), None if width is None else Fraction(width, copies)
        )
        for lam, T, width in fits
        if lam > 0 or min(T, width or T) < setting.d
    ]
    far = d + 1
    if kappas:
        log_far = math.log(FAR / min(kappas)) / float(beta)
        # Rounded up, so that neighbouring settings share their zeta values.
        log_far = max(math.ceil(8 * log_far) / 8, 1.0)
        if log_far < math.log(d):
            far = math.ceil(math.exp(log_far))
    return _spectrum(Law(beta, energy, d), far, copies, engine)


@lru_cache(maxsize=8)
def _spectrum(law: Law, far: int, copies: int, engine: Balls) -> Spectrum:
    direct = far - 1 if far <= _ARRAY else _HEAD
    borders = edges(direct + 1, far, float(law.beta))
    with engine.scope():
        norm = law.norm()
        s, w0sq = (exact_powers(direct, -exponent) for exponent in (law.beta, law.shift))
        w0sq = [each / norm for each in w0sq]
        sizes: list[float] = [1] * direct
        ranges = [
            law.between(start, stop, engine.bits) for start, stop in itertools.pairwise(borders)
        ]
        if far <= law.d:
            ranges.append(law.last(far, engine.bits))
        for each in ranges:
            s.append(each.eigenvalues())
            w0sq.append(each.signal())
            sizes.append(each.count)
        signal = object_array(w0sq) / arb(copies)
    counts = np.full(len(s), copies, dtype=np.int64)
    return Spectrum(object_array(s), counts, signal, law.d * copies, object_array(sizes), law.beta)
