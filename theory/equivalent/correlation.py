"""Correlations of the blocks: C(i) and C_g, by back-substitution on known responses.

    (3) C(i) = G(i) (Q(i) + sum_g T_g s_g(i) q beta_g C_g beta_g' q) G(i)'
    (4) C_g  = H_g (N_g N_g' + alpha_g <C>_g alpha_g') H_g'

With Gamma and Z for the middles, rows of (3) and (4) read

    C_J = G_JJ (Omega_J C + Gamma_J G'),     C_gJ = H_JJ (Xi_J C_g + Z_J H').

Row by row and forward in K <= J, all is known but C_g,JK on the groups that both nodes see.  It
enters Gamma_JK, hence C_JK, hence Z_JK, linearly and only by its sums over the groups of one law,

    V = sum_g T_g beta_g C_g,JK beta_g',

so that these few numbers solve one small system for the pair.  Derived here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations_with_replacement, product
from typing import Protocol

from ridgeproof.theory.equivalent.lanes import Lanes
from ridgeproof.theory.equivalent.pencil import Element, Label, Node, Pencil, Rounds
from ridgeproof.theory.equivalent.response import Response, products, solve_sums, total

__all__ = ["Correlation", "Moments", "Sources", "between", "correlate"]

_Block = dict[tuple[int, int], Element]
Moments = Mapping[tuple[int, int], Element]


class Sources(Protocol):
    """Which sources sound: the middles of (3) and (4) before anything is fitted."""

    def features(self, a: int, b: int) -> Element | None:
        """Q_ab, direction by direction."""

    def labels(self, first: Label, second: Label) -> Element | None:
        """(N_g N_g') of rows with these labels."""

    def add_rounds(self, node: Node, entering: Moments) -> None:
        """From now on Q holds what the rounds of a loop add to the models that entered it."""


@dataclass(frozen=True, eq=False)
class Correlation:
    """C[a, b] = E u_a u_b, and C_g[j][k] between two nodes, per row and group by group.

    Both are symmetric; what is absent is zero.
    """

    lanes: Lanes
    features: _Block
    rows: list[dict[int, Element]]

    def between(self, a: int, b: int) -> Element | None:
        """C(i)_ab."""
        return self.features.get((a, b))

    def on_rows(self, rho: int, sigma: int) -> Element | None:
        """E rho sigma, per row, for row blocks of one group."""
        (j, group), (k, _) = (self.lanes.places[row] for row in (rho, sigma))
        value = self.rows[j].get(k)
        return None if value is None else self.lanes.ring.entry(value, group)


def correlate(pencil: Pencil, response: Response, sources: Sources) -> Correlation:
    """Solve (3) and (4) for all pairs of nodes."""
    run = _Substitution(pencil, response, sources)
    for j in range(len(pencil.nodes)):
        for k in range(j + 1):
            if not run.reflects(j, k):
                run.pair(j, k)
    return Correlation(response.lanes, run.C, run.rows)


@dataclass(eq=False)
class _Substitution:
    pencil: Pencil
    response: Response
    sources: Sources
    C: _Block = field(default_factory=dict)
    # <C_ab>_g by law; and its sum over what a label reads, or two labels with what both hear.
    _traces: dict[tuple[str, int, int], Element | None] = field(default_factory=dict)
    _crossed: dict[tuple[Label, int], Element | None] = field(default_factory=dict)
    _met: dict[tuple[Label, Label], Element | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.lanes = self.response.lanes
        self.gamma: list[dict[int, Element]] = [{} for _ in self.pencil.features]
        self.rows: list[dict[int, Element]] = [{} for _ in self.pencil.nodes]
        self.z: list[dict[int, Element]] = [{} for _ in self.pencil.nodes]

    def reflects(self, j: int, k: int) -> bool:
        """Whether a pair is the complex conjugate of one already solved, and now stands too."""
        nodes = self.pencil.nodes
        if not nodes[j].twin or k == j - 1:
            return False
        # Twins stand side by side, both before this node.
        known = k - 1 if nodes[k].twin else k + 1 if nodes[k + 1].twin else k
        conjugate = self.lanes.ring.conjugate
        for (a, to), (b, at) in product(
            zip(nodes[j - 1].features, nodes[j].features, strict=True),
            zip(nodes[known].features, nodes[k].features, strict=True),
        ):
            if (a, b) in self.C:
                self.C[to, at] = self.C[at, to] = conjugate(self.C[a, b])
            if b in self.gamma[a]:
                self.gamma[to][at] = conjugate(self.gamma[a][b])
        if known in self.rows[j - 1]:
            self.rows[j][k] = self.rows[k][j] = conjugate(self.rows[j - 1][known])
        if known in self.z[j - 1]:
            self.z[j][k] = conjugate(self.z[j - 1][known])
        return True

    def pair(self, j: int, k: int) -> None:
        """C_g,JK, then C_JK, Gamma_JK and Z_JK."""
        node, other = self.pencil.nodes[j], self.pencil.nodes[k]
        if isinstance(node.fit, Rounds) and node is other:
            self.sources.add_rounds(node, self._moments(node.fit.entering))
        for a in node.features:
            for b in other.features:
                source = self.sources.features(a, b)
                if source is not None:
                    self.gamma[a][b] = source
        known = {
            (a, b): value
            for a in node.features
            for b in other.features
            if (value := self._features(node, other, a, b)) is not None
        }
        mine, its = self.lanes.sides[j], self.lanes.sides[k]
        if not mine.rows.keys().isdisjoint(its.rows):
            self._pair_rows(j, k, known)
        for (a, b), value in known.items():
            self.C[a, b] = value
            if j != k:
                self.C[b, a] = value

    def _pair_rows(self, j: int, k: int, known: _Block) -> None:
        mine, its = self.lanes.sides[j], self.lanes.sides[k]
        H = self.response.rows
        z = total([*self._labelled(j, k), *self._seen(j, k, known)])
        between = [
            *((xi, self.rows[k][m]) for m, xi in self.response.xi[j].items() if m in self.rows[k]),
            *((h, self.z[j][n]) for n, h in H[k].items() if n in self.z[j]),
        ]
        ring = self.lanes.ring
        middle = products(ring, between if z is None else [*between, (H[k][k], z)])
        if middle is None:  # neither hears the other
            return
        found = H[j][j] * middle
        sums = [
            (law, own, e)
            for law, own in mine.collected
            for its_law, e in its.collected
            if law == its_law
        ]
        effects = [self._effect(j, k, *each) for each in sums]
        seen = [total(self._seen(j, k, effect)) for effect in effects]
        both = H[j][j] * H[k][k]
        weights = [
            self.lanes.of_law(law) * mine.pushes[own] * its.collects[e] for law, own, e in sums
        ]
        solved = solve_sums(ring, weights, found, both, seen)
        for (law, own, e), effect, heard, V in zip(sums, effects, seen, solved, strict=True):
            for key, value in effect.items():
                known[key] = value * V if key not in known else known[key] + value * V
            more = self._pull(law, own, e) * V
            gamma = self.gamma[own]
            gamma[e] = more if e not in gamma else gamma[e] + more
            if heard is not None:
                found = found + both * (heard * V)
                z = heard * V if z is None else z + heard * V
        self.rows[j][k] = self.rows[k][j] = found
        if z is not None:
            self.z[j][k] = z

    def _moments(self, models: Sequence[Mapping[int, Element]]) -> Moments:
        """C(i) between combinations of blocks."""
        held: _Block = {}
        for p, left in enumerate(models):
            for q, right in enumerate(models):
                value = between(self.C, left, right)
                if value is not None:
                    held[p, q] = value
        return held

    def _features(self, node: Node, other: Node, a: int, b: int) -> Element | None:
        """C_ab without what C_g,JK adds to Gamma_JK."""
        G = self.response.features
        pulled = []
        for own in node.features:
            if own not in G[a]:
                continue
            omega, gamma = self.response.omega[own], self.gamma[own]
            middle = products(
                self.lanes.ring,
                [
                    *((drive, self.C[c, b]) for c, drive in omega.items() if (c, b) in self.C),
                    *((g, gamma[e]) for e, g in G[b].items() if e in gamma),
                ],
            )
            if middle is not None:
                pulled.append(G[a][own] * middle)
        return total(pulled)

    def _pull(self, law: str, a: int, b: int) -> Element:
        """s_g q_a q_b, direction by direction."""
        metric = self.pencil.features[b].metric
        pull = self.lanes.pull(law, a)
        return pull if metric is None else pull * metric

    def _effect(self, j: int, k: int, law: str, own: int, its: int) -> _Block:
        """What one unit of V adds to C_JK."""
        G, pull = self.response.features, self._pull(law, own, its)
        return {
            (a, b): G[a][own] * (pull * G[b][its])
            for a in self.pencil.nodes[j].features
            for b in self.pencil.nodes[k].features
            if own in G[a] and its in G[b]
        }

    def _seen(self, j: int, k: int, block: _Block) -> Iterator[Element]:
        """alpha_J <block>_g alpha_K for the nodes' own blocks."""
        mine, its = self.lanes.sides[j], self.lanes.sides[k]
        for (a, b), value in block.items():
            if a in mine.reads:
                for law, reading in its.read:
                    if reading == b:
                        alone = self.lanes.of_law(law) * self.lanes.trace(law, value)
                        yield alone * mine.reads[a] * its.reads[b]

    def _labelled(self, j: int, k: int) -> Iterator[Element]:
        """Z_JK as far as labels are involved: what both hear, and what they and the nodes read."""
        mine, its = self.lanes.sides[j], self.lanes.sides[k]
        shared = [group for group in its.rows if group in mine.rows]
        met = {group: self._meet(mine.labels[group], its.labels[group]) for group in shared}
        yield from self._spread(met)
        for a, alpha in mine.reads.items():
            crossed = {group: self._cross(its.labels[group], a) for group in shared}
            yield from (alpha * each for each in self._spread(crossed))
        for b, beta in its.reads.items():
            crossed = {group: self._cross(mine.labels[group], b) for group in shared}
            yield from (beta * each for each in self._spread(crossed))

    def _spread(self, values: Mapping[int, Element | None]) -> Iterator[Element]:
        held = {group: value for group, value in values.items() if value is not None}
        if held:
            yield self.lanes.spread(held)

    def _meet(self, first: Label, second: Label) -> Element | None:
        """The noise that two labels hear, and <C>_g between what they read."""
        if (first, second) not in self._met:
            noise = self.sources.labels(first, second)
            through = [(first.group, first.reads, second.reads)]
            if first.beyond is not None and first.beyond == second.beyond:
                through.append((first.beyond, first.unseen, second.unseen))
            self._met[first, second] = total(
                ([] if noise is None else [noise])
                + [
                    alpha * beta * trace
                    for group, mine, its in through
                    for c, alpha in mine.items()
                    for e, beta in its.items()
                    if (trace := self._trace(self.pencil.groups[group].law, c, e)) is not None
                ]
            )
        return self._met[first, second]

    def _cross(self, label: Label, e: int) -> Element | None:
        """<C>_g between what a label reads and e."""
        if (label, e) not in self._crossed:
            law = self.pencil.groups[label.group].law
            self._crossed[label, e] = total(
                alpha * trace
                for c, alpha in label.reads.items()
                if (trace := self._trace(law, c, e)) is not None
            )
        return self._crossed[label, e]

    def _trace(self, law: str, c: int, e: int) -> Element | None:
        key = (law, min(c, e), max(c, e))
        if key not in self._traces:
            value = self.C.get((c, e))
            self._traces[key] = None if value is None else self.lanes.trace(law, value)
        return self._traces[key]


def between(
    correlations: Moments, left: Mapping[int, Element], right: Mapping[int, Element]
) -> Element | None:
    """C(i) between two combinations of blocks; None where it is zero."""
    if left is right:  # each pair of blocks once
        factors = {
            (a, b): x * y if a == b else 2 * (x * y)
            for (a, x), (b, y) in combinations_with_replacement(left.items(), 2)
        }
    else:
        factors = {(a, b): x * y for a, x in left.items() for b, y in right.items()}
    return total(
        factor * value
        for (a, b), factor in factors.items()
        if (value := correlations.get((a, b))) is not None
    )
