"""DataClaim: a named statement with a trial of its own, about data that may have to be installed.

Where a `Claim` draws settings and simulates them, a DataClaim puts experiments of its own on trial
before the same `Judge`, against the same theory and its mutants.  One that takes long belongs to
the full profile, or is asked for by name; without its data it is `not-run`, which is neither a pass
nor a failure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ridgeproof.verification.suite.theory_on_trial import Theory
from ridgeproof.verification.testing.judge import Judge

__all__ = ["DataClaim", "DataMutant"]


@dataclass(frozen=True)
class DataMutant:
    """A wrong formula that the claim's own trial must refute."""

    description: str
    theory: Callable[[], Theory]


@dataclass(frozen=True)
class DataClaim:
    """A statement that can fail, about data or about whole pipelines.

    ``trial(judge, theory)`` raises Refutation where the statement fails, and records its evidence
    with the judge.  ``missing()`` says why it cannot be run here and what to install, or is None.
    """

    id: str
    title: str
    statement: str
    missing: Callable[[], str | None]
    trial: Callable[[Judge, Theory], None]
    mutants: tuple[DataMutant, ...]
    budget: int = 4096
    profiles: tuple[str, ...] = ("full",)
