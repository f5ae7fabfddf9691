"""P1: the general theorem holds on whole pipelines that nobody has looked at."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache, partial
from typing import Any

import numpy as np
from hypothesis import assume

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import columns, prepared
from ridgeproof.numerics.equivalent.float64 import Float64Ring
from ridgeproof.numerics.equivalent.profiles import directions_of, space_of
from ridgeproof.numerics.equivalent.solve import solution_of
from ridgeproof.theory.equivalent.correlation import Correlation
from ridgeproof.theory.equivalent.pencil import Pencil
from ridgeproof.theory.errors import NotBuilt, RidgeproofError
from ridgeproof.theory.process.file import process_text, read_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.processes.place import Place
from ridgeproof.verification.conjectures.processes.trial import METHOD
from ridgeproof.verification.derivations.dense_equivalent import (
    DenseLimit,
    dense_distance,
    dense_limit,
)
from ridgeproof.verification.pipelines import processes
from ridgeproof.verification.suite.altered import ALTERED
from ridgeproof.verification.suite.claim import ClaimMutant, DataClaim, on_all
from ridgeproof.verification.suite.process_on_trial import Bench, simulated_only
from ridgeproof.verification.suite.theory_on_trial import Theory
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation

__all__ = ["CLAIM"]

_CLOSE = 1e-10
_PIPELINES, _SIMULATED = 30, 2
_FITS = 3  # of a pipeline that is simulated
# Literal runs at a pair of small sizes: a witness, not a ruler.
_TOLERANCE, _PRECISION = 0.25, 0.06

# Where every altered equation shows: few rows, two covariances, unequal weights, lam = 0.
_TEXT = """[process]
steps = '''
A = rows(16)
B = rows(12, "S2")
y = A@w0 + noise(A)
z = B@w0 + 2*noise(B)
m = ridge([y, z], 1/10, weights=[1, 1/9])
C = rows(15)
g = least_squares(C@m + noise(C))
'''
[process.covariances]
S2 = "4*i/d"
[process.parameters]
d = 8
[ask]
pooled = "risk(m)"
student = "risk(g)"
"""
_WITNESS = read_process(_TEXT)


@dataclass(frozen=True)
class _Pipeline:
    """A process as the place of a finding: its text reproduces it."""

    process: Process

    def canonical(self) -> dict[str, Any]:
        """The process file."""
        return {"process": process_text(self.process)}

    def __str__(self) -> str:
        return process_text(self.process)


def trial(judge: Judge, theory: Theory) -> None:
    """Text, the dense equations and literal runs agree with the theory on random pipelines."""
    for drawn, holds, count in (
        (processes(), _equations, _PIPELINES),
        (processes(fits=_FITS), _draws, _SIMULATED),
    ):
        on_trial = partial(holds, judge=judge, theory=theory)
        on_all(drawn, on_trial, examples=count, seed=judge.seed, first=_WITNESS)


def _equations(process: Process, judge: Judge, theory: Theory) -> None:
    """The text is the process, and the triangular solve that of the dense equations."""
    place = _Pipeline(process)
    if read_process(process_text(process)) != process:
        raise _refuted(judge, place, "text of the process", "the process again", "another process")
    try:
        dense = _dense(process)
        _, found = _solved(process, theory.equations)
    except NotBuilt:  # a filter, whose penalties are complex
        return
    except (RidgeproofError, ArithmeticError, np.linalg.LinAlgError) as error:
        raise _refuted(judge, place, "limit", "a number", str(error)) from None
    distance = dense_distance(dense, found)
    judge.compare(
        place, "distance from the dense equations", 0.0, distance,
        holds=distance < _CLOSE, method="dense equations",
    )  # fmt: skip


def _refuted(judge: Judge, place: _Pipeline, name: str, claimed: str, seen: str) -> Refutation:
    method = "dense equations"
    return Refutation(Counterexample(place, name, claimed, seen, None, method, redo=judge.redo))


def _solved(process: Process, equations: type[Float64Ring]) -> tuple[Pencil, Correlation]:
    values = {name: value for name, value in process.defaults.items() if name != "d"}
    space = space_of(process)
    graph = prepared(process, values, space)
    ring = equations(directions_of(graph, space, Float64()))
    with np.errstate(all="ignore"):
        checked = equations is Float64Ring
        solution, _ = solution_of(graph, columns(values, space), ring, checked=checked)
    return solution.pencil, solution.correlation


@lru_cache(maxsize=4 * _PIPELINES)  # wrong equations meet the same pipelines
def _dense(process: Process) -> DenseLimit:
    pencil, _ = _solved(process, Float64Ring)
    return dense_limit(pencil)


def _draws(process: Process, judge: Judge, theory: Theory) -> None:
    """Every ask that draws observe equals its theory."""
    space = space_of(process)
    setting = make_setting(T=1, **space._asdict())
    values = {**process.defaults, "d": Fraction(space.d)}
    place = Place(tuple(values.items()), setting.spectrum, setting.signal)
    simulated, _ = simulated_only(process, values)
    try:
        bench = Bench(simulated, place, judge.seed, judge.claim, _PRECISION)
    except NotBuilt:
        assume(False)
    claimed = bench.theory(theory.equations)
    for name, value in claimed.items():
        decision = bench.judge(name, value, judge, tolerance=_TOLERANCE)
        if decision.verdict == "refuted":
            shown = _Pipeline(process), name, f"{value:.6g}"
            raise judge.refutation(*shown, decision, METHOD, limit=True)


CLAIM = DataClaim(
    id="P1",
    title="any pipeline of linear fits: theory, dense equations, simulation, text",
    statement=(
        "On random pipelines (shared and overlapping rows and noise, pooled and weighted lists, "
        "loops, mixtures, penalties, random features, filters) the triangular solve equals the "
        "dense fixed point of its four equations to 1e-10, the limits agree with literal runs at "
        "pairs of sizes, and the text of the process is the process."
    ),
    missing=lambda: None,
    trial=trial,
    mutants=tuple(ClaimMutant(ring.slip(), partial(Theory, equations=ring)) for ring in ALTERED),
    budget=8192,
    profiles=("quick", "full"),
)
