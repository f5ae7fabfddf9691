"""P1 on random pipelines: it stands, and its draws alone find every altered equation."""

import hypothesis
import pytest
from hypothesis import HealthCheck, Phase

from ridgeproof.verification.claims import p1_pipelines
from ridgeproof.verification.pipelines import processes
from ridgeproof.verification.suite.altered import ALTERED
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, Theory
from ridgeproof.verification.testing.judge import Judge, Refutation


def _judge():
    return Judge("P1", 1e-6, 0.03, 4096, 1, redo="ridgeproof verify P1 --seed 1")


@pytest.mark.parametrize("ring", ALTERED, ids=lambda ring: ring.__name__)
def test_random_pipelines_find_every_altered_equation(ring):
    """No witness by hand: what nobody has looked at differs from the dense equations."""

    def falls(process):
        try:
            p1_pipelines._equations(process, _judge(), Theory(equations=ring))
        except Refutation:
            return True
        return False

    settings = hypothesis.settings(
        max_examples=300,
        phases=(Phase.generate,),
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    assert hypothesis.find(processes(), falls, settings=settings)


def test_the_draws_of_the_claim_refute_by_themselves():
    """With the dense equations left out, literal runs alone refute a dropped term."""
    ring = next(ring for ring in ALTERED if ring.__name__ == "_NoFeedback")
    p1_pipelines._draws(p1_pipelines._WITNESS, _judge(), CATALOGUE)
    with pytest.raises(Refutation) as fallen:
        p1_pipelines._draws(p1_pipelines._WITNESS, _judge(), Theory(equations=ring))
    assert "Richardson" in fallen.value.counterexample.method
    assert "least_squares" in str(fallen.value.counterexample.setting)
    assert fallen.value.counterexample.data()["command"] == _judge().redo


def test_another_text_is_found(monkeypatch):
    """A writer that loses a line is a counterexample to the claim."""
    monkeypatch.setattr(
        p1_pipelines, "process_text", lambda process: p1_pipelines._TEXT.replace("15", "14")
    )
    with pytest.raises(Refutation, match="text of the process") as fallen:
        p1_pipelines._equations(p1_pipelines._WITNESS, _judge(), CATALOGUE)
    assert fallen.value.counterexample.data()["command"] == _judge().redo
