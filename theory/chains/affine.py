"""The affine map behind one generation: a' = D a + g sum(c a) + h, level by level."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from sympy import Dummy, Expr, Integer, cancel

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["AffineStep", "affine_step"]


@dataclass(frozen=True)
class AffineStep:
    """The level functions of a' = D a + g sum_i c_i a_i + h."""

    diagonal: Expr  # D, what an eigenvector keeps of its own moment
    spread: Expr  # g, where the total goes
    collected: Expr  # c, what the total collects
    shift: Expr  # h, the new label noise


@lru_cache(maxsize=256)
def affine_step(step: Expr) -> AffineStep:
    """Split a generator's second-moment step, which is affine in a, into its parts.

    Raises:
        DerivationError: the step is not affine in a with at most one sum over levels.
    """
    sums = [node for node in step.atoms(SpectralSum) if sy.a in node.bound_symbols]
    if len(sums) > 1:
        raise DerivationError(f"{step} holds more than one sum over a")
    total = Dummy("total")
    flat = step.xreplace(dict.fromkeys(sums, total))
    diagonal, spread = flat.diff(sy.a), flat.diff(total)
    collected = cancel(sums[0].summand / sy.a) if sums else Integer(0)
    if any(part.has(sy.a) or part.has(total) for part in (diagonal, spread, collected)):
        raise DerivationError(f"{step} is not affine in a")
    return AffineStep(diagonal, spread, collected, flat.subs({sy.a: 0, total: 0}))
