"""The axioms of the calculus, as rewrite rules on words.

Each rule states its equation, how it is justified, and how it rewrites.  Whether it is *true* is
decided elsewhere, on random matrices (`verification.derivations.steps`): nothing here marks itself
as checked.

Sources: the exact identities are algebra; the inverse Wishart moment is classical; the
deterministic equivalents of first and second order are classical results for Gaussian designs,
in the form used by Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum

from sympy import Expr, Integer, Mul, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.alphabet import (
    ESTIMATE,
    INVERSE,
    NOISE,
    PLUS,
    PROJECTOR,
    SIGMA,
    SIGMA_INVERSE,
    TRUTH,
    W_TRUTH,
    A,
    M,
    R,
    S,
    W,
    X,
)
from ridgeproof.theory.calculus.words import (
    InTurn,
    Tr,
    Vanishing,
    Word,
    map_words,
    replace_words,
    trace,
    transposed,
)
from ridgeproof.theory.errors import DerivationError

__all__ = [
    "Rule",
    "RuleKind",
    "dual_inverse_wishart",
    "expect_noise",
    "generator_moments",
    "gram",
    "inverse_wishart",
    "least_squares",
    "noise_expectation",
    "projector",
    "pseudo_inverse",
    "random_projection",
    "resolvent",
    "resolvent_average",
    "ridge_fit",
    "truth",
]


class RuleKind(Enum):
    """How a step is justified, which decides how it is checked."""

    DEFINITION = "definition"
    IDENTITY = "exact identity"
    EXPECTATION = "expectation"
    EQUIVALENT = "deterministic equivalent"
    ALGEBRA = "algebra"
    COMPONENTS = "components"
    INSERTION = "insertion"
    RECURRENCE = "recurrence"
    DERIVATIVE = "differentiation"
    SCALING = "scaling"
    CORRECTION = "first correction"
    RESPONSE = "response of normal entries"


_WIDE, _ISOTROPIC = frozenset({"wide"}), frozenset({"isotropic"})


@dataclass(frozen=True)
class Rule:
    """A rewrite rule: ``rule(expression)`` is the next line of a derivation.

    ``letters`` are the random letters that an expectation or equivalent integrates out;
    ``substitution`` holds what an insertion or a recurrence puts in; ``needs`` restricts the rule
    to Sigma = I ("isotropic") or to fewer rows than dimensions ("wide").
    """

    name: str
    kind: RuleKind
    statement: str
    rewrite: Callable[[Expr], Expr]
    letters: tuple[Symbol, ...] = ()
    substitution: Mapping[Symbol, Expr] = field(default_factory=dict)
    needs: frozenset[str] = frozenset()

    def __call__(self, expression: Expr) -> Expr:
        """Apply the rule; a rule that finds nothing to do is an error, not a step."""
        new = self.rewrite(expression)
        if new == expression:
            raise DerivationError(f"{self.name} does not apply to {expression}")
        return new


def ridge_fit() -> Rule:
    """w_hat = R X'y/T with y = X w + sigma e: the ridge estimate in its normal equations."""
    answer = R * transposed(X) * (X * W + sy.sigma * NOISE) / sy.T
    return Rule(
        "ridge fit",
        RuleKind.DEFINITION,
        "w_hat = R X'(X w + sigma e)/T, R = (X'X/T + lam)^-1",
        replace_words((ESTIMATE,), answer),
    )


def least_squares() -> Rule:
    """w_hat = X^+ (X w + sigma e): least squares, or minimum norm."""
    return Rule(
        "least squares",
        RuleKind.DEFINITION,
        "w_hat = X^+ (X w + sigma e)",
        replace_words((ESTIMATE,), PLUS * (X * W + sy.sigma * NOISE)),
    )


def pseudo_inverse() -> Rule:
    """X^+ X = 1 and X^+ X^+' = (X'X)^-1, for at least d rows (full column rank)."""
    absorb = replace_words((PLUS, X), Integer(1))
    square = replace_words((PLUS, transposed(PLUS)), INVERSE)
    return Rule(
        "full column rank",
        RuleKind.IDENTITY,
        "X^+ X = 1 and X^+ X^+' = (X'X)^-1 for T >= d rows",
        InTurn((absorb, square)),
    )


def projector() -> Rule:
    """X^+ X = Pi, a symmetric projector, and Pi X^+ = X^+."""
    name = replace_words((PLUS, X), PROJECTOR)
    idempotent = replace_words((PROJECTOR, PROJECTOR), PROJECTOR)
    absorb = replace_words((PROJECTOR, PLUS), PLUS)
    return Rule(
        "projector",
        RuleKind.IDENTITY,
        "X^+ X = Pi = Pi', Pi^2 = Pi, Pi X^+ = X^+",
        InTurn((name, idempotent, absorb)),
        needs=_WIDE,
    )


def random_projection() -> Rule:
    """E[Pi] = T/d for Sigma = I and T <= d: the row space is uniformly distributed."""
    return Rule(
        "uniform row space",
        RuleKind.EXPECTATION,
        "E[Pi] = T/d for Sigma = I, T <= d (rotation invariance)",
        replace_words((PROJECTOR,), sy.T / sy.d),
        (X,),
        needs=_WIDE | _ISOTROPIC,
    )


def dual_inverse_wishart() -> Rule:
    """E[X^+ X^+'] = T/(d (d-T-1)) for Sigma = I and T <= d-2, from E[(XX')^-1] = I/(d-T-1)."""
    return Rule(
        "inverse Wishart mean of the rows",
        RuleKind.EXPECTATION,
        "E[X^+ X^+'] = T/(d (d-T-1)) Sigma for Sigma = I, T <= d-2",
        replace_words((PLUS, transposed(PLUS)), sy.T / (sy.d * (sy.d - sy.T - 1)) * SIGMA),
        (X,),
        needs=_WIDE | _ISOTROPIC,
    )


def resolvent_average() -> Rule:
    """E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, for Sigma = I: R is rotationally invariant."""
    traces = {1: sy.h1, 2: sy.h2}

    def change(word: Word) -> Expr | None:
        power = word.count(R)
        if not power:
            return None
        rest = [x for x in word if x != R]
        adjacent = any(
            turned[:power] == (R,) * power
            for turned in (word[i:] + word[:i] for i in range(len(word)))
        )
        if power not in traces or not adjacent or (rest and Tr(Mul(*rest)).is_random):
            raise DerivationError(f"no rotational average for {Tr(Mul(*word))}")
        return traces[power] * (trace(Mul(*rest)) / sy.d if rest else 1)

    return Rule(
        "rotational average",
        RuleKind.EXPECTATION,
        "E tr(C R^k) = tr(C) h_k/d, h_k = E tr R^k, Sigma = I (rotation invariance)",
        lambda expression: map_words(expression, change),
        (X,),
        needs=_ISOTROPIC,
    )


def gram() -> Rule:
    """X'X = T S."""
    return Rule(
        "Gram matrix",
        RuleKind.IDENTITY,
        "X'X = T S",
        replace_words((transposed(X), X), sy.T * S),
    )


def resolvent() -> Rule:
    """R S = 1 - lam R."""
    return Rule(
        "resolvent",
        RuleKind.IDENTITY,
        "R S = 1 - lam R",
        replace_words((R, S), 1 - sy.lam * R),
    )


def noise_expectation() -> Rule:
    """E[e e'] = I and E[e] = 0: label noise is standard normal, independent of all else."""
    return expect_noise("label noise", NOISE, Integer(1), "I")


def expect_noise(name: str, noise: Symbol, covariance: Expr, shown: str) -> Rule:
    """E[e e'] = covariance and E[e] = 0 for a noise vector e independent of all else."""
    square = replace_words((noise, transposed(noise)), covariance)
    return Rule(
        name,
        RuleKind.EXPECTATION,
        f"E[{noise} {noise}'] = {shown}, E[{noise}] = 0",
        InTurn((square, Vanishing(noise))),
        (noise,),
    )


def generator_moments() -> Rule:
    """E[w w'] = A and E[w] w0' = M: the labelling model is independent of the fit's own draws."""
    second = replace_words((W, transposed(W)), A)
    first = replace_words((W, transposed(TRUTH)), M)
    return Rule(
        "labelling model",
        RuleKind.EXPECTATION,
        "E[w w'] = A, E[w] w0' = M, w independent of the design and noise of this fit",
        InTurn((second, first)),
        (W,),
    )


def truth() -> Rule:
    """w0 w0' is written W0."""
    return Rule(
        "ground truth",
        RuleKind.DEFINITION,
        "W0 = w0 w0'",
        replace_words((TRUTH, transposed(TRUTH)), W_TRUTH),
    )


def inverse_wishart() -> Rule:
    """E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2."""
    return Rule(
        "inverse Wishart mean",
        RuleKind.EXPECTATION,
        "E[(X'X)^-1] = Sigma^-1/(T-d-1), T >= d+2",
        replace_words((INVERSE,), SIGMA_INVERSE / (sy.T - sy.d - 1)),
        (X,),
    )
