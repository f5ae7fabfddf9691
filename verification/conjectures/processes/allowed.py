"""What a limit about a process is allowed at finite size, and where simulation cannot judge.

As for a setting (`verification.testing.allowance`) a Richardson pair of sizes errs by O(1/g^2) for
every fit, g = T (1 - gamma) its surplus rows and gamma = df_2/T.  A fit that is no ridge is as far
from interpolating as the ridge with which it is usually compared: 1/t for a flow, 1/(eta k) for
descent, the cut of principal components; a single gradient solves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import singledispatch

import numpy as np

from ridgeproof.numerics.equivalent.negative import negative_kappa
from ridgeproof.numerics.kappa.batch_kappa import batch_kappa
from ridgeproof.numerics.spectra.spectral_levels import make_spectrum
from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.process.expressions import Expression
from ridgeproof.theory.process.facts import require_finite
from ridgeproof.theory.process.graph import Fit, Graph, Iteration, Node
from ridgeproof.theory.process.operators.gradient import GradientDescent, GradientFlow
from ridgeproof.theory.process.operators.models import Features
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noisy, Rows
from ridgeproof.verification.conjectures.admissible import LEAST_GAP, is_rare
from ridgeproof.verification.simulation.interpreter import ProcessWorld
from ridgeproof.verification.simulation.process import Array
from ridgeproof.verification.testing.allowance import ALLOWANCE

__all__ = ["allowed", "heavy_tails"]


def heavy_tails(graph: Graph, world: ProcessWorld) -> str:
    """Why the simulated asks have no finite variance, or ""."""
    d = len(world.s)

    def fitted(penalty: Expression) -> int:
        return int(np.isfinite(world.profile(penalty, infinite=True)[:: world.growth]).sum())

    try:
        require_finite(graph, world.values, d, fitted, margin=LEAST_GAP - 1)
    except InfiniteExpectation as error:
        return f"{error.name}: {error.value} {error.condition}"
    return "lam is tiny and |T - d| <= 1" if _has_rare_designs(graph.nodes, world) else ""


def _has_rare_designs(nodes: Sequence[Node], world: ProcessWorld) -> bool:
    """Whether a tiny ridge leaves the mean of a fit to designs that a pilot may not meet."""
    for node in nodes:
        if isinstance(node, Iteration) and _has_rare_designs(node.body.nodes, world):
            return True
        if isinstance(node, Fit):
            ridge = _penalty(node, world)
            T, seen, width = _met(nodes, node, world)
            r = min(len(seen), width or len(seen))
            if ridge is not None and 0 < ridge and is_rare(int(T), r, ridge, float(seen.min())):
                return True
    return False


def allowed(graph: Graph, world: ProcessWorld) -> float:
    """Relative error left in 2 x(2k) - x(k), k the growth of the world: sum of (2/g)^2."""
    return sum((ALLOWANCE / g) ** 2 if g > 0 else 0.0 for g in _surpluses(graph.nodes, world))


def _surpluses(nodes: Sequence[Node], world: ProcessWorld) -> Iterator[float]:
    """Of each fit the rows beyond what it fits; of random features the width beyond it as well."""
    for node in nodes:
        if isinstance(node, Iteration):
            rounds = int(world.number(node.count))
            yield from [*_surpluses(node.body.nodes, world)] * rounds
        elif isinstance(node, Fit):
            yield from _of_fit(nodes, node, world)


def _of_fit(nodes: Sequence[Node], fit: Fit, world: ProcessWorld) -> Iterator[float]:
    ridge = _penalty(fit, world)
    if ridge is None:
        return
    T, seen, width = _met(nodes, fit, world)
    df2 = _df2(seen, ridge, T, width)
    yield T - df2
    if width is not None:
        yield width - df2


def _met(nodes: Sequence[Node], fit: Fit, world: ProcessWorld) -> tuple[float, Array, int | None]:
    """(rows, the variances of the directions that they show it, the width of its features)."""
    T, s = 0.0, np.zeros(len(world.s) * world.growth)
    for group in fit.groups:
        rows = nodes[group.labels.rows]
        extra = world.profile(rows.profile) if isinstance(rows, Noisy) else 0.0
        rows = nodes[rows.rows] if isinstance(rows, Noisy) else rows
        assert isinstance(rows, Rows)
        count = world.size(rows.size)
        s += count * world.number(group.weight) * (world.profile(rows.covariance) + extra)
        T += count
    q = 1 / world.profile(fit.penalty, infinite=True) if isinstance(fit, Ridge) else 1.0
    width = None
    if isinstance(fit, Ridge) and fit.features is not None:
        features = nodes[fit.features]
        assert isinstance(features, Features)
        width = world.size(features.size)
    seen = q * s / T
    return T, seen[seen > 0], width


def _df2(s: Array, ridge: float, T: float, width: int | None) -> float:
    """Sum (s/(s + kappa))^2 at the kappa of a penalty."""
    ones = np.ones(len(s))
    spectrum = make_spectrum(s.copy(), ones, ones.copy())
    kappa = batch_kappa(spectrum, max(ridge, 0.0), T, width)
    if ridge < 0:
        kappa = negative_kappa(s, ones, np.array([ridge]), np.array([T]), kappa[None])
    return float(np.sum((s / (s + kappa)) ** 2))


@singledispatch
def _penalty(fit: Fit, world: ProcessWorld) -> float | None:
    """The penalty of a fit, or of the ridge that it is like; None where nothing is inverted."""
    del fit, world
    return None


@_penalty.register
def _(fit: Ridge, world: ProcessWorld) -> float | None:
    return world.number(fit.lam)


@_penalty.register
def _(fit: GradientFlow, world: ProcessWorld) -> float | None:
    return 1 / world.number(fit.t)


@_penalty.register
def _(fit: GradientDescent, world: ProcessWorld) -> float | None:
    return 1 / (world.number(fit.eta) * world.number(fit.k))


@_penalty.register
def _(fit: PrincipalComponents, world: ProcessWorld) -> float | None:
    return world.number(fit.cut)
