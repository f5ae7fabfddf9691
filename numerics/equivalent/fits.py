"""The nonlinear part: every fit on its own, in the arithmetic of whoever finds its roots.

    (5) lam/(om T) = kappa (1 - df_1(kappa)/T),   df_1 = sum of m q s/(q s + kappa)

for rows of one covariance and one weight, times (1 - df_1/M) on M random features; several kinds
of rows have one response each (`numerics.equivalent.several`).

lam sits on the rows, (mu, nu) = (lam, 1), for T <= r and on the features, (1, lam), for T > r,
where r counts the directions that the rows see; then lam = 0 is no special case on either side.
In between, at T = r, it is refused.  Directions that no row sees have u = 0 and nu = 1.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from flint import acb, fmpq

from ridgeproof.numerics.arithmetic.bisection import bisected
from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.equivalent.negative import negative_kappa
from ridgeproof.numerics.equivalent.several import (
    Kinds,
    complex_responses,
    projected_responses,
    real_responses,
)
from ridgeproof.numerics.kappa.batch_kappa import batch_kappa
from ridgeproof.numerics.spectra.spectral_levels import make_spectrum
from ridgeproof.theory.equivalent.pencil import Node, Pencil, RandomFeatures, Ridge, Rounds
from ridgeproof.theory.equivalent.ring import Diagonal
from ridgeproof.theory.errors import InputError, NotBuilt

__all__ = ["MANY", "FloatRoots", "solve_fit"]

# The number of directions, each of variance 1/MANY, that stand for what an activation adds: the
# limit to the last digit of float64.
MANY = 2.0**100


class FloatRoots:
    """The roots on the branch of the resolvent, in float64, many points at once."""

    def kappa(self, s: Array, counts: Array, lam: Array, T: Array) -> Array:
        """Kappa for real lam, or complex lam with Im kappa Im lam > 0, (points, 1).

        s > 0 and counts are (directions,).
        """
        if np.iscomplexobj(lam):
            shape = np.broadcast_shapes(lam.shape, T.shape)
            at, rows = (np.broadcast_to(each, shape) for each in (lam, T))
            silent = np.zeros((len(rows), 1), dtype=bool)
            kinds = Kinds((s + 0 * rows)[:, None, :], (counts * s / rows)[:, None, :], silent)
            return np.asarray(1 / complex_responses(kinds, at[:, 0]))
        kappa = batch_kappa(make_spectrum(s, counts, s), np.maximum(lam, 0.0), T)
        negative = np.broadcast_to(lam < 0, kappa.shape)
        if negative.any():
            lams, rows = (np.broadcast_to(each, kappa.shape)[negative] for each in (lam, T))
            kappa[negative] = negative_kappa(s, counts, lams, rows, kappa[negative])
        return kappa

    def projected_kappa(self, s: Array, counts: Array, lam: Array, T: Array, width: Array) -> Array:
        """Kappa on random features of this width, for lam >= 0, (points, 1)."""
        if (counts < MANY).all():
            return batch_kappa(make_spectrum(s, counts, s), lam, T, width)
        lam, T, width = np.broadcast_arrays(lam, T, width)

        def is_left(kappa: Array) -> Array:
            on_rows, on_width = (_spare(s, counts, kappa, size) for size in (T, width))
            return (np.minimum(on_rows, on_width) < 0) | (kappa * on_rows * on_width < lam)

        high = lam + 4 * (s @ counts[:, None]) / np.minimum(T, width)
        while (left := is_left(high)).any():
            high = np.where(left, 4 * high, high)
        return bisected(is_left, 0 * high, high)

    def responses(self, kinds: Kinds, lam: Array, dual: Array) -> Array:
        """h_g of several kinds, (points, kinds); lam and dual are (points,).

        (mu, nu) = (lam, 1) where dual, as for all complex lam, and (1, lam) elsewhere.
        """
        if np.iscomplexobj(lam):
            return np.where(kinds.silent, 1.0, complex_responses(kinds, lam))
        return real_responses(kinds, lam, dual)

    def projected_responses(
        self, kinds: Kinds, counts: Array, lam: Array, width: Array, least: Array
    ) -> tuple[Array, Array]:
        """As `numerics.equivalent.several.projected_responses`."""
        return projected_responses(kinds, counts, lam, width, least)


@dataclass(frozen=True, eq=False)
class _Kind:
    """Rows of one fit that share covariance and weight."""

    s: Array  # q s, (directions,)
    om: Array  # (points or 1, 1)
    T: Array  # (points or 1, 1)
    rows: tuple[int, ...]


def solve_fit(pencil: Pencil, node: Node, roots: FloatRoots) -> Diagonal:
    """The node's own G, H and kappa.

    Raises:
        InputError: lam = 0 with as many rows as directions, or beyond the spectral edge.
        InputError: no direction is left to fit.
        NotBuilt: random features with lam < 0.
        SolverError: no certified branch.
    """
    match node.fit:
        case None | Rounds():
            return Diagonal({}, {}, {}, {})
        case Ridge(lam):
            return _ridge(pencil, node, _kinds(pencil, node.features[0]), lam, roots)
        case RandomFeatures(lam, projection):
            kinds = _kinds(pencil, node.features[1])
            return _random_features(pencil, node, kinds, lam, projection, roots)


def _kinds(pencil: Pencil, feature: int) -> list[_Kind]:
    block = pencil.features[feature]
    q = 1 if block.metric is None else block.metric
    gathered: dict[tuple[str, object], _Kind] = {}
    for row, beta in block.collects.items():
        group = pencil.groups[pencil.rows[row].group]
        om = np.asarray(beta)
        key = (group.law, _key(om))
        made = gathered.get(key)
        if made is None:
            gathered[key] = _Kind(q * group.variance, om, group.count, (row,))
        else:
            gathered[key] = _Kind(made.s, om, made.T + group.count, (*made.rows, row))
    if not any((kind.s > 0).any() for kind in gathered.values()):
        laws = ", ".join(dict.fromkeys(law for law, _ in gathered))
        raise InputError(
            "rows",
            f"of covariance {laws}",
            "leave no direction to fit: where the penalty is finite they are zero",
            "give a covariance that is positive where the penalty is finite",
        )
    return list(gathered.values())


def _key(om: Array) -> object:
    """What equal weights share, and no others."""
    if om.dtype != object:
        return (om + 0.0).tobytes()  # adding zero makes -0.0 the zero that it equals
    number = om.item()
    # Two balls may look alike without being one number.
    return number if isinstance(number, fmpq) else id(om)


def _is_complex(lam: Array) -> bool:
    return np.iscomplexobj(lam) or any(isinstance(each, acb) for each in lam.flat)


def _ridge(
    pencil: Pencil, node: Node, kinds: list[_Kind], lam: Array, roots: FloatRoots
) -> Diagonal:
    seen = np.any([kind.s > 0 for kind in kinds], axis=0)
    counts, T = pencil.multiplicity[seen], _rows(kinds)
    r = counts.sum()
    dual = r >= T
    if not _is_complex(lam) and ((lam == 0) & (r == T)).any():
        raise InputError(
            "lam",
            0,
            f"has no limit with as many rows as fitted directions, {r:g}",
            "give a positive lam, or other numbers of rows",
        )
    if len(kinds) == 1:
        kappa, h = _one_kind(kinds[0], seen, counts, lam, dual, roots)
    else:
        kappa, h = None, _several_kinds(kinds, seen, counts, lam, dual, roots)
    pull = sum(kind.om * kind.T * kind.s * each for kind, each in zip(kinds, h, strict=True))
    nu = np.where(dual, 1, lam)
    if not seen.all():
        nu = np.where(seen, nu, 1)
    (a,) = node.features
    return Diagonal(
        {(a, a): 1 / (nu + pull)},
        {row: each for kind, each in zip(kinds, h, strict=True) for row in kind.rows},
        {a: nu},
        {row: np.where(dual & (kind.om > 0), lam, 1) for kind in kinds for row in kind.rows},
        kappa,
    )


def _one_kind(
    kind: _Kind, seen: Array, counts: Array, lam: Array, dual: Array, roots: FloatRoots
) -> tuple[Array, list[Array]]:
    """kappa and h, (points, 1)."""
    s, T, om = kind.s[seen], kind.T, kind.om
    if (om == 0).any():
        raise InputError("weights", 0, "leave no rows to fit", "give a positive weight")
    kappa = roots.kappa(s, counts, lam / (om * T), T)
    with np.errstate(divide="ignore", invalid="ignore"):
        return kappa, [np.where(dual, 1 / (om * T * kappa), _spare(s, counts, kappa, T))]


def _spare(s: Array, counts: Array, kappa: Array, T: Array) -> Array:
    """1 - df_1/T, (points, 1), of all terms positive unless many more directions would cancel."""
    r, column = counts.sum(), counts[:, None]
    few = T < r
    if few.all():
        return np.asarray(1 - (s / (s + kappa)) @ column / T)
    spare = (T - r + (kappa / (s + kappa)) @ column) / T
    return np.where(few, 1 - (s / (s + kappa)) @ column / T, spare) if few.any() else spare


def _several_kinds(
    kinds: list[_Kind], seen: Array, counts: Array, lam: Array, dual: Array, roots: FloatRoots
) -> list[Array]:
    """h of every kind, (points, 1)."""
    of_kinds = (each.shape for kind in kinds for each in (kind.om, kind.T))
    points = np.broadcast_shapes(lam.shape, *of_kinds)
    system = _stacked(kinds, counts, seen, points[0])
    at, side = (np.broadcast_to(each, points)[:, 0] for each in (lam, dual))
    if _is_complex(lam):
        h = roots.responses(system, at, side)
        h = np.where(system.silent | side[:, None], h, at[:, None] * h)
    else:
        if (at == 0).any() and any(((kind.s > 0) != seen).any() for kind in kinds):
            raise InputError(
                "lam", 0, "has no single limit on rows of different rank", "give a positive lam"
            )
        h = roots.responses(system, at, side)
    return list(h.T[:, :, None])


def _stacked(kinds: list[_Kind], counts: Array, seen: Array, points: int) -> Kinds:
    def stacked(of: list[Array]) -> Array:
        shape = (points, int(seen.sum()))
        return np.stack([np.broadcast_to(each[..., seen], shape) for each in of], axis=1)

    silent = [np.broadcast_to(kind.om[:, 0] == 0, (points,)) for kind in kinds]
    return Kinds(
        stacked([kind.om * kind.T * kind.s for kind in kinds]),
        stacked([kind.om * kind.s for kind in kinds]) * counts,
        np.stack(silent, axis=1),
    )


def _rows(kinds: list[_Kind]) -> Array:
    """How many rows take part, (points or 1, 1)."""
    return np.asarray(sum(np.where(kind.om > 0, kind.T, 0) for kind in kinds))


def _random_features(
    pencil: Pencil, node: Node, kinds: list[_Kind], lam: Array, projection: int, roots: FloatRoots
) -> Diagonal:
    if _is_complex(lam) or (lam < 0).any():
        raise NotBuilt("random features take a penalty lam >= 0 in this version")
    width = pencil.groups[projection].count
    f: Array | int = width * pencil.groups[projection].variance  # one, or by direction
    f = f if np.shape(f)[-1] > 1 else 1
    plain, kinds = kinds, [replace(kind, s=kind.s * f) for kind in kinds]
    seen = np.any([(kind.s > 0).reshape(-1, kind.s.shape[-1]).any(0) for kind in kinds], axis=0)
    counts, T = pencil.multiplicity[seen], _rows(kinds)
    r = counts.sum()
    sizes = np.stack(np.broadcast_arrays(T, width, r))
    least = sizes.argmin(axis=0)
    if ((lam == 0) & ((sizes == sizes.min(axis=0)).sum(axis=0) > 1)).any():
        raise InputError(
            "lam",
            0,
            "has no limit where the least two of rows, width and dimension are equal",
            "give a positive lam",
        )
    kappa = None
    if len(kinds) == 1:
        kappa, H_X, H_F = _projected(kinds[0], seen, counts, lam, width, least, roots)
        H = dict.fromkeys(kinds[0].rows, H_X)
    else:
        points = np.broadcast_shapes(lam.shape, sizes.shape[1:], *(kind.om.shape for kind in kinds))
        system = _stacked(kinds, counts, seen, points[0])
        at, wide, place = (np.broadcast_to(x, points)[:, 0] for x in (lam, width, least))
        h, H_F = roots.projected_responses(system, counts, at, wide, place)
        H = {row: h[:, i, None] for i, kind in enumerate(kinds) for row in kind.rows}
    mu_rho, mu_a, nu = (np.where(least == k, lam, 1) for k in range(3))
    pull = sum(kind.om * kind.T * kind.s * H[kind.rows[0]] for kind in kinds)
    if not seen.all():
        nu = np.where(seen, nu, 1)
    # The 2 x 2 inverse of (nu, -H_F; pull, 1).
    determinant = nu + pull * H_F
    u, z = node.features
    collected = sum(kind.om * kind.T * kind.s * H[kind.rows[0]] for kind in plain)
    features = {
        (u, u): 1 / determinant,
        (u, z): f * H_F / determinant,
        (z, u): -collected / determinant,
        (z, z): nu / determinant,
    }
    (a,) = (row for row in node.rows if row not in H)
    mu = {r: np.where(kind.om > 0, mu_rho, 1) for kind in kinds for r in kind.rows} | {a: mu_a}
    return Diagonal(features, H | {a: H_F}, {u: nu}, mu, kappa)


def _projected(
    kind: _Kind,
    seen: Array,
    counts: Array,
    lam: Array,
    width: Array,
    least: Array,
    roots: FloatRoots,
) -> tuple[Array, Array, Array]:
    """kappa, H on the rows and H on the features, (points, 1), for rows of one kind."""
    s, T, om = kind.s[..., seen], kind.T, kind.om
    kappa = roots.projected_kappa(s, counts, lam / (om * T), T, width)
    with np.errstate(divide="ignore", invalid="ignore"):
        on_rows, on_width = (_spare(s, counts, kappa, size) for size in (T, width))
        H_X = np.where(least == 0, 1 / (om * T * kappa * on_width), on_rows)
        H_F = np.where(least == 1, 1 / (om * T * kappa * on_rows), on_width)
    return kappa, H_X, H_F
