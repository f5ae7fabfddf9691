"""Claim: a named statement of the source as a hypothesis property over settings.

A `Claim` draws settings from its domain and puts each on trial before a `Judge`; a `DataClaim` has
a trial of its own, of data or of whole pipelines.  ``verify_claim`` runs it, tries the claim's own
wrong formulas, and reports.  A wrong formula counts as killed only where the true one stands:
``try_mutants`` tries both at each witness.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, TypeAlias, TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, example, given
from hypothesis.strategies import SearchStrategy

from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.shown import Shown
from ridgeproof.verification.conjectures.conjecture import Conjecture, read_conjecture
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
from ridgeproof.verification.proofs.all_sizes import proof_of
from ridgeproof.verification.proofs.boxes.search import searched
from ridgeproof.verification.proofs.process_inequality import stated_of_process
from ridgeproof.verification.proofs.whole_domain import proof_in_words
from ridgeproof.verification.simulation.quantity_draws import Sampler
from ridgeproof.verification.strategies import settings as draw_setting
from ridgeproof.verification.suite.theory_on_trial import CATALOGUE, Theory
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation
from ridgeproof.verification.testing.scratch import leaves_no_folder
from ridgeproof.verification.testing.stream import Stream
from ridgeproof.verification.testing.verdict import Outcome

__all__ = [
    "PROFILES",
    "AnyClaim",
    "Claim",
    "ClaimMutant",
    "ClaimReport",
    "DataClaim",
    "Profile",
    "SuiteInterrupted",
    "judge_for",
    "on_all",
    "try_mutants",
    "verify_claim",
]


@dataclass(frozen=True)
class Profile:
    """How thoroughly a suite is run; ``alpha`` bounds its false alarms as a whole."""

    name: str
    examples: float  # times the claim's own number of points
    tolerance: float
    budget: int
    alpha: float = 0.001


PROFILES = {
    "quick": Profile("quick", 1.0, 0.03, 32_768),
    "full": Profile("full", 2.0, 0.02, 65_536),
}

# The level of a suite is shared by this many trials (claims x points x quantities); a shrink step
# only follows a refutation.  E-processes pay for it only by its logarithm.
_DECLARED_TRIALS = 1_000
# The literal process is far noisier than the conditional estimator: it is a witness, not a ruler.
_LITERAL_TOLERANCE = 0.2


@dataclass(frozen=True)
class ClaimMutant:
    """A wrong formula that the claim must refute: at a setting, or by the claim's own trial."""

    description: str
    theory: Callable[[], Theory]
    witness: Setting | None = None


@dataclass(frozen=True)
class Claim:
    """A statement that can fail.

    ``holds(setting, judge, theory)`` raises Refutation where the statement fails at a setting,
    and records its evidence with the judge.  ``witness`` is simulated literally, so that the
    shortcuts of the other points are themselves under test.  ``proofs`` are the parts of the claim
    that are proved as well, as conjecture files.
    """

    id: str
    title: str
    statement: str
    domain: Domain
    holds: Callable[[Setting, Judge, Theory], None]
    mutants: tuple[ClaimMutant, ...]
    witness: Setting
    witness_is_exact: bool = False
    examples: int = 5
    profiles: tuple[str, ...] = tuple(PROFILES)
    proofs: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataClaim:
    """A statement that can fail, about data or about whole pipelines, with a trial of its own.

    ``trial(judge, theory)`` raises Refutation where the statement fails, and records its evidence
    with the judge.  ``missing()`` says why it cannot be run here and what to install, or is None:
    without its data a claim is `not-run`, which is neither a pass nor a failure.
    """

    id: str
    title: str
    statement: str
    missing: Callable[[], str | None]
    trial: Callable[[Judge, Theory], None]
    mutants: tuple[ClaimMutant, ...]
    budget: int = 4096
    profiles: tuple[str, ...] = ("full",)


AnyClaim: TypeAlias = Claim | DataClaim
Drawn = TypeVar("Drawn")


@dataclass(frozen=True, eq=False)
class ClaimReport(Shown):
    """What a claim's trial found."""

    id: str
    title: str
    verdict: Outcome
    counterexample: Counterexample | None
    evidence: dict[str, Any] = field(default_factory=dict)
    seconds: float = 0.0
    complete: bool = True  # false where Ctrl-C ended the trial

    def data(self) -> dict[str, Any]:
        """The report as plain data."""
        example = self.counterexample
        return {
            "id": self.id,
            "title": self.title,
            "verdict": self.verdict.value,
            "counterexample": None if example is None else example.data(),
            "evidence": self.evidence,
            "seconds": round(self.seconds, 2),
            "complete": self.complete,
        }

    def rows(self) -> list[tuple[str, str]]:
        """The claim, its verdict, and the evidence."""
        head = [("claim", f"{self.id}: {self.title}"), ("verdict", self.verdict.value)]
        return [*head, *self.evidence_rows()]

    def evidence_rows(self) -> list[tuple[str, str]]:
        """The evidence in words: effort, worst point, mutants, what is open, counterexample."""
        evidence = self.evidence
        if self.verdict == "not-run":
            return [("reason", evidence["reason"])]
        effort = f"{evidence['points']} points, {evidence['repetitions']} repetitions"
        literal = f"({evidence['literal_repetitions']} literal)"
        rows = [("tried", f"{effort} {literal}, {self.seconds:.1f} s")]
        worst = evidence["worst_point"]
        if worst is not None:
            seen = f"{worst['observed']:.5g} +- {worst['standard_error']:.1g}"
            allowed = f", {worst['allowed']:.2g} of it allowed" if worst["allowed"] else ""
            against = f"against {worst['claimed']:.5g} (z = {worst['z']}{allowed})"
            rows += [
                ("worst", f"{worst['quantity']} {seen} {against}"),
                ("", f"at {worst['setting']}"),
            ]
        rows += [
            ("proved", f"{part['claim']}: {part['proof']}")
            for part in evidence["proved"]
            if part["how"]
        ]
        rows += [
            ("killed" if mutant["killed"] else "NOT KILLED", mutant["formula"])
            for mutant in evidence["mutants"]
        ]
        rows += [("undecided", text) for text in evidence["undecided"]]
        example = self.counterexample
        if example is not None:
            rows += [
                ("counter", f"{example.setting}: claimed {example.claimed}"),
                ("", f"observed {example.observed} ({example.method})"),
                ("redo", example.command),
            ]
            rows += [("python", example.python)] if example.python else []
        return rows


class SuiteInterrupted(KeyboardInterrupt):
    """Ctrl-C during a claim; ``report`` is what was known of it."""

    def __init__(self, report: ClaimReport) -> None:
        super().__init__()
        self.report = report


def judge_for(claim: AnyClaim, profile: Profile, seed: int, deadline: float | None = None) -> Judge:
    """A judge at the level that one trial may spend."""
    judge = Judge(
        claim.id,
        alpha=profile.alpha / _DECLARED_TRIALS,
        tolerance=profile.tolerance,
        budget=profile.budget,
        seed=seed,
        deadline=deadline,
    )
    if isinstance(claim, DataClaim):
        redo = f"ridgeproof verify {claim.id} --profile {profile.name} --seed {seed}"
        return replace(judge, budget=min(claim.budget, profile.budget), redo=redo)
    return judge


def on_all(
    drawn: SearchStrategy[Drawn],
    holds: Callable[[Drawn], None],
    *,
    examples: int,
    seed: int,
    first: Drawn | None = None,
) -> None:
    """Hold a property on so many drawn values, and on the first; what fails shrinks, and raises."""

    def everywhere(value: Drawn) -> None:
        holds(value)

    tested = given(drawn)(everywhere)
    if first is not None:
        tested = example(first)(tested)
    options = hypothesis.settings(
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.explicit, Phase.generate, Phase.shrink),
        max_examples=examples,
        suppress_health_check=list(HealthCheck),
        print_blob=False,
    )
    with leaves_no_folder():
        options(hypothesis.seed(seed)(tested))()


def verify_claim(
    claim: AnyClaim, profile: Profile, seed: int = 0, theory: Theory = CATALOGUE
) -> ClaimReport:
    """Run the property, the literal witness and the mutants of one claim; or its own trial.

    Raises:
        SuiteInterrupted: on Ctrl-C, with what was found until then.
    """
    start = time.monotonic()
    if isinstance(claim, DataClaim) and (reason := claim.missing()) is not None:
        return ClaimReport(claim.id, claim.title, Outcome.NOT_RUN, None, {"reason": reason})
    judge = judge_for(claim, profile, seed)
    counterexample = None
    killed: list[dict[str, Any]] = []
    proved: list[dict[str, str]] = []

    def report(*, complete: bool) -> ClaimReport:
        verdict = _verdict(judge, counterexample, killed)
        if not complete and verdict is not Outcome.REFUTED:
            verdict = Outcome.UNDECIDED
            judge.undecided.append("interrupted before the trial had ended: run it again")
        evidence = _evidence(judge, profile, killed) | {"proved": proved}
        seconds = time.monotonic() - start
        return ClaimReport(
            claim.id, claim.title, verdict, counterexample, evidence, seconds, complete
        )

    try:
        try:
            if isinstance(claim, DataClaim):
                claim.trial(judge, theory)
            else:
                _try(claim, judge, theory, profile)
                for text in claim.proofs:
                    proved.append(_proof(text, judge))  # noqa: PERF401 (an interrupt keeps them)
            for mutant in try_mutants(claim, judge, theory):
                killed.append(mutant)  # noqa: PERF402 (an interrupt keeps them)
        except Refutation as refutation:
            counterexample = refutation.counterexample
    except KeyboardInterrupt:
        raise SuiteInterrupted(report(complete=False)) from None
    return report(complete=True)


def _try(claim: Claim, judge: Judge, theory: Theory, profile: Profile) -> None:
    on_all(
        draw_setting(claim.domain),
        lambda setting: claim.holds(setting, judge, theory),
        examples=round(profile.examples * claim.examples),
        seed=judge.seed,
    )
    form = Form.EXACT if claim.witness_is_exact else Form.LIMIT
    judge.mean(
        claim.witness,
        theory.value(claim.witness, form=form),
        limit=not claim.witness_is_exact,
        method="literal",
        tolerance=_LITERAL_TOLERANCE,
    )


def _proof(text: str, judge: Judge) -> dict[str, str]:
    """A part of a claim with its proof, anew; one that is lost leaves the claim undecided."""
    conjecture = read_conjecture(text)
    proof = proof_of(conjecture) if isinstance(conjecture, Conjecture) else None
    how, words = ("", "not proved") if proof is None else (proof.how, proof.text)
    if isinstance(conjecture, ProcessConjecture):
        search = searched(stated_of_process(conjecture), lambda: False)
        how, words = proof_in_words(search) if search.is_proof else (how, words)
    if not how:
        judge.undecided.append(f"{conjecture.statement}: it was proved once, and is not now")
    return {"claim": conjecture.statement, "how": how, "proof": words}


def try_mutants(
    claim: AnyClaim, judge: Judge, theory: Theory = CATALOGUE
) -> Iterator[dict[str, Any]]:
    """What became of each wrong formula, once the theory has stood at its witness.

    The theory's trials go on the judge's record; those of the wrong formulas meet the same draws.

    Raises:
        Refutation: the theory falls at a witness, so that a kill there would show nothing.
    """
    streams: dict[Sampler, Stream] = {}
    truth = replace(judge, streams=streams)  # on the same record
    stood: set[Setting] = set()
    for mutant in claim.mutants:
        if mutant.witness is not None and mutant.witness not in stood:
            _hold(claim, mutant.witness, truth, theory)
            stood.add(mutant.witness)
        fresh = replace(truth, points=[], undecided=[], needed=[])
        fate: dict[str, Any] = {"formula": mutant.description, "killed": False}
        try:
            _hold(claim, mutant.witness, fresh, mutant.theory())
        except Refutation as refutation:
            fate |= {"killed": True, "at": str(refutation.counterexample.setting)}
        yield fate | {"repetitions": fresh.repetitions}


def _hold(claim: AnyClaim, witness: Setting | None, judge: Judge, theory: Theory) -> None:
    """Put a theory on trial where a mutant shows."""
    if isinstance(claim, DataClaim):
        claim.trial(judge, theory)
    else:
        assert witness is not None
        claim.holds(witness, judge, theory)


def _verdict(
    judge: Judge, counterexample: Counterexample | None, killed: list[dict[str, Any]]
) -> Outcome:
    if counterexample is not None:
        return Outcome.REFUTED
    # A check that cannot fail has shown nothing.
    if judge.undecided or not judge.points or not all(k["killed"] for k in killed):
        return Outcome.UNDECIDED
    return Outcome.CONSISTENT


def _powerless(judge: Judge, killed: list[dict[str, Any]]) -> list[str]:
    """What the verdict lacks although no point is open."""
    lacking = [
        f"{mutant['formula']}: the check lets this wrong formula through, so it shows nothing"
        for mutant in killed
        if not mutant["killed"]
    ]
    return lacking if judge.points else [*lacking, "no point was on trial: widen the domain"]


def _evidence(judge: Judge, profile: Profile, killed: list[dict[str, Any]]) -> dict[str, Any]:
    worst = judge.worst
    return {
        "points": len(judge.points),
        "repetitions": judge.repetitions,
        "literal_repetitions": judge.literal_repetitions,
        "alpha": profile.alpha,
        "alpha_per_trial": judge.alpha,
        "tolerance": profile.tolerance,
        "worst_point": None if worst is None else {**worst.data(), "z": round(worst.deviation, 2)},
        "mutants": killed,
        "undecided": [*judge.undecided, *_powerless(judge, killed)],
    }
