"""Verdicts: on a conjecture, on the claims, on the theory of a process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import (
    DEFAULT_SEED,
    process_of,
)
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process

if TYPE_CHECKING:
    from ridgeproof.verification.conjectures.claim import Claim
    from ridgeproof.verification.suite.claim import ClaimReport
    from ridgeproof.verification.suite.verify_process import ProcessReport
    from ridgeproof.verification.testing.verdict import Verdict

__all__ = ["check", "verify"]


def check(
    conjecture: Claim | Path | str,
    *,
    alpha: Any = "0.001",
    tolerance: Any = "0.01",
    budget: Any = 200_000,
    time_limit: float | None = None,
    seed: int = DEFAULT_SEED,
    workers: Any = 1,
    watch: Callable[[str], None] | None = None,
) -> Verdict:
    """Decide a conjecture: a record, a path, or the text of a conjecture file.

    Args:
        conjecture: a .toml file is read as data; a .py file is run, which passing it consents to.
        alpha: bound on the probability that a true claim is refuted.
        tolerance: relative; what "consistent" means.
        budget: repetitions in all.
        time_limit: seconds; it can only turn a verdict into undecided.
        seed: of every draw.
        workers: processes to simulate with.
        watch: called with a line on what is being done.

    Raises:
        InputError: it states no conjecture, or no setting is in its domain.
    """
    own: dict[str, Any] = {
        "alpha": _share("alpha", alpha), "tolerance": _share("tolerance", tolerance),
        "budget": check_integer("budget", budget, least=1, most=10**9),
        "workers": check_integer("workers", workers, least=1, most=256),
        "time_limit": time_limit, "seed": seed, "watch": watch,
    }  # fmt: skip
    from ridgeproof.verification.conjectures.check import check as check_record
    from ridgeproof.verification.conjectures.claim import Claim
    from ridgeproof.verification.conjectures.conjecture import read_conjecture
    from ridgeproof.verification.conjectures.declared import load_declared

    if isinstance(conjecture, Path | str):
        is_text = isinstance(conjecture, str) and "\n" in conjecture
        is_code = not is_text and Path(conjecture).suffix == ".py"
        conjecture = load_declared(Path(conjecture)) if is_code else read_conjecture(conjecture)
    elif not isinstance(conjecture, Claim):
        condition = "is no conjecture"
        raise InputError("conjecture", conjecture, condition, "give a record, a path or a text")
    asked = {"kind": conjecture.kind, **dict(conjecture.domain.items), "seed": seed}
    return replace(check_record(conjecture, **own), setting=asked, title=conjecture.title)


def verify(
    question: Process | Path | str | None = None,
    *,
    profile: str = "quick",
    seed: int = DEFAULT_SEED,
    workers: int = 1,
    **options: Any,
) -> ProcessReport | ClaimReport | list[ClaimReport]:
    """Put a claim on trial, all of them, or the theory of a process.

    Args:
        question: a process: its record, a path, or its text; or the id of a claim, such as "C1";
            without it every claim of the profile.
        profile: "quick" or "full".
        seed: of every draw.
        workers: processes to draw with.
        **options: of a process: d, spectrum, signal and its parameters.

    Raises:
        RidgeproofError: as `verification.suite.verify_process.verify_process`.
    """
    from ridgeproof.verification.claims import all_claims, claims_of, find_claim
    from ridgeproof.verification.suite.claim import PROFILES, verify_claim

    if profile not in PROFILES:
        raise InputError("profile", profile, "is none", f"choose from {', '.join(PROFILES)}")
    if question is None:
        names = claims_of(profile)
        return [verify_claim(find_claim(name), PROFILES[profile], seed) for name in names]
    if isinstance(question, str) and question.upper() in all_claims():
        return verify_claim(find_claim(question), PROFILES[profile], seed)
    from ridgeproof.verification.suite.verify_process import verify_process

    own: dict[str, Any] = {"profile": profile, "seed": seed, "workers": workers}
    return verify_process(process_of(question), **own, **options)


def _share(name: str, value: Any) -> float:
    share = exact(name, value)
    if not 0 < share < 1:
        raise InputError(name, value, "must lie strictly between 0 and 1", "try 0.001")
    return float(share)
