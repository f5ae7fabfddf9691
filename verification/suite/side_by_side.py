"""suite: the built-in claims, run side by side, with one false-alarm budget for the whole run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from contextlib import closing

from ridgeproof.verification.claims import claims_of, find_claim
from ridgeproof.verification.compute.executors import iterate_done
from ridgeproof.verification.suite.claim import (
    PROFILES,
    ClaimReport,
    SuiteInterrupted,
    verify_claim,
)

__all__ = ["default_workers", "run_suite"]


def default_workers() -> int:
    """One worker for each core, up to eight."""
    return min(os.cpu_count() or 1, 8)


def run_suite(
    claims: Iterable[str] = (),
    *,
    profile: str = "quick",
    seed: int = 0,
    workers: int = 1,
    executor: Executor | None = None,
    watch: Callable[[ClaimReport], None] | None = None,
) -> list[ClaimReport]:
    """Verify the claims named, or all of the profile, in that order.

    An interrupt keeps those that are done, and with one worker what is known of the one on trial.

    The probability that a suite of true claims refutes any of them is at most the profile's alpha.

    Raises:
        InputError: there is no such claim.
    """
    names = [find_claim(name).id for name in claims] or claims_of(profile)
    tasks = [(name, profile, seed) for name in names]
    reports: dict[int, ClaimReport] = {}
    try:
        with closing(iterate_done(_verify, tasks, workers, executor)) as finished:
            for place, report in finished:
                reports[place] = report
                if watch is not None:
                    watch(report)
    except SuiteInterrupted as interrupted:
        reports[len(reports)] = interrupted.report  # one worker: in order
    except KeyboardInterrupt:
        pass
    return [reports[place] for place in sorted(reports)]


def _verify(task: tuple[str, str, int]) -> ClaimReport:
    name, profile, seed = task
    return verify_claim(find_claim(name), PROFILES[profile], seed)
