"""Random pipelines: they are processes, in text and traced, and they run."""

from __future__ import annotations

import re
from collections import Counter
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, note, seed, settings

from ridgeproof.theory.process.file import process_text, read_process
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.text import steps_text
from ridgeproof.theory.process.tracing.trace import process
from ridgeproof.verification.pipelines import processes
from ridgeproof.verification.simulation.interpreter import make_literal, primitives
from ridgeproof.verification.simulation.world import ProcessWorld

WORDS = (
    *("features=", "penalty=", "weights=", "gradient(", "gradient_flow(", "least_squares("),
    *("gradient_descent(", "iterated_ridge(", "for _", "all_", "'S2'", "df(", "mean_square("),
)


def _traced(written):
    """The same process as a function: its text, with Python's own sign of powers, is executed.

    The text is this test's own; only here is it run as Python.
    """
    lines = steps_text(written.steps).replace("^", "**").split("\n")
    asks = ", ".join(f"{name!r}: {str(ask).replace('^', '**')}" for name, ask in written.asks)
    body = [*lines, f"return {{{asks}}}"]
    names = ", ".join(f"{name}={str(value)!r}" for name, value in written.parameters)
    # 1/3 in Python is a float; in the text it is exact.
    exact = re.sub(r"\b(\d+)/(\d+)\b", r"Fraction(\1, \2)", "\n    ".join(body))
    space = {"Fraction": Fraction}
    exec(f"def function({names}):\n    {exact}", space)  # noqa: S102
    return process(
        space["function"], covariances={name: str(tree) for name, tree in written.covariances}
    )


def _runs(written):
    """The literal simulation of a process has finite asks."""
    d = int(written.defaults["d"])
    graph = normal_form(written, {name: written.defaults[name] for name in count_names(written)})
    world = ProcessWorld(1 / np.arange(1.0, d + 1), np.ones(d), written.defaults)
    draws = make_literal(graph, world)(np.random.Generator(np.random.PCG64DXSM(0)), 2)
    assert draws.shape == (2, len(primitives(graph)))
    assert np.isfinite(draws).all()


def test_random_pipelines_are_the_same_in_text_and_traced_and_run():
    """Text -> record -> text is the identity, and the function of the text has the same graph.

    Rounds, lists and shared names of a loop are found again from a few traced rounds.  Nearly
    every operator, loop, list and way of sharing occurs among the draws.
    """
    seen = Counter()

    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
    @seed(1)
    @given(processes())
    def check(written):
        text = process_text(written)
        note(text)
        assert read_process(text) == written
        traced = _traced(written)
        for rounds in (0, 1, 3):
            values = {name: Fraction(rounds) for name in count_names(written)}
            assert normal_form(traced, values) == normal_form(written, values)
        _runs(written)
        seen.update(word for word in WORDS if word in text)
        rows = re.findall(r"= (A\d+)@", text)
        seen.update({"shared": 1} if len(set(rows)) < len(rows) else {})

    check()
    assert len(seen) > len(WORDS) - 4, seen
