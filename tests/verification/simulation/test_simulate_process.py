"""Processes by literal repetitions: the same numbers anywhere, honest where a number is missing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from ridgeproof.theory.errors import InfiniteExpectation, InputError, SolverError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.text import read_expression
from ridgeproof.verification.simulation import simulate_process as module
from ridgeproof.verification.simulation.repetitions import SimulationInterrupted
from ridgeproof.verification.simulation.simulate_process import simulate_process

RIDGE = read_process("""[process]
steps = \"\"\"
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
g = ridge([noisy(A, "S")@w0, y], lam)
\"\"\"
[process.covariances]
S = "s"
[process.parameters]
d = 10
T = 30
sigma = "1/2"
lam = "1/5"
[ask]
risk = "risk(m)"
gcv = "mean_square(y - A@m)/(1 - df(m))^2"
best = "minimum(risk(m), lam)"
noisy = "norm2(g)"
""")


@pytest.mark.slow
def test_workers_and_executors_change_no_number():
    """The seed decides the estimate: inline, in threads, in processes; the title does not."""
    asked = {"ask": "gcv", "repetitions": 40}
    inline = simulate_process(RIDGE, **asked, seed=3)
    with ThreadPoolExecutor(2) as pool:
        assert simulate_process(RIDGE, **asked, seed=3, executor=pool) == inline
    assert simulate_process(RIDGE, **asked, seed=3, workers=2) == inline
    chunk = simulate_process(RIDGE, ask="gcv", repetitions=16, seed=3)
    two = simulate_process(RIDGE, ask="gcv", repetitions=32, seed=3)
    # The second chunk is not the first again.
    assert chunk.asks["gcv"].mean != pytest.approx(two.asks["gcv"].mean, rel=1e-9)
    renamed = replace(RIDGE, title="another", parameters=())
    given = {name: str(value) for name, value in RIDGE.parameters}
    assert simulate_process(renamed, **asked, seed=3, **given) == inline
    assert simulate_process(RIDGE, **asked, seed=4) != inline
    assert simulate_process(RIDGE, **asked, seed=3, lam="1/4") != inline


def test_asks_agree_with_their_limits_and_the_rest_says_why():
    """|z| < 4 at 400 rows; a minimum has no draws, rows with and without noise no theory."""
    found = simulate_process(RIDGE, d=100, T=400, repetitions=100, seed=1).asks
    assert list(found) == ["risk", "gcv", "best", "noisy"]
    for name in ("risk", "gcv"):
        assert abs(found[name].z) < 4
        assert found[name].standard_error < 0.03 * found[name].theory
        assert found[name].reason is None
    assert found["best"].mean is found["best"].standard_error is found["best"].z is None
    assert 0 < found["best"].theory < found["risk"].theory
    assert "minimum" in found["best"].reason
    assert found["noisy"].theory is found["noisy"].z is None
    assert found["noisy"].mean > 0
    assert "no theory" in found["noisy"].reason


def test_one_ask_needs_only_its_own_parameters():
    """--ask risk runs without a value for what another ask alone uses."""
    scaled = read_process("""[process]
steps = "m = ridge(rows(30)@w0, 1/5)"
[ask]
risk = "risk(m)"
scaled = "k*risk(m)"
""")
    assert list(simulate_process(scaled, d=8, ask="risk", repetitions=4).asks) == ["risk"]
    with pytest.raises(InputError, match="= k: have no value"):
        simulate_process(scaled, d=8, repetitions=4)
    with pytest.raises(InputError, match="Did you mean risk"):
        simulate_process(scaled, d=8, ask="risc", repetitions=4)


def test_a_wrong_theory_shows_in_z(monkeypatch):
    """Power: with a theory of twice the noise the same draws are many standard errors away."""
    true = module.evaluate_process

    def wrong(process, **options):
        return true(process, **{**options, "sigma": 1})

    monkeypatch.setattr(module, "evaluate_process", wrong)
    found = simulate_process(RIDGE, d=50, T=150, ask="risk", repetitions=60, seed=1)
    assert found.asks["risk"].z < -10


def test_no_number_where_none_means_anything():
    """Least squares at T = d + 1 has no expectation, at d + 3 no variance, at d + 4 both."""
    with pytest.raises(InfiniteExpectation):
        simulate_process(RIDGE, ask="risk", lam=0, T=11, repetitions=8)
    with pytest.raises(InfiniteExpectation):  # where no theory says so
        simulate_process(RIDGE, ask="noisy", lam=0, T=5, repetitions=8)
    near = simulate_process(RIDGE, ask="risk", lam=0, T=13, repetitions=8).asks["risk"]
    assert near.standard_error is near.z is None
    assert near.mean > 0
    assert "no finite variance" in near.reason
    far = simulate_process(RIDGE, ask="risk", lam=0, T=14, repetitions=8).asks["risk"]
    assert far.standard_error > 0


def test_no_number_that_float64_does_not_hold():
    """A division by zero is null with its reason, draws beyond the range are refused."""
    ratio = replace(RIDGE, asks=(*RIDGE.asks[:1], ("ratio", read_expression("1/sigma", "ask"))))
    found = simulate_process(ratio, sigma=0, repetitions=4).asks
    assert found["risk"].z is not None
    assert found["ratio"].mean is found["ratio"].theory is None
    assert "undefined" in found["ratio"].reason
    with pytest.raises(SolverError, match="change its scale"):
        simulate_process(RIDGE, ask="risk", sigma=1e200, repetitions=4)


def test_it_stops_at_its_precision():
    """Every standard error is below the target, and one batch before it was not."""
    found = simulate_process(RIDGE, ask="risk", relative_error=0.05, seed=2)
    share = found.asks["risk"].standard_error / found.asks["risk"].mean
    assert 0.04 < share < 0.05


def test_an_interrupt_keeps_what_is_done():
    """Ctrl-C after 32 repetitions leaves the estimate of these 32."""

    def watch(done):
        if done == 32:
            raise KeyboardInterrupt

    with pytest.raises(SimulationInterrupted) as caught:
        simulate_process(RIDGE, ask="risk", repetitions=64, seed=5, watch=watch)
    assert caught.value.estimate == simulate_process(RIDGE, ask="risk", repetitions=32, seed=5)
