"""T7, scaling exponents under power laws: max-plus terms, exact minimax, proved regimes.

`exponents` gives exact rationals, `optimal_exponents` the Piecewise formulas with their proofs,
`error_exponent` the max-plus expression they come from.
"""

from ridgeproof.theory.exponents.crossover import crossover, crossover_of_ridge, plateau_exponent
from ridgeproof.theory.exponents.derivation import ScalingStep, derivation_steps
from ridgeproof.theory.exponents.evaluation import (
    REGIMES,
    Exponents,
    check_noise,
    check_parameter,
    exponents,
)
from ridgeproof.theory.exponents.kept_ridge import classical_ell, naive_rate, rate_regimes
from ridgeproof.theory.exponents.optimum import OptimalExponent, optimal_exponents
from ridgeproof.theory.exponents.plateau import (
    PlateauRefutation,
    gap_identity,
    plateau_height,
    refute_divergence,
    synthetic_factor,
    threshold,
)
from ridgeproof.theory.exponents.proofs import Method, Proof, prove
from ridgeproof.theory.exponents.regimes import ScalingRegime
from ridgeproof.theory.exponents.regions import PARAMETERS, Interval, Region, c, source
from ridgeproof.theory.exponents.symbolic import Formulas, formulas
from ridgeproof.theory.exponents.terms import KAPPA, LEARNED, Noise, error_exponent, terms, unfold

__all__ = [
    "KAPPA",
    "LEARNED",
    "PARAMETERS",
    "REGIMES",
    "Exponents",
    "Formulas",
    "Interval",
    "Method",
    "Noise",
    "OptimalExponent",
    "PlateauRefutation",
    "Proof",
    "Region",
    "ScalingRegime",
    "ScalingStep",
    "c",
    "check_noise",
    "check_parameter",
    "classical_ell",
    "crossover",
    "crossover_of_ridge",
    "derivation_steps",
    "error_exponent",
    "exponents",
    "formulas",
    "gap_identity",
    "naive_rate",
    "optimal_exponents",
    "plateau_exponent",
    "plateau_height",
    "prove",
    "rate_regimes",
    "refute_divergence",
    "source",
    "synthetic_factor",
    "terms",
    "threshold",
    "unfold",
]
