"""Infinite expectations: the fold over a graph and the one over its pencil refuse the same asks."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from fractions import Fraction

import numpy as np
from hypothesis import HealthCheck, given, note, seed, settings

from ridgeproof.numerics.equivalent import finiteness
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import directions_of, space_of
from ridgeproof.theory.equivalent.lowering import lower
from ridgeproof.theory.errors import InfiniteExpectation
from ridgeproof.theory.process import facts
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import walk
from ridgeproof.theory.process.file import process_text, read_process
from ridgeproof.theory.process.graph import reached
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.operators.asks import Degrees, MeanSquare
from ridgeproof.verification.pipelines import processes


def is_finite(check, *arguments):
    """Whether one of the two lets it pass."""
    try:
        check(*arguments)
    except InfiniteExpectation:
        return False
    return True


def pencil_of(graph, leaves, values, directions):
    """The pencil of what the leaves of an ask need."""
    columns = {name: np.full((1, 1), float(value)) for name, value in values.items()}
    lowering = lower(graph, columns, Float64Ring(directions), reached(graph.nodes, leaves))
    for leaf in leaves:
        if isinstance(leaf, MeanSquare):
            lowering.probe(leaf.vector)
    return lowering.assembly.pencil(directions.multiplicity)


def test_the_two_folds_agree():
    """Random pipelines with most penalties 0, half the noises 0 and many fits on d rows, by ask.

    Degrees of freedom aside, which are no expectation: on a pencil they are refused with their fit.
    """
    seen = Counter()

    @seed(4)
    @settings(
        max_examples=300, deadline=None, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(processes(fits=4))
    def agree(drawn):
        d = drawn.defaults["d"]
        text = process_text(drawn).replace(" 1/10", " lam").replace(" 1/50", " lam")
        text = text.replace(f"rows({2 * d}", f"rows({d}").replace(f"rows({3 * d}", f"rows({d}")
        note(text)
        process = read_process(text)
        space = space_of(process, None, None, None)
        values = {**process.defaults, "lam": Fraction(0), "sigma": Fraction(0), "d": d}
        counts = {name: values[name] for name in {*count_names(process), "d"}}
        whole = normal_form(process, counts)
        for ask in whole.asks:
            graph = replace(whole, asks=(ask,))
            leaves = tuple(part for part in walk(ask[1]) if isinstance(part, Expectation))
            if any(isinstance(leaf, Degrees) for leaf in leaves):
                continue
            fitted = lambda m: space.d // 2 if "where" in str(m) else space.d  # noqa: E731
            exact = is_finite(facts.require_finite, graph, values, space.d, fitted)
            pencil = pencil_of(graph, leaves, values, directions_of(graph, space))
            assert is_finite(finiteness.require_finite, pencil) is exact
            seen[exact] += 1

    agree()
    assert min(seen[True], seen[False]) >= 15, seen
