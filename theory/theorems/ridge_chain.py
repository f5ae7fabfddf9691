"""N4: a chain of ridge generators that differ: sizes, noises and penalties of their own."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import generator, least_squares_generator

__all__ = ["FORMULA"]

EXPRESSIONS = {
    **generator.EXPRESSIONS,
    "label_noise": least_squares_generator.EXPRESSIONS["label_noise"],
}


@lru_cache
def derive() -> Derivation:
    """One generation (T4); the next one is the same step with its own T0, sigma0, lam0, kappa0."""
    one = generator.FORMULA.derive()
    return replace(
        one,
        id=FORMULA.id,
        remark="Every generation sees its predecessor only through (m, a), and draws its own "
        "design and noise: the step is iterated from m = w0, a = w0^2, with each generation's own "
        "lam0 = kappa0 (1 - df1(kappa0)/T0).  Where lam0 = 0 and T0 >= d, kappa0 = 0 and the "
        "step is that of least squares.  On one shared design with lam0 = 0 the noises "
        "add up to pooled.",
    )


FORMULA = Formula(
    id="ridge-chain",
    theorem="N4",
    title="Ridge inside the chain, every generation with its own penalty and size",
    statement=(
        "Generators with penalties lam0, sizes T0 and noises sigma0 of their own compose: the "
        "moments after n generations are n steps of T4, each with its own effective penalty."
    ),
    expressions=EXPRESSIONS,
    assumptions=generator.FORMULA.assumptions,
    regime="fresh designs, any T0 and lam0 in each generation; a shared design at lam0 = 0",
    kind=FormulaKind.LIMIT,
    source="derived here, from the equivalents in Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712)",
    derive=derive,
    chain="replace, varying",
)
