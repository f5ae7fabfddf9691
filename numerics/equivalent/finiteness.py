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
    linear function of the rows.  What a fit leaves out of the labels is noise: directions of
    infinite penalty, or all beyond the width of narrow features, whose width then counts.

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
    # The models that a fit without ridge returns exactly.
    exact: dict[int, _Form] = field(default_factory=dict)

    def take(self, node: Node, fit: Ridge | RandomFeatures) -> None:
        """Refuse a fit, or remember the rows that it goes through."""
        lam = np.asarray(fit.lam)
        if not (lam == 0).any():
            return
        pencil, model = self.pencil, node.features[0]
        rows = [rho for rho in node.rows if model in pencil.rows[rho].reads]
        q = pencil.features[model].metric
        present = np.zeros(len(pencil.multiplicity), dtype=bool)
        for rho in rows:
            present |= pencil.groups[pencil.rows[rho].group].variance > 0
        seen = present if q is None else present & (q > 0)
        size: Array = np.full((1, 1), pencil.multiplicity[seen].sum())
        weights = pencil.features[node.features[-1]].collects
        T = sum(
            np.where(weights[rho] > 0, pencil.groups[pencil.rows[rho].group].count, 0.0)
            for rho in rows
        )
        consistent, truth = self._one_model(node, rows)
        noisy = ~consistent | (seen != present).any()
        if isinstance(fit, RandomFeatures):
            width = pencil.groups[fit.projection].count
            noisy = noisy | (width < size) | ((width == size) & (size > T))
            size = np.minimum(size, width)
        infinite = (lam == 0) & noisy & (size > 0) & (abs(T - size) <= 1)
        if infinite.any():
            where = np.broadcast_to(size, infinite.shape)[infinite][0]
            raise InfiniteExpectation(
                "T",
                f"{np.broadcast_to(T, infinite.shape)[infinite][0]:g}",
                f"lies within 1 of {where:g}, what a fit without ridge on noisy labels fits: its "
                "expected error is infinite",
                f"take T <= {where - 2:g} or T >= {where + 2:g} rows, or a positive lam",
            )
        if ((lam == 0) & ~noisy & (size <= T)).all() and truth is not None and seen.all():
            self.exact[model] = truth
        elif ((lam == 0) & (size >= T)).all():
            self.interpolated |= {(model, pencil.rows[rho].group): rho for rho in rows}

    def _one_model(self, node: Node, rows: list[int]) -> tuple[Array, _Form | None]:
        """Where some model fits all labels without error, and one that does so at all points."""
        labels = [self._labels(node, rho) for rho in rows]
        fits, found = np.zeros((1, 1), dtype=bool), None
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
            found = model if fitted.all() else found
        return fits, found

    def _labels(self, node: Node, rho: int) -> _Form:
        row = self.pencil.rows[rho]
        form: _Form = {b: alpha for b, alpha in row.reads.items() if b not in node.features}
        form.update(row.noise.items())
        return self._on_rows(None, form)

    def _on_rows(self, group: int | None, form: _Form) -> _Form:
        """The form with what fits return exactly, or go through on these rows, replaced by it."""
        left = dict(form)
        for block in sorted((b for b in left if isinstance(b, int)), reverse=True):
            self._replace(group, block, left)
        return left

    def _replace(self, group: int | None, block: int, left: _Form) -> None:
        held = self._held(group, block)
        if held is None or block not in left:
            return
        factor = left.pop(block)
        for key, value in held.items():
            left[key] = left.get(key, np.zeros((1, 1))) + factor * value
            if isinstance(key, int):
                self._replace(group, key, left)

    def _held(self, group: int | None, block: int) -> _Form | None:
        """What a block is on these rows, as others; None for itself."""
        if block in self.exact:
            return self.exact[block]
        rho = None if group is None else self.interpolated.get((block, group))
        if rho is None:
            return None
        row = self.pencil.rows[rho]
        held: _Form = {b: alpha for b, alpha in row.reads.items() if b != block}
        held.update(row.noise.items())
        return held


def _minus(form: Mapping[int | Noise, Array], other: Mapping[int | Noise, Array]) -> _Form:
    difference = dict(form)
    for key, value in other.items():
        difference[key] = difference.get(key, np.zeros((1, 1))) - value
    return difference
