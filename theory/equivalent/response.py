"""Responses of the blocks to their sources: G(i) and H_g, by back-substitution.

    (1) G(i) = (nu - D(i) - sum_g T_g s_g(i) q beta_g H_g alpha_g)^-1
    (2) H_g  = (mu_g - alpha_g <G q>_g beta_g)^-1            <A>_g = sum_i m_i s_g(i) A(i)

No block reads a later one, so both are block triangular: with

    Omega = D + sum_g T_g s_g q beta_g H_g alpha_g,     Xi = alpha_g <G q>_g beta_g,

rows of (1) and (2) read G_J = G_JJ (1 + Omega_J G), H_J = H_JJ (1 + Xi_J H) over earlier nodes.
Going back from a node J to an earlier one K, all is known but H_JK on the groups that both see;
it enters Omega_JK, hence G_JK, hence Xi_JK, linearly: one small system I - N_JK for the pair.
Derived here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from ridgeproof.theory.equivalent.pencil import Element, Node, Pencil
from ridgeproof.theory.equivalent.ring import Diagonal, Ring

__all__ = ["Response", "respond", "shared_rows", "total"]

_Rows = list[dict[int, Element]]


@dataclass(frozen=True, eq=False)
class Response:
    """G and H with their triangular parts; whatever is absent is zero.

    Attributes:
        diagonals: each node on its own.
        features: G[a][b], the response of feature block a to the source of b.
        rows: H[rho][sigma], for row blocks of one group.
        omega: Omega[a][b] for b in an earlier node.
        xi: Xi[rho][sigma] for sigma in an earlier node.
    """

    diagonals: tuple[Diagonal, ...]
    features: _Rows
    rows: _Rows
    omega: _Rows
    xi: _Rows


def total(terms: Iterable[Element]) -> Element | None:
    """The sum of the terms; None, a zero of the structure, where there are none."""
    added = None
    for term in terms:
        added = term if added is None else added + term
    return added


def shared_rows(pencil: Pencil, node: Node, other: Node) -> list[tuple[int, int]]:
    """The pairs of row blocks of two nodes that live on one group."""
    places = {pencil.rows[sigma].group: sigma for sigma in other.rows}
    groups = ((rho, pencil.rows[rho].group) for rho in node.rows)
    return [(rho, places[group]) for rho, group in groups if group in places]


def respond(pencil: Pencil, ring: Ring) -> Response:
    """Solve (1) and (2), node by node and for each node from the latest earlier one back."""
    run = _Substitution(pencil, ring)
    for index, node in enumerate(pencil.nodes):
        run.start(node)
        for earlier in reversed(range(index)):
            run.pair(node, pencil.nodes[earlier])
    return Response(tuple(run.diagonals), run.G, run.H, run.omega, run.xi)


@dataclass(eq=False)
class _Substitution:
    pencil: Pencil
    ring: Ring
    diagonals: list[Diagonal] = field(default_factory=list)
    # <G_cb q_b>_g beta_(b sigma) summed over b, by (c, sigma).
    _collected: dict[tuple[int, int], Element | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.G: _Rows = [{} for _ in self.pencil.features]
        self.H: _Rows = [{} for _ in self.pencil.rows]
        self.omega: _Rows = [{} for _ in self.pencil.features]
        self.xi: _Rows = [{} for _ in self.pencil.rows]
        self.readers: list[list[int]] = [[] for _ in self.pencil.features]
        self.collectors: list[list[int]] = [[] for _ in self.pencil.rows]
        for sigma, row in enumerate(self.pencil.rows):
            for c in row.reads:
                self.readers[c].append(sigma)
        for b, feature in enumerate(self.pencil.features):
            for sigma in feature.collects:
                self.collectors[sigma].append(b)

    def start(self, node: Node) -> None:
        """The node on its own."""
        own = self.ring.diagonal(self.pencil, node)
        self.diagonals.append(own)
        for a in node.features:
            self.G[a][a] = self.ring.one
        for (a, b), value in own.features.items():
            self.G[a][b] = value
        for rho in node.rows:
            self.H[rho][rho] = own.rows.get(rho, self.ring.one)

    def pair(self, node: Node, other: Node) -> None:
        """H_JK, then G_JK, Omega_JK and Xi_JK."""
        shared = shared_rows(self.pencil, node, other)
        for a in node.features:
            for c in other.features:
                _put(self.omega[a], c, total(self._drives(a, c)))
        known = {
            (a, b): value
            for a in node.features
            for b in other.features
            if (value := total(self._known(node, a, b))) is not None
        }
        right = [self._right(node, rho, sigma, known) for rho, sigma in shared]
        if all(value is None for value in right):  # neither hears the other
            self._store(known)
            return
        effects = [self._effect(node, other, *pair) for pair in shared]
        matrix = [
            [self._entry(rho, sigma, effect, same=i == j) for j, effect in enumerate(effects)]
            for i, (rho, sigma) in enumerate(shared)
        ]
        zero = 0 * self.ring.one
        solution = self.ring.solve(matrix, [zero if x is None else x for x in right])
        for (rho, sigma), x, effect in zip(shared, solution, effects, strict=True):
            self.H[rho][sigma] = x
            for key, value in effect.items():
                known[key] = _plus(known.get(key), x * value)
            for a in node.features:
                for c in other.features:
                    if rho in self.pencil.features[a].collects and c in self._reads(sigma):
                        more = self.pencil.weight(a, rho) * (x * self._reads(sigma)[c])
                        self.omega[a][c] = _plus(self.omega[a].get(c), more)
        self._store(known)
        for rho, sigma in shared:
            _put(self.xi[rho], sigma, total(self._xi(rho, sigma)))

    def _reads(self, row: int) -> dict[int, Element]:
        return self.pencil.rows[row].reads  # type: ignore[return-value]

    def _drives(self, a: int, c: int) -> Iterator[Element]:
        """Omega_ac as far as H of later nodes than c's is involved."""
        feature = self.pencil.features[a]
        if c in feature.maps:
            yield feature.maps[c]
        if c in feature.offset:
            yield -self.diagonals[-1].nu.get(a, self.ring.one) * feature.offset[c]
        for rho in feature.collects:
            through = total(
                self.H[rho][sigma] * self._reads(sigma)[c]
                for sigma in self.readers[c]
                if sigma in self.H[rho]
            )
            if through is not None:
                yield self.pencil.weight(a, rho) * through

    def _known(self, node: Node, a: int, b: int) -> Iterator[Element]:
        for own in node.features:
            if own in self.G[a]:
                drives = total(
                    drive * self.G[c][b] for c, drive in self.omega[own].items() if b in self.G[c]
                )
                if drives is not None:
                    yield self.G[a][own] * drives

    def _effect(
        self, node: Node, other: Node, rho: int, sigma: int
    ) -> dict[tuple[int, int], Element]:
        """What one unit of H_(rho sigma) adds to G_JK."""
        reads = self._reads(sigma)
        effect: dict[tuple[int, int], Element] = {}
        for own in node.features:
            if rho not in self.pencil.features[own].collects:
                continue
            weight = self.pencil.weight(own, rho)
            for c in other.features:
                for a in node.features:
                    for b in other.features:
                        if c in reads and own in self.G[a] and b in self.G[c]:
                            more = self.G[a][own] * (weight * reads[c] * self.G[c][b])
                            effect[a, b] = _plus(effect.get((a, b)), more)
        return effect

    def _through(
        self, rho: int, sigma: int, block: dict[tuple[int, int], Element]
    ) -> Element | None:
        """alpha_rho <block q>_g beta_sigma."""
        return total(
            self._reads(rho)[a] * (self._collect(b, sigma, value))
            for (a, b), value in block.items()
            if a in self._reads(rho) and b in self.collectors[sigma]
        )

    def _collect(self, b: int, sigma: int, value: Element) -> Element:
        feature = self.pencil.features[b]
        weights = self.pencil.traced[self.pencil.rows[sigma].group]
        if feature.metric is not None:
            weights = weights * feature.metric
        return self.ring.trace(weights, value) * feature.collects[sigma]

    def _entry(
        self, rho: int, sigma: int, effect: dict[tuple[int, int], Element], *, same: bool
    ) -> Element:
        through = self._through(rho, sigma, effect)
        identity = self.ring.one if same else 0 * self.ring.one
        if through is None:
            return identity
        return identity - self.H[rho][rho] * self.H[sigma][sigma] * through

    def _right(
        self, node: Node, rho: int, sigma: int, known: dict[tuple[int, int], Element]
    ) -> Element | None:
        """H_JJ (Xi_JK H_KK + sum of Xi_JM H_MK), without what H_JK adds to Xi_JK."""
        terms = [
            value * self.H[middle][sigma]
            for middle, value in self.xi[rho].items()
            if sigma in self.H[middle]
        ]
        own = self._through(rho, sigma, known)
        xi = total([*self._xi(rho, sigma, without=node.features), *([] if own is None else [own])])
        if xi is not None:
            terms.append(xi * self.H[sigma][sigma])
        summed = total(terms)
        return None if summed is None else self.H[rho][rho] * summed

    def _xi(self, rho: int, sigma: int, without: tuple[int, ...] = ()) -> Iterator[Element]:
        for c, alpha in self._reads(rho).items():
            if c in without:
                continue
            if (c, sigma) not in self._collected:
                self._collected[c, sigma] = total(
                    self._collect(b, sigma, self.G[c][b])
                    for b in self.collectors[sigma]
                    if b in self.G[c]
                )
            collected = self._collected[c, sigma]
            if collected is not None:
                yield alpha * collected

    def _store(self, block: dict[tuple[int, int], Element]) -> None:
        for (a, b), value in block.items():
            self.G[a][b] = value


def _plus(x: Element | None, y: Element) -> Element:
    return y if x is None else x + y


def _put(row: dict[int, Element], key: int, value: Element | None) -> None:
    if value is not None:
        row[key] = value
