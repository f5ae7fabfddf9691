"""What a limit about a process is allowed at finite size, and where simulation cannot judge.

The rules are those of settings (`verification.testing.allowance`, `.heavy_tails`).  A fit that is
no ridge is as far from interpolating as the ridge with which it is usually compared: 1/t for a
flow, 1/(eta k) for descent, the cut of principal components; a single gradient solves nothing.
"""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

import numpy as np

from ridgeproof.numerics.equivalent.finiteness import counted
from ridgeproof.numerics.spectra.spectral_levels import make_spectrum
from ridgeproof.theory.process.expressions import ONE
from ridgeproof.theory.process.fits import FitFact, fit_facts, rows_of
from ridgeproof.theory.process.graph import Fit, Graph
from ridgeproof.theory.process.operators.gradient import GradientDescent, GradientFlow
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.ridge import Ridge
from ridgeproof.theory.process.operators.rows import Noisy
from ridgeproof.verification.simulation.fits import Array
from ridgeproof.verification.simulation.world import ProcessWorld
from ridgeproof.verification.testing.allowance import fit_allowance
from ridgeproof.verification.testing.heavy_tails import LEAST_GAP, Tails, heavy_fit

__all__ = ["allowed", "heavy_tails"]


def heavy_tails(graph: Graph, world: ProcessWorld) -> str:
    """Why the simulated asks have no finite variance, or ""."""
    for name, ask in graph.asks:
        found = heavy_fit(
            _facts(replace(graph, asks=((name, ask),)), world),
            lambda fact: _penalty(fact.node, world),
            lambda fact: float(_seen(fact, world).min()),
        )
        if found is not None:
            fact, tails = found
            within = 1 if tails is Tails.RARE else LEAST_GAP - 1
            rows = f"the {fact.rows} rows of {fact.name or 'a fit'}"
            return f"{tails} and {rows} lie within {within} of the {fact.size} that it fits"
    return ""


def allowed(graph: Graph, world: ProcessWorld) -> float:
    """Relative error left in 2 x(2k) - x(k), k the growth of the world: sum of (2/g)^2."""
    total = 0.0
    for fact in _facts(graph, world):
        penalty = _penalty(fact.node, world)
        if fact.exact or penalty is None:
            continue
        seen = _seen(fact, world)
        ones = np.ones(len(seen))
        spectrum = make_spectrum(seen, ones, ones.copy())
        rows = world.growth * fact.rows
        width = None if fact.width is None else world.growth * fact.width
        total += fit_allowance(spectrum, penalty, rows, width) * int(fact.rounds)
    return total


def _facts(graph: Graph, world: ProcessWorld) -> list[FitFact]:
    return fit_facts(graph, world.values, len(world.s), counted(world, 1 / world.growth))


def _seen(fact: FitFact, world: ProcessWorld) -> Array:
    """The variances of the directions that the rows show a fit, those that it fits."""
    s, T = np.zeros(len(world.s) * world.growth), 0.0
    for group in fact.node.groups:
        node = fact.nodes[group.labels.rows]
        extra = world.profile(node.profile) if isinstance(node, Noisy) else 0.0
        rows = rows_of(fact.nodes, group)
        count = world.size(rows.size)
        s += count * world.number(group.weight) * (world.profile(rows.covariance) + extra)
        T += count
    penalty = fact.node.penalty if isinstance(fact.node, Ridge) else ONE
    seen: Array = s / T / world.profile(penalty, infinite=True)
    return seen[seen > 0]


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
