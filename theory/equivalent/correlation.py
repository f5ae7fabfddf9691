"""Correlations of the blocks: C(i) and C_g, by back-substitution on known responses.

    (3) C(i) = G(i) (Q(i) + sum_g T_g s_g(i) q beta_g C_g beta_g' q) G(i)'
    (4) C_g  = H_g (N_g N_g' + alpha_g <C>_g alpha_g') H_g'

With Gamma and Z for the middles, rows of (3) and (4) read

    C_J = G_JJ (Omega_J C + Gamma_J G'),     C_gJ = H_JJ (Xi_J C_g + Z_J H').

Row by row and forward in K <= J, all is known but C_g,JK on the groups that both nodes see; it
enters Gamma_JK, hence C_JK, hence Z_JK, linearly: one small system for the pair.  Derived here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from ridgeproof.theory.equivalent.pencil import Element, Node, Pencil, Rounds
from ridgeproof.theory.equivalent.response import Response, shared_rows, total
from ridgeproof.theory.equivalent.ring import Ring

__all__ = ["Correlation", "Moments", "Sources", "between", "correlate"]

_Block = dict[tuple[int, int], Element]
Moments = Mapping[tuple[int, int], Element]


class Sources(Protocol):
    """Which sources sound: the middles of (3) and (4) before anything is fitted."""

    def features(self, a: int, b: int) -> Element | None:
        """Q_ab, direction by direction."""

    def rows(self, rho: int, sigma: int) -> Element | None:
        """(N_g N_g')_(rho sigma)."""

    def add_rounds(self, node: Node, entering: Moments) -> None:
        """From now on Q holds what the rounds of a loop add to the models that entered it."""


@dataclass(frozen=True, eq=False)
class Correlation:
    """C[a, b] = E u_a u_b, and C_g[rho, sigma] per row, each pair once; what is absent is zero."""

    features: _Block
    rows: _Block

    def between(self, a: int, b: int) -> Element | None:
        """C(i)_ab."""
        return _symmetric(self.features, a, b)

    def on_rows(self, rho: int, sigma: int) -> Element | None:
        """E rho sigma, per row, for row blocks of one group."""
        return _symmetric(self.rows, rho, sigma)


def correlate(pencil: Pencil, response: Response, sources: Sources, ring: Ring) -> Correlation:
    """Solve (3) and (4) for all pairs of nodes."""
    run = _Substitution(pencil, response, sources, ring)
    for index, node in enumerate(pencil.nodes):
        for other in pencil.nodes[: index + 1]:
            run.pair(node, other)
    return Correlation(run.C, run.rows)


@dataclass(eq=False)
class _Substitution:
    pencil: Pencil
    response: Response
    sources: Sources
    ring: Ring
    C: _Block = field(default_factory=dict)
    rows: _Block = field(default_factory=dict)
    # <C_ab>_g by law of the group.
    _traces: dict[tuple[str, int, int], Element | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gamma: list[dict[int, Element]] = [{} for _ in self.pencil.features]
        self.z: list[dict[int, Element]] = [{} for _ in self.pencil.rows]

    def pair(self, node: Node, other: Node) -> None:
        """C_g,JK, then C_JK, Gamma_JK and Z_JK."""
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
        shared = shared_rows(self.pencil, node, other)
        if not shared:
            self._store(known)
            return
        effects = [self._effect(node, other, *pair) for pair in shared]
        seen = [[self._seen(*pair, effect) for effect in effects] for pair in shared]
        H = self.response.rows
        matrix, right = [], []
        for i, (rho, sigma) in enumerate(shared):
            own = H[rho][rho] * H[sigma][sigma]
            matrix.append(
                [
                    (self.ring.one if i == j else 0 * self.ring.one)
                    - (own * value if value is not None else 0 * self.ring.one)
                    for j, value in enumerate(seen[i])
                ]
            )
            self._put_z(rho, sigma, known)
            right.append(self._row(rho, sigma))
        solution = self.ring.solve(matrix, right)
        for (rho, sigma), x, effect in zip(shared, solution, effects, strict=True):
            self.rows[rho, sigma] = x
            for key, value in effect.items():
                known[key] = value * x if key not in known else known[key] + value * x
            for a in node.features:
                for b in other.features:
                    weight = self._weight(a, b, rho, sigma)
                    if weight is not None:
                        gamma = self.gamma[a]
                        gamma[b] = weight * x if b not in gamma else gamma[b] + weight * x
        self._store(known)
        for (rho, sigma), values in zip(shared, seen, strict=True):
            for x, value in zip(solution, values, strict=True):
                if value is not None:
                    z = self.z[rho]
                    z[sigma] = value * x if sigma not in z else z[sigma] + value * x

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
            middle = total(
                [
                    drive * value
                    for c, drive in self.response.omega[own].items()
                    if (value := _symmetric(self.C, c, b)) is not None
                ]
                + [self.gamma[own][e] * g for e, g in G[b].items() if e in self.gamma[own]]
            )
            if middle is not None:
                pulled.append(G[a][own] * middle)
        return total(pulled)

    def _weight(self, a: int, b: int, rho: int, sigma: int) -> Element | None:
        """T_g s_g q_a q_b beta_(a rho) beta_(b sigma)."""
        other = self.pencil.features[b]
        if rho not in self.pencil.features[a].collects or sigma not in other.collects:
            return None
        weight = self.pencil.weight(a, rho) * other.collects[sigma]
        return weight if other.metric is None else weight * other.metric

    def _effect(self, node: Node, other: Node, rho: int, sigma: int) -> _Block:
        """What one unit of C_g,(rho sigma) adds to C_JK."""
        G = self.response.features
        effect: _Block = {}
        for own in node.features:
            for its in other.features:
                weight = self._weight(own, its, rho, sigma)
                if weight is None:
                    continue
                for a in node.features:
                    for b in other.features:
                        if own in G[a] and its in G[b]:
                            more = G[a][own] * (weight * G[b][its])
                            effect[a, b] = more if (a, b) not in effect else effect[a, b] + more
        return effect

    def _seen(self, rho: int, sigma: int, block: _Block) -> Element | None:
        """alpha_rho <block>_g alpha_sigma."""
        first, second = self.pencil.rows[rho], self.pencil.rows[sigma]
        weights = self.pencil.traced[first.group]
        return total(
            first.reads[a] * second.reads[b] * self.ring.trace(weights, value)
            for (a, b), value in block.items()
            if a in first.reads and b in second.reads
        )

    def _put_z(self, rho: int, sigma: int, known: _Block) -> None:
        """Z_(rho sigma) without what C_g,JK adds to it: noise, and what the rows read."""
        first, second = self.pencil.rows[rho], self.pencil.rows[sigma]
        terms = []
        noise = self.sources.rows(rho, sigma)
        if noise is not None:
            terms.append(noise)
        own = self._seen(rho, sigma, known)
        if own is not None:
            terms.append(own)
        for c, alpha in first.reads.items():
            for e, beta in second.reads.items():
                trace = self._trace(first.group, c, e)
                if trace is not None:
                    terms.append(alpha * beta * trace)
        value = total(terms)
        if value is not None:
            self.z[rho][sigma] = value

    def _trace(self, group: int, c: int, e: int) -> Element | None:
        key = (self.pencil.groups[group].law, min(c, e), max(c, e))
        if key not in self._traces:
            value = _symmetric(self.C, c, e)
            if value is None:
                return None  # none yet, or none at all
            self._traces[key] = self.ring.trace(self.pencil.traced[group], value)
        return self._traces[key]

    def _row(self, rho: int, sigma: int) -> Element:
        """C_g,(rho sigma) without what it adds to Z."""
        H = self.response.rows
        value = total(
            [
                xi * other
                for middle, xi in self.response.xi[rho].items()
                if (other := _symmetric(self.rows, middle, sigma)) is not None
            ]
            + [self.z[rho][tau] * h for tau, h in H[sigma].items() if tau in self.z[rho]]
        )
        return 0 * self.ring.one if value is None else H[rho][rho] * value

    def _store(self, block: _Block) -> None:
        self.C.update(block)


def between(
    correlations: Moments, left: Mapping[int, Element], right: Mapping[int, Element]
) -> Element | None:
    """C(i) between two combinations of blocks; None where it is zero."""
    return total(
        x * y * value
        for a, x in left.items()
        for b, y in right.items()
        if (value := _symmetric(correlations, a, b)) is not None
    )


def _symmetric(block: Moments, a: int, b: int) -> Element | None:
    value = block.get((a, b))
    return block.get((b, a)) if value is None else value
