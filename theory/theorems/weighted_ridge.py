"""N3a: labels averaged with fresh real ones, ridge or minimum-norm generators."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from sympy import sqrt

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.averaging import averaged_model
from ridgeproof.theory.calculus.derivation import Derivation, restate, unfold
from ridgeproof.theory.chains.mixing_weights import LABEL_NOISE
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.theorems import generator, weighted_mixing

__all__ = ["FORMULA"]

# What one generation (T4) sees: the moments of the model behind averaged labels, and their noise.
_SEEN = {
    sy.m: weighted_mixing.EXPRESSIONS["mean"],
    sy.a: weighted_mixing.EXPRESSIONS["second_moment"].subs({sy.sigma0: 0, sy.sigma_real: 0}),
    sy.sigma0: sqrt(weighted_mixing.FRESH_NOISE),
}

EXPRESSIONS = {
    name: weighted_mixing.insert(_SEEN)(step) for name, step in generator.EXPRESSIONS.items()
} | {"label_noise": LABEL_NOISE}


@lru_cache
def derive() -> Derivation:
    """One generation (T4), on labels of another model with another noise."""
    models = []
    for name, squared in (("mean", False), ("second moment", True)):
        model = averaged_model(squared=squared)
        moment = _SEEN[sy.a] if squared else _SEEN[sy.m] * sy.w0
        collected = unfold(
            f"the model behind averaged labels: {name}, collected",
            model.label,
            model.result,
            f"the {name} of u",
            [restate(moment, "collect W")],
        )
        models += [model, collected]
    seen = [
        unfold(
            f"the generation on averaged labels: {name.replace('_', ' ')}",
            label,
            step,
            "the step of T4, m, a and sigma0 being those of the labels",
            [weighted_mixing.insert(_SEEN)],
        )
        for (name, step), label in zip(generator.EXPRESSIONS.items(), ("m'", "a'"), strict=True)
    ]
    one = generator.FORMULA.derive()
    return replace(
        one,
        id=FORMULA.id,
        sections=(*one.sections, *models, *seen),
        remark="Minimum norm (lam0 = 0, T0 < d) follows by continuity: df1(kappa0) = T0.",
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
