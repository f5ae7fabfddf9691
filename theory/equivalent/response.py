"""Responses of the blocks to their sources: G(i) and H_g, by back-substitution.

    (1) G(i) = (nu - D(i) - sum_g T_g s_g(i) q beta_g H_g alpha_g)^-1
    (2) H_g  = (mu_g - alpha_g <G q>_g beta_g)^-1            <A>_g = sum_i m_i s_g(i) A(i)

No block reads a later one, so both are block triangular: with

    Omega = D + sum_g T_g s_g q beta_g H_g alpha_g,     Xi = alpha_g <G q>_g beta_g,

rows of (1) and (2) read G_J = G_JJ (1 + Omega_J G), H_J = H_JJ (1 + Xi_J H) over earlier nodes.
Going back from a node J to an earlier one K, all is known but H_JK on the groups that both see.
It enters G_JK, hence Xi_JK, linearly and only by its sums over the groups of one law,

    W = sum_g T_g beta_g H_g,JK alpha_g,

so that these few numbers solve one small system I - N_JK for the pair.  Derived here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ridgeproof.theory.equivalent.lanes import Lanes
from ridgeproof.theory.equivalent.pencil import Element, Label, Node, Pencil
from ridgeproof.theory.equivalent.ring import Diagonal, Ring

__all__ = ["Response", "products", "respond", "solve_sums", "total"]

_Table = list[dict[int, Element]]
_Block = dict[tuple[int, int], Element]


@dataclass(frozen=True, eq=False)
class Response:
    """G and H with their triangular parts; whatever is absent is zero.

    Attributes:
        lanes: the rows of the nodes, group by group.
        diagonals: each node on its own.
        features: G[a][b], the response of feature block a to the source of b.
        rows: H[j][k] between two nodes, group by group.
        omega: Omega[a][b] for b in an earlier node.
        xi: Xi[j][k] for an earlier node k, group by group.
    """

    lanes: Lanes
    diagonals: tuple[Diagonal, ...]
    features: _Table
    rows: _Table
    omega: _Table
    xi: _Table

    def mu(self, rho: int) -> Element:
        """mu of a row block."""
        own = self.diagonals[self.lanes.places[rho][0]]
        return own.mu.get(rho, self.lanes.ring.one)

    def on_rows(self, rho: int, sigma: int) -> Element | None:
        """H_(rho sigma), for row blocks of one group."""
        (j, group), (k, _) = (self.lanes.places[row] for row in (rho, sigma))
        found = self.rows[j].get(k)
        return None if found is None else self.lanes.ring.entry(found, group)


def total(terms: Iterable[Element]) -> Element | None:
    """The sum of the terms; None, a zero of the structure, where there are none."""
    added = None
    for term in terms:
        added = term if added is None else added + term
    return added


def products(ring: Ring, pairs: Iterable[tuple[Element, Element]]) -> Element | None:
    """The sum of the products; None where there are none."""
    found = list(pairs)
    return ring.dot(found) if found else None


def respond(pencil: Pencil, ring: Ring) -> Response:
    """Solve (1) and (2), node by node and for each node from the latest earlier one back."""
    run = _Substitution(pencil, ring)
    for index, node in enumerate(pencil.nodes):
        run.start(index, node)
        for earlier in reversed(range(index)):
            run.pair(index, earlier)
    return Response(run.lanes, tuple(run.diagonals), run.G, run.H, run.omega, run.xi)


@dataclass(eq=False)
class _Substitution:
    pencil: Pencil
    ring: Ring
    diagonals: list[Diagonal] = field(default_factory=list)
    # T_g beta_(a rho) H_g, group by group, of the node at hand, by feature block and earlier node.
    _pushed: dict[tuple[int, int], Element] = field(default_factory=dict)
    # <G_cb q_b>_g, by law; and its sum over what a label reads.
    _traces: dict[tuple[str, int, int], Element] = field(default_factory=dict)
    _heard: dict[tuple[Label, int], Element | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.pencil, self.ring)
        self.G: _Table = [{} for _ in self.pencil.features]
        self.H: _Table = [{} for _ in self.pencil.nodes]
        self.omega: _Table = [{} for _ in self.pencil.features]
        self.xi: _Table = [{} for _ in self.pencil.nodes]
        # (node, group) of the labels that read a feature block, and alpha.
        self.readers: list[list[tuple[int, int, Element]]] = [[] for _ in self.pencil.features]
        for index, side in enumerate(self.lanes.sides):
            for group, label in side.labels.items():
                for c, alpha in label.reads.items():
                    self.readers[c].append((index, group, alpha))

    def start(self, index: int, node: Node) -> None:
        """The node on its own."""
        own = self.ring.diagonal(self.pencil, node)
        self.diagonals.append(own)
        for a in node.features:
            self.G[a][a] = self.ring.one
        for (a, b), value in own.features.items():
            self.G[a][b] = value
        rows = self.lanes.sides[index].rows
        self._pushed.clear()
        if rows:
            responses = {group: own.rows.get(rho, self.ring.one) for group, rho in rows.items()}
            self._put_rows(index, index, self.lanes.spread(responses))

    def pair(self, j: int, k: int) -> None:
        """H_JK, then G_JK, Omega_JK and Xi_JK."""
        node, other = self.pencil.nodes[j], self.pencil.nodes[k]
        for a in node.features:
            for c in other.features:
                _put(self.omega[a], c, total(self._drives(j, a, c)))
        known = {
            (a, b): value
            for a in node.features
            for b in other.features
            if (value := total(self._known(node, a, b))) is not None
        }
        mine, its = self.lanes.sides[j], self.lanes.sides[k]
        if mine.rows.keys().isdisjoint(its.rows):
            self._store(known)
            return
        H, alone = self.H, self.H[j][j]
        xi = total([*self._labelled(j, k), *self._through(j, k, known)])
        between = [(value, H[m][k]) for m, value in self.xi[j].items() if k in H[m]]
        right = products(self.ring, between if xi is None else [*between, (xi, H[k][k])])
        if right is None:  # neither hears the other
            self._store(known)
            return
        found = alone * right
        sums = [
            (law, own, c)
            for law, own in mine.collected
            for its_law, c in its.read
            if law == its_law
        ]
        effects = [self._effect(node, other, *each) for each in sums]
        seen = [total(self._through(j, k, effect)) for effect in effects]
        both = alone * H[k][k]
        weights = [self.lanes.of_law(law) * mine.pushes[own] * its.reads[c] for law, own, c in sums]
        for each, effect, heard, W in zip(
            sums, effects, seen, solve_sums(self.ring, weights, found, both, seen), strict=True
        ):
            law, own, c = each
            for key, value in effect.items():
                known[key] = _plus(known.get(key), W * value)
            self.omega[own][c] = _plus(self.omega[own].get(c), W * self.lanes.pull(law, own))
            if heard is not None:
                found = found + both * (heard * W)
                xi = _plus(xi, heard * W)
        self._put_rows(j, k, found)
        _put(self.xi[j], k, xi)
        self._store(known)

    def _drives(self, j: int, a: int, c: int) -> Iterator[Element]:
        """Omega_ac as far as H of later nodes than c's is involved."""
        feature = self.pencil.features[a]
        if c in feature.maps:
            yield feature.maps[c]
        if c in feature.offset:
            yield -self.diagonals[-1].nu.get(a, self.ring.one) * feature.offset[c]
        side = self.lanes.sides[j]
        heard: dict[str, list[tuple[Element, Element]]] = {}
        for m, group, alpha in self.readers[c]:
            if (a, m) in self._pushed and side.rows.get(group) in feature.collects:
                pushed = self.ring.entry(self._pushed[a, m], group)
                heard.setdefault(self.pencil.groups[group].law, []).append((pushed, alpha))
        for law, pairs in heard.items():
            yield products(self.ring, pairs) * self.lanes.pull(law, a)

    def _known(self, node: Node, a: int, b: int) -> Iterator[Element]:
        for own in node.features:
            if own in self.G[a]:
                omega = self.omega[own].items()
                drives = products(
                    self.ring, ((drive, self.G[c][b]) for c, drive in omega if b in self.G[c])
                )
                if drives is not None:
                    yield self.G[a][own] * drives

    def _effect(self, node: Node, other: Node, law: str, own: int, c: int) -> _Block:
        """What one unit of W adds to G_JK."""
        pull = self.lanes.pull(law, own)
        return {
            (a, b): self.G[a][own] * (pull * self.G[c][b])
            for a in node.features
            for b in other.features
            if own in self.G[a] and b in self.G[c]
        }

    def _through(self, j: int, k: int, block: _Block) -> Iterator[Element]:
        """alpha_J <block q>_g beta_K."""
        reads, its = self.lanes.sides[j].reads, self.lanes.sides[k]
        for (a, b), value in block.items():
            if a in reads:
                for law, collecting in its.collected:
                    if collecting == b:
                        trace = self.lanes.trace(law, value, b)
                        yield self.lanes.of_law(law) * trace * reads[a] * its.collects[b]

    def _labelled(self, j: int, k: int) -> Iterator[Element]:
        """alpha <G q>_g beta_K for the blocks that the labels of J read."""
        labels, its = self.lanes.sides[j].labels, self.lanes.sides[k]
        for b, beta in its.collects.items():
            heard = {
                group: value
                for group in its.rows
                if group in labels and (value := self._label(labels[group], b)) is not None
            }
            if heard:
                yield self.lanes.spread(heard) * beta

    def _label(self, label: Label, b: int) -> Element | None:
        """<G q_b>_g between what a label reads and b."""
        if (label, b) not in self._heard:
            law = self.pencil.groups[label.group].law
            self._heard[label, b] = total(
                alpha * self._trace(law, c, b) for c, alpha in label.reads.items() if b in self.G[c]
            )
        return self._heard[label, b]

    def _trace(self, law: str, c: int, b: int) -> Element:
        if (law, c, b) not in self._traces:
            self._traces[law, c, b] = self.lanes.trace(law, self.G[c][b], b)
        return self._traces[law, c, b]

    def _put_rows(self, j: int, k: int, value: Element) -> None:
        self.H[j][k] = value
        for a, push in self.lanes.sides[j].pushes.items():
            self._pushed[a, k] = push * value

    def _store(self, block: _Block) -> None:
        for (a, b), value in block.items():
            self.G[a][b] = value


def solve_sums(
    ring: Ring,
    weights: Sequence[Element],
    found: Element,
    both: Element,
    seen: Sequence[Element | None],
) -> list[Element]:
    """W = <weights (found + both sum of seen W)>, the sums over groups in which a pair is unknown.

    Args:
        ring: the arithmetic.
        weights: one for each sum, group by group, as all that follow.
        found: what is known.
        both: the responses of the two nodes.
        seen: what each unit of W adds; None for nothing.
    """
    one, zero = ring.one, 0 * ring.one
    matrix = [
        [
            (one if p == q else zero)
            - (zero if heard is None else ring.trace(weight, both * heard))
            for q, heard in enumerate(seen)
        ]
        for p, weight in enumerate(weights)
    ]
    right = [ring.trace(weight, found) for weight in weights]
    return ring.solve(matrix, right) if right else []


def _plus(x: Element | None, y: Element) -> Element:
    return y if x is None else x + y


def _put(row: dict[int, Element], key: int, value: Element | None) -> None:
    if value is not None:
        row[key] = value
