"""Fits in symbols: one unknown kappa each, or a response for each kind of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from sympy import Eq, Lt

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.equivalent.formulas.laurent import Laurent
from ridgeproof.theory.equivalent.formulas.unknowns import UnknownKind
from ridgeproof.theory.equivalent.pencil import Node, Pencil, RandomFeatures, Ridge
from ridgeproof.theory.equivalent.ring import Diagonal
from ridgeproof.theory.errors import InputError, NotBuilt

if TYPE_CHECKING:
    from ridgeproof.theory.equivalent.formulas.symbolic import SymbolicRing

__all__ = ["diagonal"]


@dataclass(frozen=True, eq=False)
class _Kind:
    """Rows of one fit that share covariance and weight; ``s`` is q s."""

    s: Laurent
    om: Laurent
    T: Laurent
    rows: tuple[int, ...]


def diagonal(ring: SymbolicRing, pencil: Pencil, node: Node) -> Diagonal:
    """(5), or one response for each kind of rows."""
    match node.fit:
        case None:
            return Diagonal({}, {}, {}, {})
        case Ridge(lam):
            lam = _or_zero(ring, lam)
            kinds = _kinds_of(ring, pencil, node.features[0])
            if len(kinds) > 1:
                return _several_kinds(ring, node, kinds, lam)
            return _one_kind(ring, node, kinds[0], lam)
        case RandomFeatures(lam, projection):
            lam = _or_zero(ring, lam)
            kinds = _kinds_of(ring, pencil, node.features[1])
            if len(kinds) > 1:
                raise NotBuilt(
                    "random features on rows of several covariances or weights have no "
                    "formula yet: evaluate them"
                )
            return _random_features(ring, pencil, node, kinds[0], lam, projection)
    raise NotBuilt("a loop that is not unrolled has no formula yet: set a smaller count")


def _kinds_of(ring: SymbolicRing, pencil: Pencil, feature: int) -> list[_Kind]:
    block = pencil.features[feature]
    q = ring.one if block.metric is None else block.metric
    gathered: dict[object, _Kind] = {}
    for row, om in block.collects.items():
        group = pencil.groups[pencil.rows[row].group]
        key = (group.law, om.key)
        if not om.terms:
            raise NotBuilt("a weight of 0 leaves rows out: leave them out of the list")
        made = gathered.get(key, _Kind(q * group.variance, om, Laurent.number(0), ()))
        gathered[key] = _Kind(made.s, om, made.T + group.count, (*made.rows, row))
    return list(gathered.values())


def _or_zero(ring: SymbolicRing, lam: Laurent) -> Laurent:
    """The number zero for a penalty whose values are, which is a branch of its own."""
    known = {ring.symbol(name): value for name, value in ring.values.items()}
    if not lam.terms or lam.expression.free_symbols - known.keys():
        return lam
    if lam.expression.subs(known) != 0:
        return lam
    ring.assume(Eq(lam.expression, 0, evaluate=False))
    return Laurent.number(0)


def _on_rows(ring: SymbolicRing, lam: Laurent, sizes: Sequence[Laurent]) -> int:
    """What lam sits on: the rows, 0, unless it is the number 0 and another size is less.

    Raises:
        InputError: the sizes have no values, or the least are equal.
    """
    if lam.terms:
        return 0
    numbers = [_value(ring, size) for size in sizes]
    least = min(numbers)
    if numbers.count(least) > 1:
        raise InputError(
            "lam", 0, f"has no limit with as many rows as directions, {least}", "change one"
        )
    place = numbers.index(least)
    for size in sizes:
        if size is not sizes[place]:
            ring.assume(Lt(sizes[place].expression, size.expression, evaluate=False))
    return place


def _value(ring: SymbolicRing, size: Laurent) -> Fraction:
    expression = size.expression
    for unknown in reversed(ring.unknowns):
        if unknown.kind is UnknownKind.SIZE:
            expression = expression.subs(unknown.symbols[0], unknown.right[0])
    known = {ring.symbol(name): value for name, value in ring.values.items()}
    if missing := sorted(x.name for x in expression.free_symbols - known.keys()):
        raise InputError(
            "lam", 0, f"is a branch that {', '.join(missing)} decides", "give it a value"
        )
    return Fraction(str(expression.subs(known)))


def _kappa(
    ring: SymbolicRing, lam: Laurent, level: Laurent, T: Laurent, width: Laurent | None
) -> Laurent:
    key = (lam.key, level.key, T.key, width and width.key)
    if key not in ring.kappas:
        kappa = ring.fresh("kappa")
        df1 = ring.trace(ring.one, level / (level + kappa))
        right = kappa * (ring.one - df1 / T).gathered()
        if width is not None:
            right *= (ring.one - df1 / width).gathered()
        ring.named(
            UnknownKind.KAPPA,
            "",
            [right],
            names=[kappa],
            left=[lam],
            reason=UnknownKind.KAPPA.value,
            level=level.expression,
        )
        if len(level.terms) == 1:
            ring.poles[(level + kappa).expression] = level, kappa
        ring.kappas[key] = kappa
    return ring.kappas[key]


def _one_kind(ring: SymbolicRing, node: Node, kind: _Kind, lam: Laurent) -> Diagonal:
    T, om = kind.T, kind.om
    place = _on_rows(ring, lam, (T, Laurent.of(sy.d)))
    if place == 0:
        kappa = _kappa(ring, lam / (om * T), kind.s, T, None)
        H, G = ring.one / (om * T * kappa), kappa / (kappa + kind.s)
        mu, nu = lam, ring.one
    else:
        kappa = Laurent.number(0)
        H = (ring.one - Laurent.of(sy.d) / T).gathered()
        G = ring.one / (om * T * kind.s * H)
        mu, nu = ring.one, lam
    (a,) = node.features
    return Diagonal(
        {(a, a): G}, dict.fromkeys(kind.rows, H), {a: nu}, dict.fromkeys(kind.rows, mu), kappa
    )


def _several_kinds(ring: SymbolicRing, node: Node, kinds: list[_Kind], lam: Laurent) -> Diagonal:
    T = sum((kind.T for kind in kinds), start=Laurent.number(0))
    place = _on_rows(ring, lam, (T, Laurent.of(sy.d)))
    mu, nu = (lam, ring.one) if place == 0 else (ring.one, lam)
    h = [ring.fresh("h") for _ in kinds]
    pull = sum(
        (kind.om * kind.T * kind.s * each for kind, each in zip(kinds, h, strict=True)),
        start=nu,
    )
    G = ring.one / pull
    right = [ring.one / (mu + ring.trace(kind.om, kind.s * G)) for kind in kinds]
    ring.named(UnknownKind.RESPONSES, "", right, names=h, reason=UnknownKind.RESPONSES.value)
    rows = {row: each for kind, each in zip(kinds, h, strict=True) for row in kind.rows}
    (a,) = node.features
    return Diagonal({(a, a): G}, rows, {a: nu}, dict.fromkeys(rows, mu))


def _random_features(
    ring: SymbolicRing, pencil: Pencil, node: Node, kind: _Kind, lam: Laurent, projection: int
) -> Diagonal:
    T, om, width = kind.T, kind.om, pencil.groups[projection].count
    place = _on_rows(ring, lam, (T, width, Laurent.of(sy.d)))
    if place == 2:
        kappa, df1 = Laurent.number(0), Laurent.of(sy.d)
    else:
        kappa = _kappa(ring, lam / (om * T), kind.s, T, width)
        df1 = ring.trace(ring.one, kind.s / (kind.s + kappa))
    on_rows, on_width = (
        ring.named(UnknownKind.VALUE, "v", [ring.one - df1 / size], reason=reason)[0]
        for size, reason in (
            (T, "1 - df1/T on the rows"),
            (width, "1 - df1/m on m random features"),
        )
    )
    H_X = ring.one / (om * T * kappa * on_width) if place == 0 else on_rows
    H_F = ring.one / (om * T * kappa * on_rows) if place == 1 else on_width
    nu = lam if place == 2 else ring.one
    pull = om * T * kind.s * H_X
    # 1/(nu + pull H_F), of the 2 x 2 inverse of (nu, -H_F; pull, 1).
    G = ring.one / (pull * H_F) if place == 2 else kappa / (kappa + kind.s)
    u, z = node.features
    features = {(u, u): G, (u, z): H_F * G, (z, u): -pull * G, (z, z): nu * G}
    rows = dict.fromkeys(kind.rows, H_X)
    (a,) = (row for row in node.rows if row not in rows)
    mu = dict.fromkeys(kind.rows, lam if place == 0 else ring.one)
    mu[a] = lam if place == 1 else ring.one
    return Diagonal(features, rows | {a: H_F}, {u: nu}, mu, kappa)
