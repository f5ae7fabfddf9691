"""The four equations, checked on a solution by what they say: no term of the solver is reused.

With L = nu - D - sum_g T_g s_g q beta_g H_g alpha_g and M_g = mu_g - alpha_g <G q>_g beta_g,

    L G v = v,   M_g H_g x = x,   L C v = (Q + sum_g T_g s_g q beta_g C_g beta_g' q) G'v,
    M_g C_g x = (N_g N_g' + alpha_g <C>_g alpha_g') H_g'x

for one v and x with no structure of their own; differences are relative to the largest term of the
equation at the same point.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.theory.equivalent.correlation import Correlation, Sources
from ridgeproof.theory.equivalent.pencil import Pencil
from ridgeproof.theory.equivalent.response import Response, total
from ridgeproof.theory.errors import SolverError

__all__ = ["LARGEST_RESIDUAL", "check", "residual"]

LARGEST_RESIDUAL = 1e-12
_MOST_DIRECTIONS = 24

_Vector = dict[int, Array]
_Sides = dict[int, list[Array]]


def check(pencil: Pencil, response: Response, correlation: Correlation, sources: Sources) -> float:
    """The residual.

    Raises:
        SolverError: it is larger than `LARGEST_RESIDUAL`.
    """
    found = residual(pencil, response, correlation, sources)
    if not found <= LARGEST_RESIDUAL:
        raise SolverError(
            f"the equations hold to {found:.1e} only, not to {LARGEST_RESIDUAL:g}: the process is "
            "too close to a threshold for float64, or its numbers span too many decades"
        )
    return found


def residual(
    pencil: Pencil, response: Response, correlation: Correlation, sources: Sources
) -> float:
    """The largest relative difference between the two sides of (1)-(4)."""
    run = _Equations(pencil, response, correlation, sources)
    features = _probe_vector(range(len(pencil.features)))
    worst = [run.responses(features), run.correlations(features)]
    by_group: dict[int, list[int]] = {}
    for rho, row in enumerate(pencil.rows):
        by_group.setdefault(row.group, []).append(rho)
    for group, rows in by_group.items():
        x = _probe_vector(rows)
        worst += [run.responses_on(group, x), run.correlations_on(group, x)]
    # A NaN anywhere stays one, and is refused.
    return float(np.max(worst))


def _probe_vector(blocks: Iterable[int]) -> _Vector:
    chosen = list(blocks)
    weights = _weights(max(chosen, default=-1) + 1)
    return {block: weights[block].reshape(1, 1) for block in chosen}


@lru_cache(maxsize=16)
def _weights(count: int) -> Array:
    """Multiples of the golden ratio, modulo one, away from zero."""
    return np.asarray(0.5 + (0.6180339887498949 * np.arange(1, count + 1)) % 1)


@dataclass(eq=False)
class _Equations:
    pencil: Pencil
    response: Response
    correlation: Correlation
    sources: Sources

    def __post_init__(self) -> None:
        directions = len(self.pencil.multiplicity)
        chosen = np.linspace(0, directions - 1, min(directions, _MOST_DIRECTIONS))
        self._directions = chosen.round().astype(int)
        self._shares: dict[tuple[str, int, int], Array | None] = {}
        self.nu: _Vector = {}
        self.mu: _Vector = {}
        for own in self.response.diagonals:
            self.nu.update(own.nu)
            self.mu.update(own.mu)

    def responses(self, v: _Vector) -> float:
        """(1)."""
        rows = enumerate(self.response.features)
        y = {a: _added(self._at(g) * v[b] for b, g in row.items()) for a, row in rows}
        sides, hidden = self._L(y)
        return self._compare(sides, lambda a: [v[a]], hidden)

    def correlations(self, v: _Vector) -> float:
        """(3)."""
        blocks = range(len(self.pencil.features))
        y, p = {}, {}
        for a in blocks:
            pairs = ((self._together("C", a, b), v[b]) for b in blocks)
            y[a] = _added(self._at(value) * x for value, x in pairs if value is not None)
            p[a] = _added(
                self._at(self.response.features[b][a]) * v[b]
                for b in blocks
                if a in self.response.features[b]
            )
        collected = {sigma: self._collected(sigma, p) for sigma in range(len(self.pencil.rows))}

        def right(a: int) -> Iterable[Array]:
            for e in blocks:
                source = self._together("Q", a, e)
                if source is not None:
                    yield self._at(source) * p[e]
            for rho in self.pencil.features[a].collects:
                pairs = ((self._together("C_g", rho, s), value) for s, value in collected.items())
                heard = [c * value for c, value in pairs if c is not None]
                if heard:
                    yield self._at(self.pencil.weight(a, rho)) * _added(heard)

        sides, hidden = self._L(y)
        return self._compare(sides, right, hidden)

    def responses_on(self, group: int, x: _Vector) -> float:
        """(2)."""
        y = {rho: _dot(self.response.rows[rho], x) for rho in x}
        return self._compare(self._M(group, y), lambda rho: [x[rho]])

    def correlations_on(self, group: int, x: _Vector) -> float:
        """(4)."""
        y, p = {}, {}
        for rho in x:
            pairs = ((self._together("C_g", rho, sigma), x[sigma]) for sigma in x)
            y[rho] = _added(value * each for value, each in pairs if value is not None)
            p[rho] = _added(
                self.response.rows[sigma][rho] * x[sigma]
                for sigma in x
                if rho in self.response.rows[sigma]
            )
        read: _Vector = {}
        for tau in x:
            for e, alpha in self.pencil.rows[tau].reads.items():
                read[e] = read.get(e, np.zeros((1, 1))) + alpha * p[tau]
        # Apart, so that the scale knows what cancels between them.
        seen: dict[int, list[Array]] = {c: [] for c in read}
        for c in read:
            pairs = ((self._together("C", c, e), value) for e, value in read.items())
            seen[c] += [self._trace(group, k * v) for k, v in pairs if k is not None]

        def right(rho: int) -> Iterable[Array]:
            for sigma in x:
                noise = self._together("N", rho, sigma)
                if noise is not None:
                    yield noise * p[sigma]
            for c, alpha in self.pencil.rows[rho].reads.items():
                yield from (alpha * value for value in seen[c])

        return self._compare(self._M(group, y), right)

    def _at(self, value: Array) -> Array:
        """Some of the directions: (1) and (3) are algebra in each direction by itself."""
        return value if value.shape[-1] == 1 else value[..., self._directions]

    def _together(self, kind: str, first: int, second: int) -> Array | None:
        """A symmetric block, the shares of its sources added with weights of no structure."""
        key = (kind, max(first, second), min(first, second))
        if key not in self._shares:
            read = {
                "C": self.correlation.between,
                "C_g": self.correlation.on_rows,
                "Q": self.sources.features,
                "N": self.sources.rows,
            }[kind]
            found = read(*key[1:])
            self._shares[key] = (
                None
                if found is None
                else total(w * share for w, share in zip(_weights(len(found)), found, strict=True))
            )
        return self._shares[key]

    def _L(self, y: _Vector) -> tuple[_Sides, list[Array]]:
        """L y by its terms, and the sizes of what cancels within them."""
        read = [_dot(row.reads, y) for row in self.pencil.rows]
        heard = [_dot(row, dict(enumerate(read))) for row in self.response.rows]
        # Residuals are differences of large predictions, which the scale has to know.
        lost = [_largest_part(row.reads, y) for row in self.pencil.rows]
        sides: _Sides = {}
        hidden: list[Array] = []
        for a, block in enumerate(self.pencil.features):
            nu = self._at(self.nu.get(a, np.ones((1, 1))))
            sides[a] = [nu * y[a]]
            sides[a] += [-self._at(value) * y[c] for c, value in block.maps.items()]
            sides[a] += [nu * value * y[c] for c, value in block.offset.items()]
            for rho in block.collects:
                weight = self._at(self.pencil.weight(a, rho))
                sides[a].append(-weight * heard[rho])
                hidden.append(_largest(weight * (self.response.rows[rho][rho] * lost[rho])))
        return sides, hidden

    def _M(self, group: int, y: _Vector) -> _Sides:
        given: _Vector = {}
        for b, block in enumerate(self.pencil.features):
            heard = [beta * y[sigma] for sigma, beta in block.collects.items() if sigma in y]
            if heard:
                q = 1.0 if block.metric is None else block.metric
                given[b] = q * _added(heard)
        sides: _Sides = {}
        for rho in y:
            sides[rho] = [self.mu.get(rho, 1.0) * y[rho]]
            for c, alpha in self.pencil.rows[rho].reads.items():
                sides[rho].append(
                    -alpha * self._trace(group, _dot(self.response.features[c], given))
                )
        return sides

    def _collected(self, sigma: int, p: _Vector) -> Array:
        terms = []
        for e, block in enumerate(self.pencil.features):
            if sigma in block.collects:
                q = 1.0 if block.metric is None else self._at(block.metric)
                terms.append(q * block.collects[sigma] * p[e])
        return _added(terms)

    def _trace(self, group: int, value: Array) -> Array:
        weights = self.pencil.multiplicity * self.pencil.groups[group].variance
        return np.asarray((weights * value).sum(axis=-1, keepdims=True))

    def _compare(
        self,
        left: _Sides,
        right: Callable[[int], Iterable[Array]],
        hidden: Iterable[Array] = (),
    ) -> float:
        """The largest difference over the largest term, point by point."""
        off, scale = np.zeros(1), np.zeros(1)
        for size in hidden:
            scale = np.maximum(scale, size)
        for block, side in left.items():
            terms = [*side, *(-term for term in right(block))]
            off = np.maximum(off, _largest(_added(terms)))
            for term in terms:
                scale = np.maximum(scale, _largest(term))
        return float((off / np.where(scale > 0, scale, 1)).max())


def _largest(value: Array) -> Array:
    """Over directions, (points or 1,)."""
    if np.iscomplexobj(value):
        return np.asarray(abs(value).max(axis=-1))
    # No array of absolute values is made.
    return np.maximum(value.max(axis=-1), -value.min(axis=-1))


def _largest_part(row: Mapping[int, Array], vector: Mapping[int, Array]) -> Array:
    largest: Array = np.zeros((1, 1))
    for key, value in row.items():
        largest = np.maximum(largest, abs(value * vector[key]))
    return largest


def _dot(row: Mapping[int, Array], vector: Mapping[int, Array]) -> Array:
    return _added(value * vector[key] for key, value in row.items() if key in vector)


def _added(terms: Iterable[Array]) -> Array:
    added = total(terms)
    return np.zeros((1, 1)) if added is None else added
