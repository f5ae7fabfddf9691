"""The ring of float64: arrays over parameter points (axis -2) and directions (axis -1)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import ClassVar, TypeVar

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array, Number
from ridgeproof.numerics.equivalent.fits import MANY, FloatRoots, solve_fit
from ridgeproof.numerics.equivalent.profiles import Directions
from ridgeproof.numerics.kappa.activations import moments, require_spread
from ridgeproof.theory.equivalent.pencil import Node, Pencil
from ridgeproof.theory.equivalent.ring import Diagonal
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError
from ridgeproof.theory.process.expressions import Expression, evaluate

__all__ = ["Float64Ring"]

# The contour of gradient flow, z/N at theta in (-pi, pi): a theta cot(b theta) - c + d i theta.
_A, _B, _C, _D = (Fraction(each, 10_000) for each in (5017, 6407, 6122, 2645))
# Digits that each node of its upper half brings; the filter's error is 1e-14 t at 14 of
# them, 6e-17 t at 16, 2e-21 t at 20 and 4e-33 t at 30.
_PER_NODE = 1.15
# The step of the rule for principal components, and its ends: errors of 1e-12 from each.
_STEP, _SMALLEST, _LARGEST = 0.3, 32.0, 3.6
# A covariance that should have the trace of Sigma has it up to this.
_ALIKE = 1e-9
# More products than this, of arrays that are smaller than this, are worth an array of their own.
_FEW, _SMALL = 6, 2**12

Item = TypeVar("Item")


@dataclass(frozen=True, eq=False)
class Float64Ring:
    """Numbers are (..., points or 1, 1), numbers for each direction (..., points or 1, directions).

    Axes before the points, such as one for the sources, broadcast.

    Attributes:
        directions: s, w0 and their kin.
        margin: one array, the least determinant of the pairs of fits solved so far, (points or 1,).
            Each is one minus what the fits hear of each other, near a threshold almost one:
            answers are wrong by the rounding of one over the margin.
    """

    directions: Directions
    margin: list[Array] = field(default_factory=lambda: [np.ones(1)])
    spare_nodes: ClassVar[int] = 0
    rounds: ClassVar[bool] = True
    """Of the contour: in float64 more nodes lose to rounding what they gain."""

    @property
    def rough(self) -> Float64Ring:
        """The ring of float64 of the same directions."""
        return self

    def in_floats(self, item: Item) -> Item:
        """A number, a mapping or a record with its numbers in float64."""
        return item

    @property
    def roots(self) -> FloatRoots:
        """What solves the equations that are not linear."""
        return FloatRoots()

    @property
    def one(self) -> Array:
        """One, for all points."""
        return np.ones((1, 1))

    @property
    def multiplicity(self) -> Array:
        """(directions,)."""
        tails = [MANY] * self.directions.tails
        return (
            np.append(self.directions.multiplicity, tails)
            if tails
            else (self.directions.multiplicity)
        )

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
        return self._padded(self.directions.profile(profile, signed=True))

    def variance(self, profile: Expression) -> Array:
        """(directions,), finite and >= 0."""
        return self._padded(self.directions.profile(profile))

    def covariance(self, profile: Expression, scale: Fraction = Fraction(1)) -> Array:
        """(directions,), finite and >= 0.

        Raises:
            InputError: beside an activation, whose moments belong to one trace, it has another.
        """
        values, known = self.directions.profile(profile), self.directions
        if scale != 1:
            values = values * self.number(scale).item()
        if known.tails:
            trace, usual = known.multiplicity @ values, known.multiplicity @ known.s
            if abs(trace - usual) > _ALIKE * usual:
                raise InputError(
                    "covariance or metric",
                    profile,
                    f"has trace {trace:.6g}, and features with an activation see {usual:.6g}",
                    "give it the trace of Sigma",
                )
        return self._padded(values, 1 / MANY)

    @property
    def fitted(self) -> Array | None:
        """One in the directions of the models, where there are others."""
        return self._padded(np.ones(len(self.directions.s))) if self.directions.tails else None

    def activation(
        self, place: int, name: str, size: Array, rows: Sequence[Array], laws: Iterable[Expression]
    ) -> tuple[Array, Array]:
        """Two moments at the variance tr Sigma/size of what it is applied to.

        Raises:
            NoTheorem: rows of one of these laws have too few directions for fits of so many rows.
        """
        known = self.directions
        variance = known.multiplicity @ known.s / size
        slope, rest = moments(name, variance)
        share = rest / (slope * variance + rest)
        for law in laws:
            require_spread(share, known.profile(law), known.multiplicity, [size, *rows], str(law))
        own = np.zeros(len(self.multiplicity))
        own[len(known.s) + place] = 1
        head = np.append(np.ones(len(known.s)), np.zeros(known.tails))
        return slope, head / size + own * (rest / slope)

    def _padded(self, values: Array, beyond: float = 0.0) -> Array:
        tails = self.directions.tails
        return np.append(values, [beyond] * tails) if tails else values

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
        if np.isinf(np.asarray(values, float)).all():
            condition = "is infinite in every direction, which leaves none to fit"
            raise InputError("penalty", profile, condition, "give a finite value somewhere")
        return self._padded(np.asarray(1 / values))

    def flow(self, t: Array) -> list[tuple[Array, Array]]:
        """Poles and shares of gradient flow by the cotangent contour of Trefethen et al. (2006).

        Raises:
            InputError: t is not positive.
        """
        if not (t > 0).all():
            raise InputError("t", float(t[~(t > 0)][0]), "is no time of a flow", "give t > 0")
        return [(self._column(z) / t, self._column(c)) for z, c in self.contour()]

    def descent(
        self, eta: Array, steps: int, rows: Sequence[tuple[Array, Array, Array]]
    ) -> list[tuple[Array, Array]]:
        """The flow's contour in log (1 - eta x)^steps: its poles are -(1 - e^(z/steps))/eta.

        Derived here.  The largest sample eigenvalue has to lie where the contour counts it,
        eta x < 1, or where (1 - eta x)^steps is nothing.

        Raises:
            InputError: eta is not positive, or too large.
            NotBuilt: fewer steps than poles.
        """
        contour = self.contour()
        if steps < len(contour):
            digits = self.directions.engine.digits
            raise NotBuilt(f"gradient_descent of {steps} steps, to {digits} digits: ask for fewer")
        edge = self._edge(rows)
        most = (1 + 10.0 ** (-(self.directions.engine.digits + 2) / steps)) / edge
        rate = self._floats(eta)
        if not ((rate > 0) & (rate < most)).all():
            raise InputError(
                "eta",
                f"{rate.flat[0]:g}",
                f"is no rate at which {steps} steps are known to converge on these rows",
                f"give 0 < eta < {most.min():.4g}",
            )
        found = []
        for z, c in contour:
            step = self._exp(z / steps)
            zeta = (1 - self._column(step)) / eta
            found.append((-zeta, -self._column(c * z * step / steps) / (eta * zeta)))
        return found

    def _edge(self, rows: Sequence[tuple[Array, Array, Array]]) -> Array:
        """No sample eigenvalue exceeds sum of om (sqrt(T max s) + sqrt(tr s))^2 (Gordon 1985)."""
        head, edge = len(self.directions.s), np.zeros((1, 1))
        for each in rows:
            om, T, s = (self._floats(number) for number in each)
            s = s[..., :head]
            trace = (s * self._floats(self.directions.multiplicity)).sum(axis=-1, keepdims=True)
            edge = edge + om * (np.sqrt(T * s.max(axis=-1, keepdims=True)) + np.sqrt(trace)) ** 2
        return edge

    def components(
        self, cut: Array, rows: Sequence[tuple[Array, Array, Array]]
    ) -> list[tuple[Array, Array]]:
        """A circle through the cut and beyond the edge, with nodes that crowd at the cut.

        Derived here.  f(A) = 1/(2 pi i) times the integral of (z - A)^-1/z.  The cut may lie within
        the spectrum, where the two halves of the circle meet other branches: along the logarithm of
        the angle from there all is smooth, and tends to zero.

        Raises:
            InputError: cut is not positive.
            NotBuilt: digits that no contour is known to have, or slopes, which do not converge.
        """
        if any(np.asarray(x).dtype != np.float64 for each in [(cut,), *rows] for x in each):
            raise NotBuilt("pcr beyond 12 digits, certified or differentiated is not built")
        if not (cut > 0).all():
            remedy = "give a cut > 0, or take least_squares"
            raise InputError("cut", float(cut.min()), "keeps eigenvalues of zero", remedy)
        far = 2 * np.maximum(self._edge(rows), cut)
        middle, radius = (far + cut) / 2, (far - cut) / 2
        found = []
        for angle, weight in _towards_zero():
            turn = radius * complex(math.cos(angle), -math.sin(angle))
            z = middle - turn
            found.append((-z, weight * turn / (2 * math.pi * z)))
        return found

    def _exp(self, z: Number) -> Number:
        return np.exp(z)

    def _floats(self, value: Array) -> Array:
        return np.asarray(self.in_floats(value), np.float64)

    def conjugate(self, value: Array) -> Array:
        """Itself where it is real."""
        return value.conj() if np.iscomplexobj(value) else value

    def contour(self) -> list[tuple[Number, Number]]:
        """Poles z and shares c of a flow to t = 1, on the upper half of the contour."""
        engine = self.directions.engine
        a, b, c, d = map(engine.number, (_A, _B, _C, _D))
        count = math.ceil(engine.digits / _PER_NODE) + self.spare_nodes
        found = []
        for k in range(count):
            theta = engine.pi() * engine.number(Fraction(2 * k + 1, 2 * count))
            cot = engine.function("cos", b * theta) / engine.function("sin", b * theta)
            x, y = 2 * count * (a * theta * cot - c), 2 * count * d * theta
            turn = self._complex(engine.function("cos", y), engine.function("sin", y))
            # dz/dtheta over i N.
            speed = self._complex(d, a * b * theta * (1 + cot * cot) - a * cot)
            z = self._complex(x, y)
            found.append((z, turn * speed * engine.exp(x) / z))
        return found

    def _complex(self, x: Number, y: Number) -> Number:
        return complex(x, y)

    def _column(self, number: Number) -> Array:
        return np.full((1, 1), number)

    def power(
        self, matrix: Mapping[tuple[int, int], Array], size: int, count: int
    ) -> Mapping[tuple[int, int], Array]:
        """By repeated squaring, for all points and directions at once."""
        power = {(p, p): self.one for p in range(size)}
        while count:
            if count % 2:
                power = _product(power, matrix, size)
            matrix, count = _product(matrix, matrix, size), count // 2
        return power

    def dot(self, pairs: Sequence[tuple[Array, Array]]) -> Array:
        """Small arrays of one shape are multiplied in one array."""
        if len(pairs) <= _FEW:
            terms = list(_multiplied(pairs))
        else:
            alike: dict[object, list[tuple[Array, Array]]] = {}
            for pair in pairs:
                alike.setdefault((pair[0].shape, pair[1].shape), []).append(pair)
            terms = [product for each in alike.values() for product in _multiplied(each)]
        return sum(terms[1:], start=terms[0])

    def spread(self, numbers: Mapping[int, Array], places: int) -> Array:
        """(..., points or 1, places)."""
        # Distinct shapes and types are few.
        shapes = {number.shape[:-1] for number in numbers.values()}
        types = {number.dtype for number in numbers.values()}
        spread = np.zeros((*np.broadcast_shapes(*shapes), places), np.result_type(*types))
        for place, number in numbers.items():
            spread[..., place] = number[..., 0]
        return spread

    def entry(self, values: Array, place: int) -> Array:
        """(..., points or 1, 1)."""
        return values[..., place : place + 1]

    def trace(self, weights: Array, values: Array) -> Array:
        """The sum over the last axis, which is kept."""
        if weights.ndim == 1 and values.shape[-1] > 1:
            return np.asarray(values @ weights[:, None])
        return np.asarray((weights * values).sum(axis=-1, keepdims=True))

    def solve(self, matrix: Sequence[Sequence[Array]], right: Sequence[Array]) -> list[Array]:
        """As many systems as there are points; a right side may have more axes."""
        if len(right) == 1:
            self._keep_margin(matrix[0][0][..., 0])
            return [right[0] / matrix[0][0]]
        entries = np.broadcast_arrays(*(entry[..., 0] for row in matrix for entry in row))
        size = len(right)
        system = np.stack(entries, axis=-1).reshape(*entries[0].shape, size, size)
        self._keep_margin(np.linalg.det(system))
        column = np.stack(np.broadcast_arrays(*(entry[..., 0] for entry in right)), axis=-1)
        solution = np.linalg.solve(system, column[..., None])[..., 0]
        return [solution[..., k, None] for k in range(size)]

    def _keep_margin(self, determinant: Array) -> None:
        if np.iscomplexobj(determinant):
            # Near zero only between the two ends of a contour that meet at a cut, where the shares
            # are as small as it is.
            return
        self.margin[0] = np.minimum(self.margin[0], abs(determinant))

    def diagonal(self, pencil: Pencil, node: Node) -> Diagonal:
        """(5) and its kin, with the branch asserted."""
        return solve_fit(pencil, node, self.roots)

    def real(self, value: Array) -> Array:
        """The real part."""
        return np.asarray(value.real)

    def shares(self, value: Array | None, sources: int) -> list[Array]:
        """One real (points, 1) array for each source."""
        if value is None:
            return [self.real(0 * self.one)] * sources
        return list(self.real(np.broadcast_to(value, (sources, *value.shape[-2:]))))


def _towards_zero() -> Iterator[tuple[float, float]]:
    """Angles in (0, pi) and their weights: the trapezoidal rule in v of pi/(1 + e^-(v + e^v)).

    What two fits hear of each other at angles x and y is like 1/(x + y) there, which has no scale:
    a step that does for one decade does for all.  The last weight stands for all smaller angles.
    """
    first, last = round(-_SMALLEST / _STEP), round(_LARGEST / _STEP)
    for k in range(first, last):
        v = k * _STEP
        x = math.pi / (1 + math.exp(-v - math.exp(v)))
        weight = _STEP * x * (1 - x / math.pi) * (1 + math.exp(v))
        if k == first:
            weight += _STEP * x / math.expm1(_STEP)
        yield x, weight


def _product(
    left: Mapping[tuple[int, int], Array], right: Mapping[tuple[int, int], Array], size: int
) -> dict[tuple[int, int], Array]:
    product: dict[tuple[int, int], Array] = {}
    for (p, r), x in left.items():
        for q in range(size):
            if (r, q) in right:
                more = x * right[r, q]
                product[p, q] = product[p, q] + more if (p, q) in product else more
    return product


def _multiplied(pairs: Sequence[tuple[Array, Array]]) -> Iterator[Array]:
    """The products of arrays of two shapes, or their sum."""
    are_floats = all(each.dtype != object for each in pairs[0])
    if len(pairs) > _FEW and are_floats and max(each.size for each in pairs[0]) < _SMALL:
        stacked = (np.array(side) for side in zip(*pairs, strict=True))
        yield np.einsum("n...,n...->...", *stacked)
    else:
        yield from (x * y for x, y in pairs)
