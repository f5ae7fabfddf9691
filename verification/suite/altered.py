"""Altered equations: rings that solve the one theorem wrongly, each with one usual slip.

The back-substitution of `theory.equivalent` asks its ring for sizes, weights, fits and small linear
systems; what a ring answers is what the equations say.  A slip is a ring that answers one of these
otherwise, so that everything else of the solve is the production's own.  Their residual does not
vanish and is not asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from ridgeproof.numerics.arithmetic.bisection import bisected
from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.theory.equivalent.pencil import Node, Pencil, Ridge
from ridgeproof.theory.equivalent.ring import Diagonal

__all__ = ["ALTERED", "Altered"]

# Rows of a fit, in place of T, that leave kappa where the penalty is.
_MANY = 1e13


@dataclass(frozen=True, eq=False)
class Altered(Float64Ring):
    """A ring with a slip, named by its docstring."""

    @classmethod
    def slip(cls) -> str:
        """What is wrong with it, in words."""
        return (cls.__doc__ or "").strip().rstrip(".")


class _OneRowLess(Altered):
    """T - 1 for T."""

    def size(self, value: Array, *, derived: bool) -> Array:
        return np.maximum(super().size(value, derived=derived) - 1, 1)


class _OneWeight(Altered):
    """Weights of rows left out: the rows of a fit weigh alike."""

    def weight(self, value: Array) -> Array:
        return np.ones_like(super().weight(value))


class _NoVariance(Altered):
    """What rows add dropped in (3): no variance."""

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        del matrix
        return [0 * value for value in right]


class _NoFeedback(Altered):
    """N dropped in (6): what two fits on shared rows share is not fed back."""

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        del matrix
        return list(right)


class _FirstOrder(Altered):
    """N counted once in (6): 1 + N for (1 - N)^-1."""

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        through = [sum(a * b for a, b in zip(row, right, strict=True)) for row in matrix]
        return [np.asarray(2 * b - each) for b, each in zip(right, through, strict=True)]


class _Transposed(Altered):
    """An index of (6) exchanged: N[g', g] for N[g, g']."""

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        return super().solve(list(zip(*matrix, strict=True)), right)


class _PenaltyAlone(Altered):
    """df_1 dropped in (5): kappa = lam."""

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        if not isinstance(node.fit, Ridge) or not np.all(np.asarray(node.fit.lam) != 0):
            return super().diagonal(pencil, node)
        many = tuple(replace(group, count=group.count * _MANY) for group in pencil.groups)
        light = tuple(
            replace(block, collects={row: om / _MANY for row, om in block.collects.items()})
            for block in pencil.features
        )
        return super().diagonal(replace(pencil, groups=many, features=light), node)


class _OtherSide(Altered):
    """The wrong side at lam = 0: the other root of kappa (1 - df_1/T) = 0."""

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        true = super().diagonal(pencil, node)
        lam = node.fit.lam if isinstance(node.fit, Ridge) else 1.0
        if true.kappa is None or np.any(np.asarray(lam) != 0):
            return true
        (a,) = node.features
        block = pencil.features[a]
        om = np.asarray(next(iter(block.collects.values())))
        T = sum(pencil.groups[pencil.rows[row].group].count for row in block.collects)
        law = pencil.groups[pencil.rows[next(iter(block.collects))].group].variance
        s = law if block.metric is None else law * block.metric
        seen, m = s > 0, pencil.multiplicity
        if m[seen].sum() > T:  # minimum norm, taken for more rows than directions: kappa = 0
            share = 1 - m[seen].sum() / T
            G = np.where(seen, 1 / (om * T * share * np.where(seen, s, 1.0)), 1.0)
            H, nu, mu = share + 0 * om, np.where(seen, 0.0, 1.0), np.ones((1, 1))
        else:  # and the other way about: df_1 = T, at kappa < 0
            kappa = _beyond_zero(s[seen], m[seen], T)
            H, G = 1 / (om * T * kappa), np.where(seen, kappa / (kappa + s), 1.0)
            nu, mu = np.ones((1, 1)), np.zeros((1, 1))
        rows = dict.fromkeys(true.rows, H)
        return Diagonal({(a, a): G}, rows, {a: nu}, dict.fromkeys(true.rows, mu), true.kappa)


def _beyond_zero(s: Array, m: Array, T: Array) -> Array:
    """Kappa in (-min s, 0) with df_1 = T > r, by halving."""
    ends = np.full(np.shape(T), -s.min()), np.zeros(np.shape(T))
    with np.errstate(divide="ignore"):
        return bisected(lambda kappa: ((s / (s + kappa)) @ m)[..., None] > T, *ends)


ALTERED: tuple[type[Altered], ...] = (
    _OneRowLess,
    _PenaltyAlone,
    _NoVariance,
    _NoFeedback,
    _FirstOrder,
    _Transposed,
    _OneWeight,
    _OtherSide,
)
