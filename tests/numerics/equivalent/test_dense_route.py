"""The triangular solver against the dense fixed point of the same equations."""

import random
from fractions import Fraction

import numpy as np
import pytest

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.balls.digits import solve_point
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import Space, directions_of
from ridgeproof.numerics.equivalent.residual import residual
from ridgeproof.numerics.equivalent.solve import solution_of
from ridgeproof.numerics.equivalent.sources import StackedSources
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.verification.derivations.dense_equivalent import dense_distance, dense_limit

_D = 7
_PROFILES = {"S2": "1/5 + i/(2*d)", "P": "1 + (i - 1)/2", "Q": "where(3 - i, i/4, 0)"}


def _pipeline(seed):
    """A random process: shared rows and noise, pooled lists, unequal weights, every kind of fit."""
    draw = random.Random(seed)
    lines, models = ["F = features(5)"], ["w0"]
    sets = range(draw.randint(2, 4))
    for k in sets:
        covariance = draw.choice(["", ', "S2"'])
        rows = f"rows({draw.choice([3, 5, 9, 14])}{covariance})"
        rows = f'noisy({rows}, "{draw.choice("PQ")}")' if draw.random() < 0.3 else rows
        lines += [f"R{k} = {rows}", f"e{k} = noise(R{k})"]
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
        + "".join(f'{n} = "{p}"\n' for n, p in _PROFILES.items() if f'"{n}"' in steps)
        + "[ask]\n"
        + "\n".join(asks)
    )


@pytest.mark.parametrize("seed", range(20))
def test_random_pipelines_agree_with_the_dense_fixed_point(seed):
    """Every correlation equals the dense one, and the residual of the equations vanishes."""
    graph = normal_form(read_process(_pipeline(seed)))
    ring = Float64Ring(directions_of(graph, Space(_D, "power-law:1", "flat"), Float64()))
    solution, residual = solution_of(graph, {"d": np.full((1, 1), float(_D))}, ring)
    assert residual < 1e-14
    assert dense_distance(dense_limit(solution.pencil), solution.correlation) < 1e-10


def test_a_wrong_answer_does_not_solve_the_equations():
    """A millionth more in any response, correlation or penalty of a fit leaves a residual."""
    graph = normal_form(read_process(_pipeline(3)))
    ring = Float64Ring(directions_of(graph, Space(_D, "power-law:1", "flat"), Float64()))
    solution, _ = solution_of(graph, {"d": np.full((1, 1), float(_D))}, ring)
    pencil, response, correlation = solution.pencil, solution.response, solution.correlation
    answers = (pencil, response, correlation, StackedSources(pencil, ring, apart=False))
    tables = [*response.features, *response.rows, correlation.features, *correlation.rows]
    tables += [side for own in response.diagonals for side in (own.nu, own.mu)]
    for value in {id(each): each for table in tables for each in table.values()}.values():
        for place in np.argwhere(abs(value) > 0.01)[::4].tolist():
            kept = value[tuple(place)]
            value[tuple(place)] = kept * (1 + 1e-6)
            assert residual(*answers) > 1e-11
            value[tuple(place)] = kept
    assert residual(*answers) < 1e-14


def _balls(graph, digits):
    space = Space(_D, "power-law:1", "flat")
    point = {"d": Fraction(_D)}
    found = solve_point(graph, point, space, digits, certified=True)
    asks = {name: answer.value.item() for name, answer in found.answers.items()}
    return asks, [kappa.item() for kappa in found.kappa.values()]


@pytest.mark.parametrize("seed", range(8))
def test_balls_of_random_pipelines_hold_their_values(seed):
    """Few digits enclose many, and float64 agrees: with no radius of kappa a ball is too narrow."""
    process = read_process(_pipeline(seed))
    (few, kappa), (many, more) = (_balls(normal_form(process), digits) for digits in (5, 60))
    assert all(ball.contains(each) for ball, each in zip(kappa, more, strict=True))
    floats = evaluate_process(process, d=_D, spectrum="power-law:1", signal="flat").values
    for name, ball in few.items():
        assert ball.contains(many[name])
        assert floats[name] == pytest.approx(float(ball), rel=1e-12)
