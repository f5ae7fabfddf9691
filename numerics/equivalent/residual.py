"""The four equations, checked on a solution by what they say: no term of the solver is reused.

With L = nu - D - sum_g T_g s_g q beta_g H_g alpha_g and M_g = mu_g - alpha_g <G q>_g beta_g,

    L G v = v,   M_g H_g x = x,   L C v = (Q + sum_g T_g s_g q beta_g C_g beta_g' q) G'v,
    M_g C_g x = (N_g N_g' + alpha_g <C>_g alpha_g') H_g'x

for one v and x with no structure of their own.  All is brought to one side, a sum of products of
arrays that hold the signs.  Its size is the same sum of the absolute values of these arrays, and
differences are relative to the largest size at the same point, in (2) and (4) in the same group.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache, partial, reduce
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.sources import StackedSources
from ridgeproof.theory.equivalent.correlation import Correlation
from ridgeproof.theory.equivalent.pencil import Pencil
from ridgeproof.theory.equivalent.response import Response
from ridgeproof.theory.errors import SolverError

__all__ = ["LARGEST_RESIDUAL", "check", "residual"]

LARGEST_RESIDUAL = 1e-12
_MOST_DIRECTIONS = 24

_Vector = list[Array]  # (points or 1, directions or 1), by feature block


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
    blocks = _blocks(pencil, response, correlation, sources)
    sizes = _sizes(blocks)
    worst = [
        _largest_share(blocks.responses(), sizes.responses()),
        _largest_share(blocks.correlations(), sizes.correlations()),
    ]
    for group, size in zip(blocks.groups, sizes.groups, strict=True):
        worst.append(_largest_share([group.responses()], [size.responses()]))
        worst.append(_largest_share([group.correlations()], [size.correlations()]))
    # A NaN anywhere stays one, and is refused.
    return float(np.max(worst))


class _Group(NamedTuple):
    """The rows of one group; matrices are (points or 1, ..., ...).

    ``read`` and ``collecting`` are the feature blocks that its rows read and that collect them.
    """

    read: list[int]
    collecting: list[int]
    alpha: Array  # (rows, read)
    beta: Array  # (collecting, rows)
    push: Array  # -T beta
    pull: Array  # s q, (collecting, directions)
    metric: Array  # q, (collecting, directions)
    mu: Array  # (rows, 1)
    N: Array  # (rows, noises)
    heard: Array  # -N', weighted by source
    H: Array
    C: Array
    traced_G: Array  # -<G q>, (read, collecting)
    traced_C: Array  # -<C>, (read, read)
    unseen: list[list[Array]]  # alpha and -<C> through rows that nothing is fitted on
    x: Array  # (rows, 1)
    minus_x: Array

    def responses(self) -> Array:
        """(2)."""
        return self._M(self.H @ self.x) + self.minus_x

    def correlations(self) -> Array:
        """(4)."""
        p = _turned(self.H) @ self.x
        found = self._M(self.C @ self.x) + self.N @ (self.heard @ p)
        for alpha, traced in [[self.alpha, self.traced_C], *self.unseen]:
            found = found + alpha @ (traced @ (_turned(alpha) @ p))
        return np.asarray(found)

    def _M(self, y: Array) -> Array:
        return self.mu * y + self.alpha @ (self.traced_G @ (self.beta @ y))


class _Blocks(NamedTuple):
    """The feature blocks, at some of the directions: (1) and (3) are algebra in each by itself."""

    nu: _Vector
    maps: dict[tuple[int, int], Array]  # -D
    Q: dict[tuple[int, int], Array]  # -Q
    minus_v: _Vector
    Gv: _Vector
    Cv: _Vector
    p: _Vector  # G'v
    groups: list[_Group]

    def responses(self) -> _Vector:
        """(1)."""
        return [left + right for left, right in zip(self._L(self.Gv), self.minus_v, strict=True)]

    def correlations(self) -> _Vector:
        """(3)."""
        found = self._L(self.Cv)
        for (a, e), source in self.Q.items():
            found[a] = found[a] + source * self.p[e]
        for group in self.groups:
            given = group.metric * _stacked([self.p[e] for e in group.collecting])
            _collect(found, group, group.C @ (_turned(group.beta) @ given))
        return found

    def _L(self, y: _Vector) -> _Vector:
        found = [nu * each for nu, each in zip(self.nu, y, strict=True)]
        for (a, c), value in self.maps.items():
            found[a] = found[a] + value * y[c]
        for group in self.groups:
            _collect(found, group, group.H @ (group.alpha @ _stacked([y[c] for c in group.read])))
        return found


def _collect(found: _Vector, group: _Group, on_rows: Array) -> None:
    collected = group.pull * (group.push @ on_rows)
    for place, a in enumerate(group.collecting):
        found[a] = found[a] + collected[..., place, :]


def _blocks(
    pencil: Pencil, response: Response, correlation: Correlation, sources: StackedSources
) -> _Blocks:
    features, rows = pencil.features, pencil.rows
    everywhere, one = range(len(features)), np.ones((1, 1))
    directions = len(pencil.multiplicity)
    chosen = np.linspace(0, directions - 1, min(directions, _MOST_DIRECTIONS)).round().astype(int)
    v = [weight.reshape(1, 1) for weight in _weights(len(features))]
    metrics = [np.ones(1) if block.metric is None else block.metric for block in features]
    traces = {group.law: pencil.multiplicity * group.variance for group in pencil.groups}
    node = {rho: j for j, each in enumerate(pencil.nodes) for rho in each.rows}
    nu = {a: value for own in response.diagonals for a, value in own.nu.items()}
    mu = {rho: value for own in response.diagonals for rho, value in own.mu.items()}

    def at(value: Array) -> Array:
        return value if value.shape[-1] == 1 else value[..., chosen]

    def together(shares: Array | None) -> Array | None:
        """The shares of the sources, added with weights of no structure."""
        if shares is None:
            return None
        first, *others = zip(_weights(len(shares)), shares, strict=True)
        return sum((w * share for w, share in others), start=first[0] * first[1])

    @cache
    def C(a: int, b: int) -> Array | None:
        return together(correlation.between(a, b)) if a <= b else C(b, a)

    @cache
    def C_on(j: int, k: int) -> Array | None:
        return together(correlation.rows[j].get(k)) if j <= k else C_on(k, j)

    @cache
    def traced_G(law: str, a: int, b: int) -> Array | None:
        G = response.features[a].get(b)
        return None if G is None else -_added(traces[law] * metrics[b] * G)

    @cache
    def traced_C(law: str, a: int, b: int) -> Array | None:
        value = C(a, b)
        return None if value is None else -_added(traces[law] * value)

    def unseen_by(own: list[int]) -> Iterator[list[Array]]:
        heard = [rows[rho].label.unseen for rho in own]
        if (beyond := rows[own[0]].label.beyond) is not None:  # one for all rows of a group
            law, read = pencil.groups[beyond].law, sorted({a for each in heard for a in each})
            yield [
                _matrix(heard, read, lambda of, a: of.get(a)),
                _matrix(read, read, partial(traced_C, law)),
            ]

    def group_of(number: int, own: list[int]) -> _Group:
        def on(value: Array | None) -> Array | None:
            return None if value is None else value[..., number : number + 1]

        group = pencil.groups[number]
        read = sorted({a for rho in own for a in rows[rho].reads})
        collecting = [a for a in everywhere if not features[a].collects.keys().isdisjoint(own)]
        noises = list({noise: None for rho in own for noise in rows[rho].noise})
        weights = _weights(len(sources.names))[[sources.place(noise.term) for noise in noises]]
        beta = _matrix(collecting, own, lambda a, rho: features[a].collects.get(rho))
        N = _matrix(own, noises, lambda rho, noise: rows[rho].noise.get(noise))
        x = _weights(len(rows))[own, None]
        return _Group(
            read,
            collecting,
            alpha=_matrix(own, read, lambda rho, a: rows[rho].reads.get(a)),
            beta=beta,
            push=-group.count[..., None] * beta,
            pull=_stacked([at(group.variance * metrics[a]) for a in collecting]),
            metric=_stacked([at(metrics[a]) for a in collecting]),
            mu=_matrix(own, [0], lambda rho, _: mu.get(rho, one)),
            N=N,
            heard=-weights[:, None] * _turned(N),
            H=_matrix(own, own, lambda r, k: on(response.rows[node[r]].get(node[k]))),
            C=_matrix(own, own, lambda r, k: on(C_on(node[r], node[k]))),
            traced_G=_matrix(read, collecting, lambda a, b: traced_G(group.law, a, b)),
            traced_C=_matrix(read, read, lambda a, b: traced_C(group.law, a, b)),
            unseen=list(unseen_by(own)),
            x=x,
            minus_x=-x,
        )

    by_group: dict[int, list[int]] = {}
    for rho in node:
        by_group.setdefault(rows[rho].group, []).append(rho)
    maps: dict[tuple[int, int], Array] = {}
    for a, block in enumerate(features):
        for c, value in block.maps.items():
            maps[a, c] = -at(value)
        for c, value in block.offset.items():
            maps[a, c] = maps.get((a, c), 0) + at(nu.get(a, one)) * value
    pairs = list(product(everywhere, everywhere))
    Q = {pair: together(sources.features(*pair)) for pair in pairs}

    def applied(matrix: Callable[[int, int], Array | None]) -> _Vector:
        found = [np.zeros((1, 1))] * len(features)
        for a, b in pairs:
            value = matrix(a, b)
            if value is not None:
                found[a] = found[a] + at(value) * v[b]
        return found

    return _Blocks(
        nu=[at(nu.get(a, one)) for a in everywhere],
        maps=maps,
        Q={pair: -at(value) for pair, value in Q.items() if value is not None},
        minus_v=[-weight for weight in v],
        Gv=applied(lambda a, b: response.features[a].get(b)),
        Cv=applied(C),
        p=applied(lambda a, b: response.features[b].get(a)),
        groups=[group_of(number, own) for number, own in by_group.items()],
    )


@lru_cache(maxsize=16)
def _weights(count: int) -> Array:
    """Multiples of the golden ratio, modulo one, away from zero."""
    return np.asarray(0.5 + (0.6180339887498949 * np.arange(1, count + 1)) % 1)


def _sizes(item: Any) -> Any:
    """The record with the absolute values of its arrays."""
    if isinstance(item, dict):
        return {key: abs(value) for key, value in item.items()}
    if isinstance(item, list):
        return [_sizes(each) for each in item]
    return type(item)(*map(_sizes, item)) if isinstance(item, tuple) else abs(item)


def _largest_share(differences: _Vector, sizes: _Vector) -> float:
    """The largest difference over the largest size, point by point."""
    off, scale = (
        reduce(np.maximum, (abs(x).reshape(len(x), -1).max(axis=-1) for x in side), np.zeros(1))
        for side in (differences, sizes)
    )
    return float((off / np.where(scale > 0, scale, 1)).max())


def _matrix(
    rows: Sequence[Any], columns: Sequence[Any], entry: Callable[[Any, Any], Array | None]
) -> Array:
    """(points or 1, rows, columns) of numbers; None is zero."""
    held = [entry(row, column) for row in rows for column in columns]
    numbers = np.broadcast_arrays(*(np.zeros(1) if x is None else x[..., 0] for x in held))
    shape = (len(rows), len(columns))
    return np.stack(numbers, axis=-1).reshape(-1, *shape) if held else np.zeros((1, *shape))


def _stacked(values: _Vector) -> Array:
    return np.stack(np.broadcast_arrays(*values), axis=-2) if values else np.zeros((1, 0, 1))


def _turned(matrix: Array) -> Array:
    return matrix.swapaxes(-1, -2)


def _added(values: Array) -> Array:
    return np.asarray(values.sum(axis=-1, keepdims=True))
