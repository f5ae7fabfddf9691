"""Claims about processes on boxes: what is one formula, what is bounded, and what is refused."""

from __future__ import annotations

from importlib import import_module

import pytest

from ridgeproof import check
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.proofs.boxes.search import approached, searched
from ridgeproof.verification.proofs.process_inequality import stated_of_process
from ridgeproof.verification.suite.claim import PROFILES, _proof, judge_for

RIDGE = """
A = rows(T)
B = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
f = ridge(B@w0 + sigma*noise(B), lam)
"""
ASKS = {
    "risk": "risk(m)",
    "gcv": "mean_square(y - A@m)/(1 - df(m))^2",
    "average": "risk((m + f)/2)",
    "zero": "risk(0*m)",
}


def claim(text, lam="[0.01, 1]", steps=RIDGE, more="", asks=ASKS):
    """A claim about two fits on rows of their own."""
    words = "\n".join(f'{name} = "{ask}"' for name, ask in asks.items())
    return read_conjecture(
        f'[conjecture]\nclaim = "{text}"\n[domain]\nd = {{ integers = [4, 12] }}\nT = "2 .. 3*d"\n'
        f'sigma = [0.1, 1]\nlam = {lam}\nspectrum = ["isotropic", "power-law:3/2"]\n{more}'
        f"[process]\nsteps = '''{steps}'''\n[ask]\n{words}\n"
    )


def proved(conjecture):
    """Whether the boxes prove it."""
    return searched(stated_of_process(conjecture), lambda: False).is_proof


def test_the_two_sides_of_cross_validation_are_one_formula():
    """For every spectrum, and wrong by any share of the noise it is not."""
    assert proved(claim("gcv = risk + sigma^2"))
    for wrong in ("gcv = risk + 1.1*sigma^2", "gcv = 1.1*risk + sigma^2"):
        problem = stated_of_process(claim(wrong))
        assert problem.value != 0
        assert not approached(problem, lambda: False).is_proof


def test_an_average_is_no_worse_than_one_fit():
    """Proved on the domain; a tenth less is refuted at a place where it is less."""
    assert proved(claim("average <= risk"))
    verdict = check(claim("average <= 0.9*risk"), budget=1)
    assert verdict.verdict.value == "refuted"


@pytest.mark.parametrize(
    ("name", "which"),
    [("c13_mixing", -1), pytest.param("n3_weighted_mixing", 0, marks=pytest.mark.slow)],
)
def test_a_built_in_claim_carries_its_proofs(name, which):
    """They are found anew; the opposite is not proved, and leaves the claim undecided."""
    built_in = import_module(f"ridgeproof.verification.claims.{name}").CLAIM
    judge, text = judge_for(built_in, PROFILES["quick"], 0), built_in.proofs[which]
    assert _proof(text, judge)["how"].startswith("whole domain")
    assert not judge.undecided
    turned = text.translate(str.maketrans("<>", "><"))
    assert not _proof(turned, judge)["how"]
    assert judge.undecided


def test_a_number_may_lie_on_both_sides_of_zero():
    """It is halved there without a warning."""
    steps = RIDGE.replace("y = A@w0", "y = a*(A@w0)")
    assert proved(claim("a*risk >= -200", steps=steps, more="a = [-2, 1]\n"))


def test_a_proof_needs_a_penalty_and_formulas():
    """Where lam may be zero the branch is another, and what has no formula is no inequality."""
    flow = RIDGE.replace("m = ridge(y, lam)", "m = gradient_flow(y, 1/lam)")
    for conjecture, reason in [
        (claim("average <= risk", lam="[0, 1]"), "zero"),
        (claim("average <= risk", lam="0"), "zero"),
        (claim("risk <= sigma^2*d/T + 1"), "sizes"),
        (claim("risk <= zero", steps=flow, asks={k: ASKS[k] for k in ("risk", "zero")}), "formula"),
    ]:
        with pytest.raises(NotBuilt, match=reason):
            stated_of_process(conjecture)
