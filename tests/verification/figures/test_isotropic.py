"""The isotropic figure: what it plots, recomputed by another route."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.verification.figures.experiments import find_figure
from ridgeproof.verification.figures.experiments.isotropic import GENERATIONS, base
from ridgeproof.verification.figures.figure import measure_figure
from ridgeproof.verification.figures.tracing import rational
from ridgeproof.verification.simulation.quantity_draws import Sampler


@pytest.fixture(scope="module")
def data():
    """The figure, small."""
    return measure_figure(find_figure("isotropic"), seed=5, shrink=20, effort=4)


def test_lines_are_the_evaluated_errors(data):
    """Lines are drawn from whole arrays; `evaluate` gives the same numbers one by one."""
    rows, penalties = data.panels
    for n, by_rows, by_penalty in zip(GENERATIONS, rows.curves, penalties.curves, strict=True):
        for x, y in list(zip(by_rows.x, by_rows.y, strict=True))[::25]:
            assert float(evaluate(base(15, n).with_(T=x)).value) == pytest.approx(y, rel=1e-12)
        for x, y in list(zip(by_penalty.x, by_penalty.y, strict=True))[::25]:
            there = base(15, n).with_(lam=rational(x))
            assert float(evaluate(there).value) == pytest.approx(y, rel=1e-12)


def test_points_agree_with_another_sampler(data):
    """Means at n = 10, where T0 = 2 d, against draws from the known law of the chain."""
    for point in data.panels[1].curves[-1].points:
        setting = base(15, 10).with_(lam=rational(point.x))
        drawn = Sampler(setting, 1, "t", method="exact-law")(0, 2000)
        spread = np.hypot(point.standard_error, drawn.std() / 2000**0.5)
        assert abs(point.mean - drawn.mean()) < 4 * spread


def test_the_valley_moves_to_the_right(data):
    """The U shape: the best penalty grows with the generations."""
    best = [curve.x[int(np.argmin(curve.y))] for curve in data.panels[1].curves]
    assert best == sorted(set(best))


def test_every_point_is_compared_with_the_exact_value(data):
    """Isotropic ridge is known exactly at finite size; some points are literal."""
    assert [against.name for against in data.tally] == ["EXACT"]
    assert {point.method for point in data.points} == {"conditional", "literal"}
    assert max(abs(point.z) for point in data.points) < 4.5


def test_a_point_can_be_measured_again(data):
    """The line that a point carries gives its very numbers."""
    from click.testing import CliRunner

    from ridgeproof.cli import cli

    point = data.points[3]
    result = CliRunner().invoke(cli, [*point.redo.split()[1:], "--json"])
    assert f'"mean": {point.mean!r}' in result.stdout
