"""The ring of float64: arrays over parameter points (axis -2) and directions (axis -1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.fits import solve_fit
from ridgeproof.numerics.equivalent.profiles import Directions
from ridgeproof.theory.equivalent.pencil import Node, Pencil
from ridgeproof.theory.equivalent.ring import Diagonal
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.theory.process.expressions import Expression, evaluate

__all__ = ["Float64Ring"]

# Nodes on the upper half of the contour of gradient flow: the filter's error is 2.4e-9 t at 12 and
# 2.6e-15 t at 20; more nodes lose digits again in float64.
_NODES = 20


@dataclass(frozen=True, eq=False)
class Float64Ring:
    """Numbers are (..., points or 1, 1), numbers for each direction (..., points or 1, directions).

    Axes before the points, such as one for the sources, broadcast.
    """

    directions: Directions

    @property
    def one(self) -> Array:
        """One, for all points."""
        return np.ones((1, 1))

    @property
    def multiplicity(self) -> Array:
        """(directions,)."""
        return self.directions.multiplicity

    def number(self, value: Fraction) -> Array:
        """The nearest float, (1, 1).

        Raises:
            SolverError: it is beyond the range of float64.
        """
        try:
            return np.full((1, 1), float(value))
        except OverflowError:
            raise SolverError(f"{value} is beyond the range of float64") from None

    def arithmetic(self, item: Expression, values: Mapping[str, Array]) -> Array:
        """A number in the parameters, (points or 1, 1)."""
        return evaluate(item, values, self.number)

    def size(self, value: Array, *, derived: bool) -> Array:
        """A number of rows; what is derived of parameters is rounded, halves upwards.

        Raises:
            InputError: it is below one.
        """
        size = np.floor(value + 0.5) if derived else value
        bad = ~((size >= 1) & np.isfinite(size))
        if bad.any():
            raise InputError(
                "size", f"{size[bad][0]:g}", "is no number of rows", "give a size >= 1"
            )
        return np.asarray(size)

    def weight(self, value: Array) -> Array:
        """A weight of labels.

        Raises:
            InputError: it is negative.
        """
        if (value < 0).any():
            raise InputError("weights", f"{value.min():g}", "is negative", "give weights >= 0")
        return value

    def profile(self, profile: Expression) -> Array:
        """(directions,)."""
        return self.directions.profile(profile, signed=True)

    def variance(self, profile: Expression) -> Array:
        """(directions,), finite and >= 0."""
        return self.directions.profile(profile)

    def inverse_penalty(self, profile: Expression) -> Array:
        """1/p, (directions,).

        Raises:
            InputError: p is not positive somewhere, or nowhere finite.
        """
        values = self.directions.profile(profile, infinite=True)
        if not (values > 0).all():
            where = int((values <= 0).argmax()) + 1
            raise InputError(
                "penalty", profile, f"is not positive in direction {where}", "give values > 0, inf"
            )
        if np.isinf(values).all():
            condition = "is infinite in every direction, which leaves none to fit"
            raise InputError("penalty", profile, condition, "give a finite value somewhere")
        return np.asarray(1 / values)

    def flow(self, t: Array) -> list[tuple[Array, Array]]:
        """Poles and shares of gradient flow by Weideman's parabolic contour.

        Raises:
            InputError: t is not positive.
        """
        if not (t > 0).all():
            raise InputError("t", t[~(t > 0)][0], "is no time of a flow", "give t > 0")
        N = 2 * _NODES
        theta = (np.arange(_NODES) + 0.5) * np.pi / _NODES
        z = N * (0.1309 - 0.1194 * theta**2 + 0.25j * theta)
        speed = N * (-0.2388 * theta + 0.25j)
        shares = np.exp(z) / z * speed / (1j * N)
        pairs = zip((*z, *z.conj()), (*shares, *shares.conj()), strict=True)
        return [(pole / t, np.full((1, 1), share)) for pole, share in pairs]

    def power(
        self, matrix: Mapping[tuple[int, int], Array], size: int, count: int
    ) -> Mapping[tuple[int, int], Array]:
        """By repeated squaring, for all points and directions at once."""
        if not matrix:
            return {}
        shape = np.broadcast_shapes(*(entry.shape for entry in matrix.values()))
        whole = np.zeros((*shape, size, size))
        for (p, q), entry in matrix.items():
            whole[..., p, q] = entry
        power = np.linalg.matrix_power(whole, count)
        return {(p, q): power[..., p, q] for p in range(size) for q in range(size)}

    def trace(self, weights: Array, values: Array) -> Array:
        """Sum over the last axis, kept."""
        if weights.ndim == 1 and values.shape[-1] > 1:
            return np.asarray(values @ weights[:, None])
        return np.asarray((weights * values).sum(axis=-1, keepdims=True))

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        """As many systems as there are points; a right side may have more axes."""
        if len(right) == 1:
            return [right[0] / matrix[0][0]]
        entries = np.broadcast_arrays(*(entry[..., 0] for row in matrix for entry in row))
        size = len(right)
        system = np.stack(entries, axis=-1).reshape(*entries[0].shape, size, size)
        column = np.stack(np.broadcast_arrays(*(entry[..., 0] for entry in right)), axis=-1)
        solution = np.linalg.solve(system, column[..., None])[..., 0]
        return [solution[..., k, None] for k in range(size)]

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        """(5) and its kin, with the branch asserted."""
        return solve_fit(pencil, node)

    def real(self, value: Array) -> Array:
        """The real part."""
        return np.asarray(value.real)

    def shares(self, value: Array | None, sources: int) -> list[Array]:
        """One real (points, 1) array for each source."""
        if value is None:
            return [np.zeros((1, 1))] * sources
        return list(self.real(np.broadcast_to(value, (sources, *value.shape[-2:]))))
