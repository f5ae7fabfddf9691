"""A process on trial by its own simulation, and the altered equations that the trial refutes."""

import numpy as np
import pytest

from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.suite import process_on_trial, verify_process
from ridgeproof.verification.suite.altered import ALTERED
from ridgeproof.verification.suite.verify_process import PROCESS_PROFILES, ProcessProfile

# Each altered equation shows in some ask: few rows, two covariances, unequal weights, lam = 0.
EVERY = """[process]
steps = '''
A = rows(24)
B = rows(16, "S2")
y = A@w0 + sigma*noise(A)
z = B@w0 + 3*sigma*noise(B)
m = ridge([y, z], lam, weights=[1, 1/9])
C = rows(T)
g = least_squares(C@w0 + sigma*noise(C))
'''
[process.covariances]
S2 = "4*i/d"
[process.parameters]
d = 16
T = 23
sigma = 1
lam = "1/10"
[ask]
pooled = "risk(m)"
ridgeless = "risk(g)"
best = "minimum(risk(m), lam)"
"""


# The second half of it alone, which draws faster.
RIDGELESS = """[process]
steps = '''
C = rows(23)
g = least_squares(C@w0 + noise(C))
'''
[process.parameters]
d = 16
[ask]
ridgeless = "risk(g)"
"""


@pytest.fixture
def quick(monkeypatch):
    """A profile for tests: one place and few repetitions."""
    monkeypatch.setitem(PROCESS_PROFILES, "quick", ProcessProfile(1, 0.25, 2048))


@pytest.mark.usefixtures("quick")
def test_theory_stands_and_every_altered_equation_that_matters_falls():
    """Simulation and theory agree; what moves an ask by a quarter is refuted by the same draws."""
    found = verify_process.verify_process(read_process(EVERY), seed=1)
    assert {name: ask["verdict"] for name, ask in found.asks.items()} == {
        "pooled": "consistent", "ridgeless": "consistent", "best": "not-run"
    }  # fmt: skip
    fates = [mutant["verdict"] for mutant in found.mutants]
    assert set(fates) <= {"refuted", "no effect here"}
    assert fates.count("refuted") >= 3
    assert found.verdicts == {"consistent"}


@pytest.mark.usefixtures("quick")
def test_a_wrong_theory_is_refuted(monkeypatch):
    """With an altered equation for the theory itself an ask falls: the trial can fail."""
    wrong = {ring.__name__: ring for ring in ALTERED}["_NoFeedback"]
    right = process_on_trial.Bench.theory
    monkeypatch.setattr(
        process_on_trial.Bench, "theory", lambda bench, ring=wrong: right(bench, ring)
    )
    found = verify_process.verify_process(read_process(RIDGELESS), seed=1)
    assert found.asks["ridgeless"]["verdict"] == "refuted"
    assert found.asks["ridgeless"]["worst"]["outcome"] == "refuted"


def test_an_altered_equation_that_stands_leaves_the_process_open(monkeypatch):
    """A mutant that the draws do not refute is no pass, and is not called an effect of none."""
    monkeypatch.setitem(PROCESS_PROFILES, "quick", ProcessProfile(1, 0.25, 256))
    monkeypatch.setattr(verify_process, "_where_it_shows", lambda *_: {0: [(0, "ridgeless")]})
    found = verify_process.verify_process(read_process(RIDGELESS), seed=1)
    assert found.mutants[0]["verdict"] in {"consistent", "undecided"}
    assert "undecided" in found.verdicts


@pytest.mark.parametrize("ring", ALTERED, ids=lambda ring: ring.__name__)
def test_every_slip_changes_some_ask_and_nothing_else(ring):
    """Each altered ring moves an ask of the process above, or it would be no test of anything."""
    process = read_process(EVERY)
    place = verify_process._place(process, None, None, None, {})
    simulated, _ = process_on_trial.simulated_only(process, place.values)
    bench = process_on_trial.Bench(simulated, place, 0, "test")
    truth, wrong = bench.theory(), bench.theory(ring)
    assert max(abs(wrong[name] / truth[name] - 1) for name in truth) > 1e-3
    assert np.isfinite([*wrong.values()]).all()


def test_what_no_draw_observes_is_not_verified():
    """A process of minima alone has nothing to simulate: refused in words, not passed."""
    only = EVERY.replace('pooled = "risk(m)"\n', "").replace('ridgeless = "risk(g)"\n', "")
    with pytest.raises(NotBuilt, match="none of the asks can be simulated"):
        verify_process.verify_process(read_process(only))
