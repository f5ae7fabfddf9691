"""The noise-free oracle: isotropic ridge at finite size, enclosed to any number of digits.

Every public number comes from ball arithmetic: its radius is proved, not estimated.
"""

from ridgeproof.numerics.finite_size.generations import IsotropicGenerator
from ridgeproof.numerics.finite_size.isotropic import (
    IsotropicTerms,
    exact_isotropic_terms,
    finite_size_terms,
    generator_terms,
)
from ridgeproof.numerics.finite_size.traces import FitTraces, isotropic_fit
from ridgeproof.numerics.finite_size.wishart import InverseMoments, wishart_resolvent_moments

__all__ = [
    "FitTraces",
    "InverseMoments",
    "IsotropicGenerator",
    "IsotropicTerms",
    "exact_isotropic_terms",
    "finite_size_terms",
    "generator_terms",
    "isotropic_fit",
    "wishart_resolvent_moments",
]
