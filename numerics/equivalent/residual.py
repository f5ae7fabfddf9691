"""The four equations, checked on a solution by what they say: no term of the solver is reused.

With L = nu - D - sum_g T_g s_g q beta_g H_g alpha_g and M_g = mu_g - alpha_g <G q>_g beta_g,

    L G v = v,   M_g H_g x = x,   L C v = (Q + sum_g T_g s_g q beta_g C_g beta_g' q) G'v,
    M_g C_g x = (N_g N_g' + alpha_g <C>_g alpha_g') H_g'x

for one v and x with no structure of their own; differences are relative to the largest term of the
equation at the same point, and in (2) and (4) on the same group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.sources import StackedSources
from ridgeproof.theory.equivalent.correlation import Correlation
from ridgeproof.theory.equivalent.lanes import Lanes
from ridgeproof.theory.equivalent.pencil import Label, Noise, Pencil
from ridgeproof.theory.equivalent.response import Response, total
from ridgeproof.theory.errors import SolverError

__all__ = ["LARGEST_RESIDUAL", "check", "residual"]

LARGEST_RESIDUAL = 1e-12
_MOST_DIRECTIONS = 24

_Vector = dict[int, Array]
_Sides = dict[int, list[Array]]


def check(
    pencil: Pencil, response: Response, correlation: Correlation, sources: StackedSources
) -> float:
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
    pencil: Pencil, response: Response, correlation: Correlation, sources: StackedSources
) -> float:
    """The largest relative difference between the two sides of (1)-(4)."""
    run = _Equations(pencil, response, correlation, sources)
    v = {block: weight.reshape(1, 1) for block, weight in enumerate(_weights(len(pencil.features)))}
    weights = _weights(len(pencil.rows))
    x = {
        j: run.lanes.spread({g: weights[rho].reshape(1, 1) for g, rho in side.rows.items()})
        for j, side in enumerate(run.lanes.sides)
        if side.rows
    }
    worst = [run.responses(v), run.correlations(v), run.responses_on(x), run.correlations_on(x)]
    # A NaN anywhere stays one, and is refused.
    return float(np.max(worst))


@lru_cache(maxsize=16)
def _weights(count: int) -> Array:
    """Multiples of the golden ratio, modulo one, away from zero."""
    return np.asarray(0.5 + (0.6180339887498949 * np.arange(1, count + 1)) % 1)


@dataclass(eq=False)
class _Equations:
    pencil: Pencil
    response: Response
    correlation: Correlation
    sources: StackedSources

    def __post_init__(self) -> None:
        directions = len(self.pencil.multiplicity)
        chosen = np.linspace(0, directions - 1, min(directions, _MOST_DIRECTIONS))
        self._directions = chosen.round().astype(int)
        self.lanes = Lanes(self.pencil, self.sources.ring)
        self._shares: dict[tuple[str, int, int], Array | None] = {}
        self._node = {a: j for j, node in enumerate(self.pencil.nodes) for a in node.features}
        self._variances = {group.law: group.variance for group in self.pencil.groups}
        # The laws of the rows that read a feature block.
        self._read_on: dict[int, set[str]] = {}
        for row in self.pencil.rows:
            for c in row.reads:
                self._read_on.setdefault(c, set()).add(self.pencil.groups[row.group].law)
        self.nu: _Vector = {}
        self.mu: _Vector = {}
        for own in self.response.diagonals:
            self.nu.update(own.nu)
            self.mu.update(own.mu)

    def responses(self, v: _Vector) -> float:
        """(1)."""
        rows = enumerate(self.response.features)
        y = {a: _added(self._at(g) * v[b] for b, g in row.items()) for a, row in rows}
        return _compare(self._L(y), lambda a: [v[a]], _largest)

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

        def right(a: int) -> Iterator[Array]:
            for e in blocks:
                source = self._together("Q", a, e)
                if source is not None:
                    yield self._at(source) * p[e]
            for k, side in enumerate(self.lanes.sides if self.pencil.features[a].collects else ()):
                heard = self._together("C_g", self._node[a], k)
                for e, beta in side.collects.items() if heard is not None else ():
                    q = self.pencil.features[e].metric
                    given = p[e] if q is None else self._at(q) * p[e]
                    yield from (pulled * given for pulled in self._pulled(a, heard * beta))

        return _compare(self._L(y), right, _largest)

    def responses_on(self, x: _Vector) -> float:
        """(2)."""
        y = {j: _dot(self.response.rows[j], x) for j in x}
        return _compare(self._M(y), lambda j: [x[j]], abs)

    def correlations_on(self, x: _Vector) -> float:
        """(4)."""
        y, p = {}, {}
        for j in x:
            pairs = ((self._together("C_g", j, k), x[k]) for k in x)
            y[j] = _added(value * each for value, each in pairs if value is not None)
            p[j] = _added(self.response.rows[k][j] * x[k] for k in x if j in self.response.rows[k])
        read, noise = self._gathered(p)
        seen, largest = {}, {}
        for c in read:
            terms = [
                self._trace(law, value) * p_e
                for e, p_e in read.items()
                if (value := self._together("C", c, e)) is not None
                for law in self._read_on[c] & self._read_on[e]
            ]
            seen[c], largest[c] = _added(terms), np.zeros((1, 1))
            for term in terms:  # the scale has to know what cancels between them
                largest[c] = np.maximum(largest[c], abs(term))

        def right(j: int) -> Iterator[Array]:
            heard: dict[int, Array] = {}
            for group, label in self.lanes.sides[j].labels.items():
                for e, amplitude in label.noise.items():
                    _add(heard, group, amplitude * _entry(noise[e], group))
            if heard:
                yield self.lanes.spread(heard)
            yield from self._read(j, seen)

        hidden = (abs(term) for j in x for term in self._read(j, largest))
        return _compare(self._M(y), right, abs, hidden)

    def _gathered(self, p: _Vector) -> tuple[_Vector, dict[Noise, Array]]:
        """alpha' p by feature block and N' p by noise vector, weighted by its source."""
        read: dict[int, dict[int, Array]] = {}
        noise: dict[Noise, dict[int, Array]] = {}
        for k, value in p.items():
            for group, rho in self.lanes.sides[k].rows.items():
                row, at = self.pencil.rows[rho], value[..., group : group + 1]
                for c, alpha in row.reads.items():
                    _add(read.setdefault(c, {}), group, alpha * at)
                for e, amplitude in row.noise.items():
                    weight = _weights(len(self.sources.names))[self.sources.place(e.term)]
                    _add(noise.setdefault(e, {}), group, weight * amplitude * at)
        spread = self.lanes.spread
        return {c: spread(at) for c, at in read.items()}, {e: spread(at) for e, at in noise.items()}

    def _at(self, value: Array) -> Array:
        """Some of the directions: (1) and (3) are algebra in each direction by itself."""
        return value if value.shape[-1] == 1 else value[..., self._directions]

    def _together(self, kind: str, first: int, second: int) -> Array | None:
        """A symmetric block, the shares of its sources added with weights of no structure."""
        key = (kind, max(first, second), min(first, second))
        if key not in self._shares:
            read = {
                "C": self.correlation.between,
                "C_g": lambda j, k: self.correlation.rows[j].get(k),
                "Q": self.sources.features,
            }[kind]
            found = read(*key[1:])
            self._shares[key] = (
                None
                if found is None
                else total(w * share for w, share in zip(_weights(len(found)), found, strict=True))
            )
        return self._shares[key]

    def _L(self, y: _Vector) -> _Sides:
        """L y by its terms: what a label and what its fit predicts are large and cancel."""
        sides: _Sides = {}
        for a, block in enumerate(self.pencil.features):
            nu = self._at(self.nu.get(a, np.ones((1, 1))))
            sides[a] = [nu * y[a]]
            sides[a] += [-self._at(value) * y[c] for c, value in block.maps.items()]
            sides[a] += [nu * value * y[c] for c, value in block.offset.items()]
            if block.collects:
                sides[a] += [-term for term in self._heard(a, y)]
        return sides

    def _heard(self, a: int, y: _Vector) -> Iterator[Array]:
        """T_g s_g q_a beta_a H_g alpha_g y, over groups."""
        j = self._node[a]
        mine = self.lanes.sides[j]
        of_labels: dict[Label, dict[int, Array]] = {}
        for k, H in self.response.rows[j].items():
            its = self.lanes.sides[k]
            for c, alpha in its.reads.items():
                yield from (pulled * y[c] for pulled in self._pulled(a, H * alpha))
            pushed = mine.pushes[a] * H
            for group in its.rows.keys() & mine.rows.keys():
                at = of_labels.setdefault(its.labels[group], {})
                _add(at, mine.rows[group], pushed[..., group : group + 1])
        for label, by_row in of_labels.items():
            law = self.pencil.groups[label.group].law
            for value in by_row.values():
                pulled = value * self._at(self._pull(law, a))
                yield from (pulled * alpha * y[c] for c, alpha in label.reads.items())

    def _pulled(self, a: int, values: Array) -> Iterator[Array]:
        """T_g s_g q_a beta_a of values by group, added over the groups of each law."""
        side = self.lanes.sides[self._node[a]]
        weighted = side.pushes[a] * values
        for law, collecting in side.collected:
            if collecting == a:
                yield self._at(self._pull(law, a)) * _added_up(self.lanes.of_law(law) * weighted)

    def _pull(self, law: str, a: int) -> Array:
        q = self.pencil.features[a].metric
        variance = self._variances[law]
        return variance if q is None else variance * q

    def _M(self, y: _Vector) -> _Sides:
        """M_g y by its terms."""
        given = {
            b: (beta * y[k], {law for law, c in side.collected if c == b})
            for k, side in enumerate(self.lanes.sides)
            for b, beta in side.collects.items()
        }
        seen: _Vector = {}
        for c in self._read_on:
            G = self.response.features[c]
            seen[c] = _added(
                self._trace(law, G[b] if q is None else G[b] * q) * value
                for b, (value, laws) in given.items()
                if b in G
                for q in [self.pencil.features[b].metric]
                for law in laws & self._read_on[c]
            )
        sides: _Sides = {}
        for j in y:
            rows = self.lanes.sides[j].rows
            mu = {g: self.mu.get(rho, np.ones((1, 1))) for g, rho in rows.items()}
            sides[j] = [self.lanes.spread(mu) * y[j], *(-term for term in self._read(j, seen))]
        return sides

    def _read(self, j: int, values: _Vector) -> Iterator[Array]:
        """The terms of alpha_g of values by group."""
        side = self.lanes.sides[j]
        yield from (alpha * values[a] for a, alpha in side.reads.items())
        by_place: list[dict[int, Array]] = []
        for group, label in side.labels.items():
            for place, (c, alpha) in enumerate(label.reads.items()):
                if place == len(by_place):
                    by_place.append({})
                by_place[place][group] = alpha * _entry(values[c], group)
        yield from map(self.lanes.spread, by_place)

    def _trace(self, law: str, value: Array) -> Array:
        """<value>_g on groups of a law, nothing on others."""
        weights = self.pencil.multiplicity * self._variances[law]
        return np.asarray(self.lanes.of_law(law) * _added_up(weights * value))


def _largest(value: Array) -> Array:
    """Over directions, (points or 1,)."""
    if np.iscomplexobj(value):
        return np.asarray(abs(value).max(axis=-1))
    # No array of absolute values is made.
    return np.maximum(value.max(axis=-1), -value.min(axis=-1))


def _compare(
    left: _Sides,
    right: Callable[[int], Iterable[Array]],
    size: Callable[[Array], Array],
    hidden: Iterable[Array] = (),
) -> float:
    """The largest difference over the largest term, both by their size, point by point."""
    off, scale = np.zeros(1), np.zeros(1)
    for each in hidden:
        scale = np.maximum(scale, each)
    for block, side in left.items():
        terms = [*side, *(-term for term in right(block))]
        off = np.maximum(off, size(_added(terms)))
        for term in terms:
            scale = np.maximum(scale, size(term))
    return float((off / np.where(scale > 0, scale, 1)).max())


def _dot(row: Mapping[int, Array], vector: Mapping[int, Array]) -> Array:
    return _added(value * vector[key] for key, value in row.items() if key in vector)


def _added(terms: Iterable[Array]) -> Array:
    added = total(terms)
    return np.zeros((1, 1)) if added is None else added


def _added_up(value: Array) -> Array:
    return np.asarray(value.sum(axis=-1, keepdims=True))


def _entry(value: Array, group: int) -> Array:
    return value if value.shape[-1] == 1 else value[..., group : group + 1]


def _add(row: dict[int, Array], key: int, more: Array) -> None:
    row[key] = row[key] + more if key in row else more
