"""How a fit moves with its parameters.

Its responses h_g solve h_g = F_g(h) with

    F_g(h) = (mu_g - alpha_g <G q>_g beta_g)^-1,  G = (nu - sum_g T_g s_g q beta_g h_g alpha_g)^-1

on its own blocks, so that h' = dF + F' h', one linear system, regular wherever the fit exists.
F and both of its derivatives are one piece of arithmetic in dual numbers, for rows of one kind and
of several, random features, real and complex lam alike.  Derived here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from ridgeproof.numerics.arithmetic.dual import Dual, lifted, parts_of
from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.equivalent.pencil import Element, Node, Pencil, RandomFeatures, Ridge
from ridgeproof.theory.equivalent.ring import Diagonal

if TYPE_CHECKING:
    from ridgeproof.numerics.equivalent.gradients.dual_ring import DualRing

__all__ = ["MovingFit"]


class MovingFit:
    """A fit's own blocks: nu, mu and h with their slopes.

    Args:
        ring: of dual numbers.
        pencil: in dual numbers.
        node: a ridge, on random features or not.
        own: its solution without slopes.
    """

    def __init__(self, ring: DualRing, pencil: Pencil, node: Node, own: Diagonal) -> None:
        assert isinstance(node.fit, Ridge | RandomFeatures)
        self.ring, self.pencil, self.node, self.own = ring, pencil, node, own
        self.lam = lifted(node.fit.lam)
        # At lam = 1 it sits anywhere: all that is asked is the same.
        self.nu = {a: self._placed(value) for a, value in own.nu.items()}
        on_features = any((self.lam.slope * 0 + x.slope != 0).any() for x in self.nu.values())
        self.mu = {
            row: lifted(value) if on_features else self._placed(value, self._is_silent(row))
            for row, value in own.mu.items()
        }

    def _placed(self, value: Array, silent: Array | bool = False) -> Dual:
        """lam where it is lam, else one."""
        is_lam = _are_same(value, self.lam.value) & ~np.asarray(silent)
        return Dual(value, np.where(is_lam, self.lam.slope, 0))

    def _is_silent(self, row: int) -> Array | bool:
        features = (self.pencil.features[a] for a in self.node.features)
        om = next((each.collects[row] for each in features if row in each.collects), None)
        return om is not None and lifted(om).value == 0

    def diagonal(self) -> Diagonal:
        """h' = dF + F' h', and G on the h that move."""
        rows = [row for row in self.node.rows if row in self.own.rows]
        still = {row: lifted(self.own.rows[row]) for row in rows}
        explicit = [each.slope for each in self._right_side(still, self.mu, self.nu)]
        frozen = parts_of(self.mu), parts_of(self.nu)
        pencil, self.pencil = self.pencil, parts_of(self.pencil)
        columns = []
        for row in rows:
            moved = {**still, row: Dual(still[row].value, self.ring.one + 0 * still[row].value)}
            columns.append([each.slope for each in self._right_side(moved, *frozen)])
        self.pencil = pencil
        matrix = [[int(i == j) - columns[j][i] for j in range(len(rows))] for i in range(len(rows))]
        moves = self.ring.base.solve(matrix, explicit)
        h = {row: Dual(still[row].value, move) for row, move in zip(rows, moves, strict=True)}
        return Diagonal(self._G(h, self.nu), h, self.nu, self.mu, self._kappa(h))

    def _right_side(
        self, h: Mapping[int, Dual], mu: Mapping[int, Element], nu: Mapping[int, Element]
    ) -> list[Dual]:
        G, found = self._G(h, nu), []
        for row in h:
            block = self.pencil.rows[row]
            variance = self.pencil.multiplicity * self.pencil.groups[block.group].variance
            heard = lifted(mu.get(row, self.ring.one))
            for b in self.node.features:
                feature = self.pencil.features[b]
                if row in feature.collects:
                    weights = variance if feature.metric is None else variance * feature.metric
                    for a, alpha in block.own.items():
                        pull = self.ring.trace(weights, G[a, b])
                        heard = heard - alpha * feature.collects[row] * pull
            found.append(lifted(1 / heard))
        return found

    def _G(
        self, h: Mapping[int, Dual], nu: Mapping[int, Element]
    ) -> dict[tuple[int, int], Element]:
        """(nu - sum_g T_g s_g q beta h_g alpha)^-1 on one block or two."""
        own: dict[tuple[int, int], Element] = {}
        for a in self.node.features:
            for row in self.pencil.features[a].collects:
                for b, alpha in self.pencil.rows[row].own.items():
                    more = self.pencil.weight(a, row) * (h[row] * -alpha)
                    own[a, b] = own[a, b] + more if (a, b) in own else more
        first, *second = self.node.features
        top = lifted(nu.get(first, self.ring.one))
        if not second:
            return {(first, first): 1 / (top + own[first, first])}
        (other,) = second
        right, left = own[first, other], own[other, first]
        determinant = top - right * left
        return {
            (first, first): 1 / determinant,
            (first, other): -right / determinant,
            (other, first): -left / determinant,
            (other, other): top / determinant,
        }

    def _kappa(self, h: Mapping[int, Dual]) -> Element | None:
        """nu/(om T h), and over h_F besides."""
        if self.own.kappa is None:
            return None
        last = self.node.features[-1]
        collects = self.pencil.features[last].collects
        row, *others = collects
        T = self._count(row)
        for each in others:
            T = T + self._count(each)
        weight = parts_of(self.pencil.weight(last, row))
        seen = int(np.argmax(np.asarray(weight > 0).reshape(-1, weight.shape[-1])[0]))
        nu = lifted(self.nu.get(self.node.features[0], self.ring.one))
        if nu.value.shape[-1] > 1:
            nu = nu.each(lambda part: np.broadcast_to(part, nu.value.shape)[..., seen : seen + 1])
        below = collects[row] * T * h[row]
        for other in h.keys() - collects.keys():
            below = below * h[other]
        return nu / below

    def _count(self, row: int) -> Element:
        return self.pencil.groups[self.pencil.rows[row].group].count


def _are_same(values: Array, lam: Array) -> Array:
    """Where numbers are lam; two balls may look alike without being one number."""
    if values.dtype != object:
        return np.asarray(values == lam)
    same = np.frompyfunc(lambda a, b: a is b or (a == b) is True, 2, 1)
    return np.asarray(same(values, lam), bool)
