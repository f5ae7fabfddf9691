"""A1: the atlas is as it is meant: its true claims hold, its false ones are refuted."""

from __future__ import annotations

from dataclasses import dataclass

from ridgeproof.verification.atlas.entries import Claim, all_entries
from ridgeproof.verification.suite.claim import DataClaim
from ridgeproof.verification.suite.theory_on_trial import Theory
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge, Refutation

__all__ = ["CLAIM"]

_METHOD = "check"


@dataclass(frozen=True)
class _Place:
    """A claim of an entry, as the place of a finding."""

    claim: Claim

    def canonical(self) -> dict[str, str]:
        """The entry and the claim."""
        return {"entry": self.claim.path.parent.name, "claim": self.claim.name}

    def __str__(self) -> str:
        return " ".join(self.canonical().values())


def trial(judge: Judge, theory: Theory) -> None:
    """Every claim of every entry is decided as `ridgeproof check` decides it."""
    del theory  # the claims are about processes, whose one theorem has a claim of its own
    for claim in (claim for entry in all_entries() for claim in entry.claims):
        verdict = claim.check(seed=judge.seed)
        place, meant = _Place(claim), "holds" if claim.holds else "is refuted"
        if not claim.as_meant(verdict):
            name = verdict.verdict.value
            raise Refutation(
                Counterexample(place, "verdict", meant, name, None, _METHOD, redo=judge.redo)
            )
        judge.compare(place, f"verdict: {meant}", 1.0, 1.0, holds=True, method=_METHOD)


CLAIM = DataClaim(
    id="A1",
    title="the atlas: published results hold as stated, and fail without their conditions",
    statement=(
        "Every conjecture of the atlas that is meant to hold is proved, identical or consistent; "
        "every one that lacks a condition is refuted with a counterexample."
    ),
    missing=lambda: None,
    trial=trial,
    mutants=(),
)
