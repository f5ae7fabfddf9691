"""N3a: labels averaged with fresh real ones, ridge or minimum-norm generators."""

from __future__ import annotations

from functools import lru_cache

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.equivalent.formulas.any_generator import NEXT, next_generator
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import generator, weighted_mixing

__all__ = ["FORMULA"]

EXPRESSIONS = weighted_mixing.on_averaged_labels(generator.EXPRESSIONS)


@lru_cache
def derive() -> Derivation:
    """As the formulas of a process that fits a model on averaged labels."""
    targets = {"mean": EXPRESSIONS["mean"] * sy.w0, "second_moment": EXPRESSIONS["second_moment"]}
    return derivation_of_theorem(
        FORMULA.id,
        next_generator(averaged=True),
        targets,
        NEXT,
        "Minimum norm (lam0 = 0, T0 < d) follows by continuity: df1(kappa0) = T0.",
    )


FORMULA = Formula(
    id="weighted-ridge",
    theorem="N3a",
    title="Labels averaged with fresh real ones, ridge or minimum norm",
    statement=(
        "A generator on averaged labels is the generator of T4 with W w0 + (1-W) w in place of its "
        "predecessor and the averaged noise in place of sigma0^2."
    ),
    expressions=EXPRESSIONS,
    assumptions=generator.FORMULA.assumptions,
    regime="--chain weighted:W, fresh designs, any T0 and lam0; a shared design at lam0 = 0",
    kind=FormulaKind.LIMIT,
    source="derived here, from the equivalents in Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712)",
    derive=derive,
    chain="weighted; weighted, varying",
)
