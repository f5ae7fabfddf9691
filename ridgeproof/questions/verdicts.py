"""Verdicts: on a conjecture, on the claims, on the theory of a process."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import (
    DEFAULT_SEED,
    process_of,
)
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
    seed: int = DEFAULT_SEED,
    **options: Any,
) -> Verdict:
    """Decide a conjecture: a record, a path, or the text of a conjecture file.

    Args:
        conjecture: a .toml file is read as data; a .py file is run, which passing it consents to.
        seed: of every draw.
        **options: alpha, tolerance, budget, time_limit, workers, watch: those of
            `verification.conjectures.check.check`.

    Raises:
        InputError: it states no conjecture, or no setting is in its domain.
    """
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
    return check_record(conjecture, seed=seed, **options)


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
