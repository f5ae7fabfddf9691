"""The triangular solver against the dense fixed point of the same equations."""

import random

import numpy as np
import pytest

from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import directions_of
from ridgeproof.numerics.equivalent.residual import residual
from ridgeproof.numerics.equivalent.sources import StackedSources
from ridgeproof.theory.equivalent.correlation import correlate
from ridgeproof.theory.equivalent.lowering import lower
from ridgeproof.theory.equivalent.response import respond
from ridgeproof.theory.process.expressions import walk
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.operators.asks import MeanSquare
from ridgeproof.verification.derivations.dense_equivalent import dense_limit

_D = 7


def _pipeline(seed):
    """A random process: shared rows and noise, pooled lists, unequal weights, every kind of fit."""
    draw = random.Random(seed)
    lines, models = ["F = features(5)"], ["w0"]
    sets = range(draw.randint(2, 4))
    for k in sets:
        covariance = draw.choice(["", ', "S2"'])
        lines += [f"R{k} = rows({draw.choice([3, 5, 9, 14])}{covariance})", f"e{k} = noise(R{k})"]
    for j in range(draw.randint(2, 6)):
        used = draw.sample(sets, draw.randint(1, min(3, len(sets))))
        labels = []
        for k in used:
            seen = f"R{k}@{draw.choice(models)}"
            label = draw.choice([seen, seen, f"(7/5*({seen}) - 2/5*(R{k}@w0))"])
            labels.append(label + draw.choice(["", f" + 1/2*e{k}", f" + 1/3*noise(R{k})"]))
        weights = ", ".join(draw.choice(["1", "3/10", "2"]) for _ in labels)
        pooled = f"[{', '.join(labels)}]"
        weighted = f"{pooled}, 1/5, weights=[{weights}]"
        old = draw.choice(models)
        made = draw.choice(
            [f"ridge({weighted})"] * 4
            + [
                f"ridge({pooled}, 1/10)",
                f'ridge({weighted}, penalty="P")',
                f"1/5*gradient({pooled}) + 1/2*{old}",
                f"ridge({labels[0]}, 1/10, features=F)",
                f'scale({old}, "S2") + 1/4*gaussian("S2")',
            ]
        )
        lines.append(f"m{j} = {made}")
        models.append(f"m{j}")
    asks = [f'a{j} = "risk({model})"' for j, model in enumerate(models[1:])]
    asks.append(f'train = "mean_square(R0@{models[-1]} - R0@w0 - e0)"')
    steps = "\n".join(lines)
    return (
        f'[process]\nsteps = """\n{steps}\n"""\n[process.covariances]\n'
        'S2 = "1/5 + i/(2*d)"\nP = "1 + (i - 1)/2"\n[ask]\n' + "\n".join(asks)
    )


def _solved(text):
    graph = normal_form(read_process(text))
    directions = directions_of(graph, "power-law:1", "flat", _D)
    ring = Float64Ring(directions)
    lowering = lower(graph, {"d": np.full((1, 1), float(_D))}, ring, range(len(graph.nodes)))
    for leaf in walk(graph.asks):
        if isinstance(leaf, MeanSquare):
            lowering.probe(leaf.vector)
    pencil = lowering.assembly.pencil(directions.multiplicity)
    response = respond(pencil, ring)
    sources = StackedSources(pencil, ring, apart=False)
    return pencil, response, correlate(pencil, response, sources, ring), sources


def _distance(pencil, correlation, dense):
    """The largest difference of any correlation, relative to the largest of its kind."""
    off = 0.0
    blocks = range(len(pencil.features))
    for a in blocks:
        for b in blocks:
            found = correlation.between(a, b)
            value = np.broadcast_to(0.0 if found is None else found[0], (1, _D))[0]
            off = max(off, abs(value - dense.features[:, a, b]).max() / abs(dense.features).max())
    for rho, (group, i) in dense.places.items():
        for sigma, (other, j) in dense.places.items():
            if group == other:
                found = correlation.on_rows(rho, sigma)
                value = 0.0 if found is None else float(found[0, 0, 0])
                whole = dense.groups[group]
                off = max(off, abs(value - whole[i, j]) / abs(whole).max())
    return off


@pytest.mark.parametrize("seed", range(20))
def test_random_pipelines_agree_with_the_dense_fixed_point(seed):
    """Every correlation equals the dense one, and the residual of the equations vanishes."""
    pencil, response, correlation, sources = _solved(_pipeline(seed))
    assert residual(pencil, response, correlation, sources) < 1e-14
    assert _distance(pencil, correlation, dense_limit(pencil)) < 1e-10
