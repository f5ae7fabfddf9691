"""The limit of a pencil by brute force: a damped fixed point of the four equations, all dense.

    (1) G(i) = (nu - D(i) - sum_g T_g s_g(i) q beta_g H_g alpha_g)^-1
    (2) H_g  = (mu_g - alpha_g <G q>_g beta_g)^-1
    (3) C(i) = G(i) (Q(i) + sum_g T_g s_g(i) q beta_g C_g beta_g' q) G(i)'
    (4) C_g  = H_g (N_g N_g' + alpha_g <C>_g alpha_g') H_g', and the same through rows unseen

No order of the blocks, no kappa, no pair of fits: the second route to the triangular solver of
`theory.equivalent`, at one point, for real lam > 0 (and lam = 0 away from thresholds).  Slow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ridgeproof.theory.equivalent.correlation import Correlation
from ridgeproof.theory.equivalent.pencil import Pencil, RandomFeatures, Ridge, Rounds
from ridgeproof.theory.errors import NotBuilt, SolverError

__all__ = ["DenseLimit", "dense_distance", "dense_limit"]

Array = NDArray[Any]

_MAX_STEPS = 200_000
_CLOSE = 1e-14
_DAMPING = 0.5


@dataclass(frozen=True, eq=False)
class DenseLimit:
    """C(i) of all feature blocks, (directions, blocks, blocks), and C_g by group.

    ``places`` says where a row block is within its group.
    """

    features: Array
    groups: tuple[Array, ...]
    places: dict[int, tuple[int, int]]


@dataclass(frozen=True, eq=False)
class _Group:
    T: float
    s: Array  # (directions,)
    alpha: Array  # (rows, blocks)
    beta: Array  # q beta, (directions, blocks, rows)
    mu: Array  # (rows, rows)
    N: Array  # N N', (rows, rows)
    unseen: tuple[Array, Array]  # s and alpha of what rows read through others that no fit sees


def dense_limit(pencil: Pencil) -> DenseLimit:
    """Iterate (1), (2) and then (3), (4) to rest.

    Raises:
        NotBuilt: the process has a loop that is not unrolled.
        SolverError: they do not come to rest.
    """
    m = np.asarray(pencil.multiplicity, np.float64)
    d, blocks = len(m), len(pencil.features)
    nu, mu = _penalties(pencil, d, m)
    fixed, Q = _features(pencil, nu, d)
    groups, places = _groups(pencil, mu, d)

    def traced(group: _Group, A: Array) -> Array:
        return np.einsum("i,iab->ab", m * group.s, A)

    def unseen(group: _Group, A: Array) -> Array:
        s, alpha = group.unseen
        return np.asarray(alpha @ np.einsum("i,iab->ab", m * s, A) @ alpha.T)

    H = [np.linalg.inv(group.mu + np.eye(len(group.mu))) for group in groups]
    for _ in range(_MAX_STEPS):
        inverse = fixed.copy()
        for group, h in zip(groups, H, strict=True):
            inverse -= (group.T * group.s)[:, None, None] * (group.beta @ h @ group.alpha)
        G = np.linalg.inv(inverse)
        new = [np.linalg.inv(g.mu - g.alpha @ traced(g, G @ g.beta)) for g in groups]
        moved = _moved(H, new)
        H = [_DAMPING * h + (1 - _DAMPING) * fresh for h, fresh in zip(H, new, strict=True)]
        if moved < _CLOSE:
            break
    else:
        raise SolverError("the dense responses do not come to rest")

    turned = G.swapaxes(1, 2)
    C_g = [h @ group.N @ h.T for group, h in zip(groups, H, strict=True)]
    for _ in range(_MAX_STEPS):
        middle = Q.copy()
        for group, c in zip(groups, C_g, strict=True):
            pulled = group.beta @ c @ group.beta.swapaxes(1, 2)
            middle += (group.T * group.s)[:, None, None] * pulled
        C = G @ middle @ turned
        fresh = [
            h @ (g.N + g.alpha @ traced(g, C) @ g.alpha.T + unseen(g, C)) @ h.T
            for g, h in zip(groups, H, strict=True)
        ]
        moved = _moved(C_g, fresh)
        C_g = fresh
        if moved < _CLOSE:
            return DenseLimit(C, tuple(C_g), places)
    raise SolverError(f"the dense correlations of {blocks} blocks do not come to rest")


def dense_distance(dense: DenseLimit, found: Correlation) -> float:
    """The largest difference of any correlation, relative to the largest of its kind.

    ``found`` is at one point, with all sources together.
    """
    directions, blocks, _ = dense.features.shape
    off = 0.0
    for a in range(blocks):
        for b in range(blocks):
            value = _of_one_point(found.between(a, b), directions)
            whole = max(abs(dense.features).max(), 1e-300)
            off = max(off, abs(value - dense.features[:, a, b]).max() / whole)
    for rho, (group, i) in dense.places.items():
        for sigma, (other, j) in dense.places.items():
            if group == other:
                value = _of_one_point(found.on_rows(rho, sigma), 1)
                whole = max(abs(dense.groups[group]).max(), 1e-300)
                off = max(off, abs(value - dense.groups[group][i, j]).max() / whole)
    return off


def _of_one_point(value: Any, directions: int) -> Array:
    """(directions,)."""
    shape = (1, 1, directions)
    return np.broadcast_to(0.0 if value is None else value, shape).reshape(directions)


def _moved(old: list[Array], new: list[Array]) -> float:
    """The largest relative change; 0 where there are no rows."""
    pairs = zip(old, new, strict=True)
    return max((float(abs(a - b).max() / abs(b).max()) for a, b in pairs if b.any()), default=0.0)


def _number(value: Any) -> float:
    return float(np.asarray(value).reshape(()))


def _profile(value: Any, d: int) -> Array:
    return np.broadcast_to(np.asarray(value, np.float64).reshape(-1), (d,)).copy()


def _penalties(pencil: Pencil, d: int, m: Array) -> tuple[Array, dict[int, float]]:
    """Nu by direction and block, and mu by row block: lam on the rows unless they outnumber r."""
    nu = np.ones((d, len(pencil.features)))
    mu = dict.fromkeys(range(len(pencil.rows)), 1.0)
    for node in pencil.nodes:
        if node.fit is None:
            continue
        if isinstance(node.fit, Rounds):
            raise NotBuilt("a loop that is not unrolled has no dense route")
        if np.iscomplexobj(node.fit.lam):
            raise NotBuilt("a filter of several penalties has no dense route")
        u = node.features[0]
        lam = _number(node.fit.lam)
        rows = [r for r in node.rows if u in pencil.rows[r].reads]
        q = _profile(1.0 if pencil.features[u].metric is None else pencil.features[u].metric, d)
        s = [_profile(pencil.groups[pencil.rows[r].group].variance, d) for r in rows]
        seen = (q * sum(s)) > 0
        T = sum(_number(pencil.groups[pencil.rows[r].group].count) for r in rows)
        sizes = [T, m[seen].sum()]
        if isinstance(node.fit, RandomFeatures):
            sizes.append(_number(pencil.groups[node.fit.projection].count))
        match int(np.argmin(sizes)), node.fit:
            case 0, _:
                mu.update(dict.fromkeys(rows, lam))
            case 1, _:
                nu[seen, u] = lam
            case 2, RandomFeatures():
                mu.update({r: lam for r in node.rows if r not in rows})
            case _, Ridge():
                raise AssertionError
    return nu, mu


def _features(pencil: Pencil, nu: Array, d: int) -> tuple[Array, Array]:
    """nu - D and Q, (directions, blocks, blocks)."""
    blocks = len(pencil.features)
    fixed, Q = np.zeros((d, blocks, blocks)), np.zeros((d, blocks, blocks))
    for a, block in enumerate(pencil.features):
        fixed[:, a, a] += nu[:, a]
        for b, value in block.maps.items():
            fixed[:, a, b] -= _profile(value, d)
        for b, value in block.offset.items():
            fixed[:, a, b] += nu[:, a] * _profile(value, d)
        if block.source is None:
            continue
        if block.source.variance is not None:
            Q[:, a, a] = _profile(block.source.variance, d)
            continue
        for b, other in enumerate(pencil.features):
            if other.source is not None and other.source.truth is not None:
                Q[:, a, b] = _profile(block.source.truth, d) * _profile(other.source.truth, d)
    return fixed, Q


def _groups(
    pencil: Pencil, mu: dict[int, float], d: int
) -> tuple[list[_Group], dict[int, tuple[int, int]]]:
    blocks = len(pencil.features)
    noises = {noise for row in pencil.rows for noise in row.noise}
    order = {noise: place for place, noise in enumerate(sorted(noises, key=lambda x: x.number))}
    found: list[_Group] = []
    places: dict[int, tuple[int, int]] = {}
    for number, group in enumerate(pencil.groups):
        rows = [r for r, row in enumerate(pencil.rows) if row.group == number]
        if not rows:
            continue
        alpha, N = np.zeros((len(rows), blocks)), np.zeros((len(rows), len(order)))
        beta, hidden = np.zeros((d, blocks, len(rows))), np.zeros((len(rows), blocks))
        beyond = pencil.rows[rows[0]].label.beyond
        for place, r in enumerate(rows):
            places[r] = (len(found), place)
            for b, value in pencil.rows[r].reads.items():
                alpha[place, b] = _number(value)
            for b, value in pencil.rows[r].label.unseen.items():
                hidden[place, b] = _number(value)
            for noise, value in pencil.rows[r].noise.items():
                N[place, order[noise]] = _number(value)
            for a, block in enumerate(pencil.features):
                if r in block.collects:
                    q = _profile(1.0 if block.metric is None else block.metric, d)
                    beta[:, a, place] = q * _number(block.collects[r])
        penalties = np.diag([mu[r] for r in rows])
        variance, T = _profile(group.variance, d), _number(group.count)
        veil = _profile(0.0 if beyond is None else pencil.groups[beyond].variance, d), hidden
        found.append(_Group(T, variance, alpha, beta, penalties, N @ N.T, veil))
    return found, places
