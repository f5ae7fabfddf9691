"""The noise-free oracle: isotropic ridge at finite size, enclosed to any number of digits.

Every public number comes from ball arithmetic: its radius is proved, not estimated.
"""

from ridgeproof.numerics.finite_size.isotropic import IsotropicTerms, finite_size_terms

__all__ = ["IsotropicTerms", "finite_size_terms"]
