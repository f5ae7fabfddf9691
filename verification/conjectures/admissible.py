"""Which settings a simulation can judge: those whose draws have a tame variance.

See `verification.testing.heavy_tails`; how places are drawn is `verification.conjectures.drawing`.
"""

from __future__ import annotations

import sys
from fractions import Fraction

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.fits import FitFact
from ridgeproof.theory.settings.folds import facts_of, relevant
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.testing.heavy_tails import Tails, heavy_fit

__all__ = ["admissible"]


def admissible(setting: Setting, quantity: str = "test_error") -> str | None:
    """Why the simulated quantity has no tame variance at a setting; None where it has.

    What the quantity does not depend on does no harm (`theory.settings.folds.relevant`).

    >>> admissible(Setting(d=10, T=13, sigma=Fraction(1)))
    'lam = 0, sigma > 0 and |T - d| < 4'
    """
    free = quantity == "optimal_lam"
    # The best lam is above 0 where it matters.
    setting = setting.with_(lam=1) if free else relevant(setting, quantity)

    def least(_: FitFact) -> float:
        try:
            return float(np.min(build_spectrum(setting, Float64()).s))
        except NotBuilt:  # nor can it be simulated
            return sys.float_info.min

    bias = quantity in {"test_error", "bias"}
    facts = facts_of(setting)
    found = heavy_fit(facts, _ridge, least, bias=bias)
    if found is None:
        return None
    fact, tails = found
    where = "< 4" if tails is not Tails.RARE else "<= 1"
    if tails is Tails.FEATURES:
        return f"lam = 0 and |T - min(width, d)| {where}"
    if fact is not facts[-1]:
        bound = "= 0" if tails is Tails.CLOSE else "is tiny"
        return f"lam0 {bound}, n >= 1, sigma0 > 0 and |T0 - d| {where}"
    if tails is Tails.RARE:
        return f"lam is tiny and |T - d| {where}"
    noise = "sigma > 0" if setting.sigma > 0 else "noisy labels"
    return f"lam = 0, {noise} and |T - d| {where}"


def _ridge(fact: FitFact) -> float:
    """The penalty of a fit; whatever is large is as good as the largest float."""
    return float(min(fact.penalty or 0, Fraction(sys.float_info.max)))
