"""How far a sum over the poles of a contour is from gradient flow, in balls.

With phi(x) = (1 - e^-x)/x and r(x) = sum of c_k/(x + z_k), a flow to time t is t phi(t A) X'y/T for
A = X'X/T >= 0, and what stands for it is t r(t A) X'y/T.  If |phi - r| <= eps on x >= 0 they differ
by a vector D with

    E D'M D <= max(M) (t eps)^2 E |X'y/T|^2,

whose right side is an ask of its own; so by Cauchy-Schwarz, for l = l_r + D, k = k_r + F,

    |E l'M k - E l_r'M k_r| <= |l_r| |F| + |D| |k_r| + |D| |F|,    |l|^2 = E l'M l.

It holds for models that are asked about.  What a later fit learns from a flow is not bounded here.
Derived here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
from flint import acb, arb, ctx

from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.equivalent.balls.ring import BallRing
from ridgeproof.numerics.equivalent.balls.roots import ball
from ridgeproof.theory.equivalent.asks import Answer, Solution, answer
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import ONE, Expression, walk
from ridgeproof.theory.process.graph import Graph, Iteration, reached, references
from ridgeproof.theory.process.linear import Combination, single
from ridgeproof.theory.process.operators.asks import Inner
from ridgeproof.theory.process.operators.gradient import Gradient, GradientFlow

__all__ = ["contour_error", "is_bounded", "remainders", "with_gradients"]

# How often the distance to the nearest pole holds half a piece of x >= 0: a term of a Taylor series
# there gains four bits.
_REACH = 16


def is_bounded(graph: Graph, ask: Expression) -> bool:
    """Whether nothing but `Inner` reads the flows that an ask needs."""
    nodes = [graph.nodes[index] for index in reached(graph.nodes, ask)]
    bodies = [inner for node in nodes if isinstance(node, Iteration) for inner in node.body.nodes]
    if any(isinstance(inner, GradientFlow) for inner in bodies):
        return False
    flows = {k for k, node in enumerate(graph.nodes) if isinstance(node, GradientFlow)}
    if not flows:
        return True
    readers = [*nodes, *(item for item in walk(ask) if isinstance(item, Expectation))]
    read = {index for item in readers if not isinstance(item, Inner) for index in references(item)}
    return not flows & read


def with_gradients(graph: Graph, leaves: Sequence[Expectation]) -> Graph:
    """The graph with the squared norms of the gradients that the flows in some leaves follow."""
    flows = _flows(graph, leaves)
    gradients = [single(len(graph.nodes) + place) for place in range(len(flows))]
    return Graph(
        (*graph.nodes, *(Gradient(flow.groups) for flow in flows.values())),
        (*graph.asks, *(("", Inner(each, each, ONE)) for each in gradients)),
        (*graph.names, *("" for _ in flows)),
    )


def _flows(graph: Graph, leaves: Sequence[Expectation]) -> dict[int, GradientFlow]:
    read = dict.fromkeys(references(tuple(leaf for leaf in leaves if isinstance(leaf, Inner))))
    nodes = ((index, graph.nodes[index]) for index in read)
    return {index: node for index, node in nodes if isinstance(node, GradientFlow)}


def remainders(
    graph: Graph, leaves: Sequence[Expectation], solution: Solution, ring: BallRing
) -> dict[Expression, Answer]:
    """The leaves that hold flows, with what the contour leaves out.

    Args:
        graph: the one without gradients.
        leaves: of its asks, with a value of their own.
        solution: of the graph with gradients.
        ring: its arithmetic.
    """
    lowering, flows = solution.lowering, _flows(graph, leaves)
    held = [
        leaf for leaf in leaves if isinstance(leaf, Inner) and flows.keys() & set(references(leaf))
    ]
    if not held:
        return {}
    eps = contour_error(ring.contour())

    @cache
    def value(leaf: Inner) -> Answer:
        return answer(leaf, solution, {})

    def norm(model: Combination, metric: Expression) -> Number:
        square = value(Inner(model, model, metric)).value.item()
        return square.upper().max(arb(0)).sqrt()

    errors = {
        index: eps * _upper(lowering.number(flow.t)) * norm(single(place), ONE)
        for place, (index, flow) in enumerate(flows.items(), start=len(graph.nodes))
    }

    def error(model: Combination, metric: Expression) -> Number:
        largest = max(map(_upper, ring.variance(metric).tolist()))
        added = arb(0)
        for factor, index in model.terms:
            if index in errors:
                added += _upper(lowering.number(factor)) * errors[index]
        return added * largest.sqrt()

    found: dict[Expression, Answer] = {}
    for leaf in held:
        left, right = (norm(each, leaf.metric) for each in (leaf.left, leaf.right))
        off, other = (error(each, leaf.metric) for each in (leaf.left, leaf.right))
        lost = left * other + off * right + off * other
        known = value(leaf)
        found[leaf] = replace(known, value=known.value + np.full((1, 1), arb(0, lost.upper())))
    return found


def contour_error(contour: Sequence[tuple[acb, acb]]) -> arb:
    """An upper bound of |phi(x) - sum of c/(x + z) + its conjugate| on x >= 0.

    Piece by piece of x, from the Taylor series of both about its middle; beyond 16 times the
    largest pole in powers of 1/x.  Where e^-x is below the precision phi is 1/x.

    Args:
        contour: (z, c) on its upper half.
    """
    count = ctx.prec // 4 + 8
    total = sum((2 * abs(c) for _, c in contour), arb(0))
    far = _REACH * max(float(abs(z).upper()) for z, _ in contour)
    small = ctx.prec * math.log(2)
    worst, x = arb(0), 0.0
    while x < far:
        near = min(float(abs(x + z).lower()) for z, _ in contour)
        h = (min(near, x) if x > small else near) / (_REACH + 1.01)
        m = arb(x) + h
        own = _inverse(m, h, count) if x > small else _phi(m, h, count)
        for z, c in contour:
            part, turn = 2 * c / (m + z), -h / (m + z)
            for j in range(count):
                own[j] -= part.real
                part *= turn
        tail = total / near + (arb(h) ** count / arb(count + 2).gamma() if x <= small else 1 / m)
        lost = tail * 2 / arb(_REACH) ** count + (arb(-x).exp() if x > small else 0)
        worst = worst.max(sum(map(abs, own), lost).upper())
        x += 2 * h
    powers = [(2 * c, -z / far) for z, c in contour]
    lost = arb(-far).exp() + 2 * total / arb(_REACH) ** count
    for j in range(count):
        lost += abs(int(j == 0) - sum(c.real for c, _ in powers))
        powers = [(c * turn, turn) for c, turn in powers]
    return worst.max((lost / far).upper())


def _phi(m: arb, h: float, count: int) -> list[arb]:
    """Terms of the series of phi about m at the distance h."""
    exponential, found, last = -(-m).exp(), [], arb(0)
    for j in range(count):
        last = (exponential + int(j == 0)) / m - last * h / m
        found.append(last)
        exponential *= -arb(h) / (j + 1)
    return found


def _inverse(m: arb, h: float, count: int) -> list[arb]:
    return [(-h / m) ** j / m for j in range(count)]


def _upper(number: Number) -> arb:
    value = number.item() if isinstance(number, np.ndarray) else number
    return abs(ball(value)).upper()
