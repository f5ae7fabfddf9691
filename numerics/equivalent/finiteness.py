"""Fits whose expectation is infinite at every finite size: a pole that the limit does not show.

`theory.process.facts` asks the same of a graph at one point, exactly and before anything is
lowered, for who simulates.  Here whole arrays of parameters are asked at once, on what the limit is
made of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.equivalent.pencil import Node, Noise, Pencil, RandomFeatures, Ridge, Rounds
from ridgeproof.theory.errors import InfiniteExpectation

__all__ = ["require_finite"]

# What is left of exact cancellation.
_NOTHING = 1e-12

_Form = dict[int | Noise, Array]


def require_finite(pencil: Pencil) -> None:
    """Raise InfiniteExpectation for a ridgeless fit on T within 1 of the directions it fits.

    The inverse Wishart moment E tr (X'X)^+ is infinite there; it enters unless the labels are one
    linear function of the rows.  On random features the width takes the place of the directions
    where it is smaller, and what the features leave out of the labels is noise.

    Raises:
        InfiniteExpectation: some fit of the pencil is such a fit at some point.
    """
    run = _Fits(pencil)
    for node in pencil.nodes:
        if isinstance(node.fit, Rounds):
            require_finite(node.fit.round)
        elif node.fit is not None:
            run.take(node, node.fit)


@dataclass(eq=False)
class _Fits:
    pencil: Pencil
    # The rows that a fit without ridge goes through, by model and group.
    interpolated: dict[tuple[int, int], int] = field(default_factory=dict)

    def take(self, node: Node, fit: Ridge | RandomFeatures) -> None:
        """Refuse a fit, or remember the rows that it goes through."""
        lam = np.asarray(fit.lam)
        if not (lam == 0).any():
            return
        pencil, model = self.pencil, node.features[0]
        rows = [rho for rho in node.rows if model in pencil.rows[rho].reads]
        q = pencil.features[model].metric
        seen = np.zeros(len(pencil.multiplicity), dtype=bool)
        for rho in rows:
            variance = pencil.groups[pencil.rows[rho].group].variance
            seen |= (variance if q is None else q * variance) > 0
        size: Array = np.full((1, 1), pencil.multiplicity[seen].sum())
        weights = pencil.features[node.features[-1]].collects
        T = sum(
            np.where(weights[rho] > 0, pencil.groups[pencil.rows[rho].group].count, 0.0)
            for rho in rows
        )
        noisy = ~self._is_consistent(node, rows)
        if isinstance(fit, RandomFeatures):
            width = pencil.groups[fit.projection].count
            noisy = noisy | (width < size) | ((width == size) & (size > T))
            size = np.minimum(size, width)
        infinite = (lam == 0) & noisy & (abs(T - size) <= 1)
        if infinite.any():
            where = np.broadcast_to(size, infinite.shape)[infinite][0]
            raise InfiniteExpectation(
                "T",
                f"{np.broadcast_to(T, infinite.shape)[infinite][0]:g}",
                f"lies within 1 of {where:g}, what a fit without ridge on noisy labels fits: its "
                "expected error is infinite",
                f"take T <= {where - 2:g} or T >= {where + 2:g} rows, or a positive lam",
            )
        if ((lam == 0) & (size >= T)).all():
            self.interpolated |= {(model, pencil.rows[rho].group): rho for rho in rows}

    def _is_consistent(self, node: Node, rows: list[int]) -> Array:
        """Where some model fits all labels without error, (points or 1, 1)."""
        labels = [self._labels(node, rho) for rho in rows]
        fits = np.zeros((1, 1), dtype=bool)
        for tried in labels:
            # A row that hears noise is fitted by no model: the noise stays in the difference.
            model: _Form = {
                key: value for key, value in tried.items() if not isinstance(key, Noise)
            }
            fitted = np.ones((1, 1), dtype=bool)
            for rho, label in zip(rows, labels, strict=True):
                left = self._on_rows(self.pencil.rows[rho].group, _minus(label, model))
                for value in left.values():
                    fitted = fitted & (abs(value) <= _NOTHING)
            fits = fits | fitted
        return fits

    def _labels(self, node: Node, rho: int) -> _Form:
        row = self.pencil.rows[rho]
        form: _Form = {b: alpha for b, alpha in row.reads.items() if b not in node.features}
        return form | dict(row.noise)

    def _on_rows(self, group: int, form: _Form) -> _Form:
        """The form with the predictions of fits that go through these rows replaced by labels."""
        left = dict(form)
        for block in sorted((b for b in left if isinstance(b, int)), reverse=True):
            self._replace(group, block, left)
        return left

    def _replace(self, group: int, block: int, left: _Form) -> None:
        rho = self.interpolated.get((block, group))
        if rho is None or block not in left:
            return
        factor, row = left.pop(block), self.pencil.rows[rho]
        held: _Form = {}
        held.update(row.reads.items())
        held.update(row.noise.items())
        for key, value in held.items():
            if key != block:
                left[key] = left.get(key, np.zeros((1, 1))) + factor * value
                if isinstance(key, int):
                    self._replace(group, key, left)


def _minus(form: Mapping[int | Noise, Array], other: Mapping[int | Noise, Array]) -> _Form:
    difference = dict(form)
    for key, value in other.items():
        difference[key] = difference.get(key, np.zeros((1, 1))) - value
    return difference
