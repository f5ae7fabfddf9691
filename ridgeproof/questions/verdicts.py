"""Verdicts: on a conjecture, on the claims, on the theory of a process."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import DEFAULT_SEED, is_process_file, path_of, process_of, seed_of
from ridgeproof.theory.checks import check_integer, exact
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process

if TYPE_CHECKING:
    from ridgeproof.verification.conjectures.claim import Claim
    from ridgeproof.verification.suite.claim import ClaimReport
    from ridgeproof.verification.suite.outcome import SuiteReport
    from ridgeproof.verification.suite.verify_process import ProcessReport
    from ridgeproof.verification.testing.verdict import Verdict

__all__ = ["check", "verify"]


def check(
    conjecture: Claim | Path | str,
    *,
    alpha: Any = "0.001",
    tolerance: Any = "0.01",
    budget: Any = 200_000,
    time_limit: Any = None,
    theorem: bool = True,
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
        theorem: whether the theorem may speak about a process; without it simulation decides.
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
        "time_limit": None if time_limit is None else float(exact("time_limit", time_limit)),
        "theorem": theorem, "seed": seed_of(seed), "watch": watch,
    }  # fmt: skip
    from ridgeproof.verification.conjectures.check import check as check_record
    from ridgeproof.verification.conjectures.claim import Claim
    from ridgeproof.verification.conjectures.conjecture import read_conjecture
    from ridgeproof.verification.conjectures.declared import load_declared

    if not isinstance(conjecture, Claim):
        is_path = isinstance(conjecture, Path) or "\n" not in str(conjecture)
        is_code = is_path and Path(str(conjecture)).suffix == ".py"
        conjecture = load_declared(Path(conjecture)) if is_code else read_conjecture(conjecture)
    asked = {"kind": conjecture.kind, **dict(conjecture.domain.items), "seed": seed}
    return replace(check_record(conjecture, **own), setting=asked, title=conjecture.title)


def verify(
    *questions: Process | Path | str,
    profile: str = "quick",
    seed: int = DEFAULT_SEED,
    workers: Any = 1,
    report: Path | str | None = None,
    watch: Callable[[str], None] | None = None,
    **options: Any,
) -> ProcessReport | SuiteReport:
    """Put claims on trial, all of them, or the theory of a process.

    Args:
        *questions: a process: its record, a path, or its text; or ids of claims, such as "C1";
            without any every claim of the profile.
        profile: "quick" or "full"; of all claims at once, full tries every usual slip as well.
        seed: of every draw.
        workers: processes to draw with.
        report: of claims: also write this page, FILE.html.
        watch: called with a line on what is being done.
        **options: of a process: d, spectrum, signal and its parameters.

    Raises:
        RidgeproofError: as `verification.suite.verify_process.verify_process`, or there is no
            such claim, or no such page can be written.
    """
    from ridgeproof.verification.suite.claim import PROFILES

    if profile not in PROFILES:
        raise InputError("profile", profile, "is none", f"choose from {', '.join(PROFILES)}")
    count, seed = check_integer("workers", workers, least=1, most=256), seed_of(seed)
    saying = watch or (lambda _: None)
    names = [each for each in questions if isinstance(each, str) and not is_process_file(each)]
    if len(names) == len(questions):
        if options:
            name = next(iter(options))
            condition = "sets a parameter of FILE"
            raise InputError(name, options[name], condition, "give a process file")
        return _verify_claims(names, profile, seed, count, report, saying)
    if len(questions) > 1:
        raise InputError("FILE", questions, "stands beside others", "verify one process at a time")
    if report is not None:
        raise InputError("report", report, "is for the claims", "use JSON for a process")
    from ridgeproof.verification.suite.verify_process import verify_process

    own: dict[str, Any] = {"profile": profile, "seed": seed, "workers": count, "watch": saying}
    return verify_process(process_of(questions[0]), **own, **options)


def _verify_claims(
    names: list[str],
    profile: str,
    seed: int,
    workers: int,
    report: Path | str | None,
    watch: Callable[[str], None],
) -> SuiteReport:
    from ridgeproof.verification.claims import claims_of, find_claim
    from ridgeproof.verification.power import measure as power
    from ridgeproof.verification.suite import side_by_side
    from ridgeproof.verification.suite.outcome import SuiteReport

    page = None if report is None else path_of("report", report)
    if page is not None:
        from ridgeproof.report import check_report

        check_report(page)  # before minutes of work, not after
    wanted = tuple([find_claim(name).id for name in names] or claims_of(profile))
    watch(f"0 of {len(wanted)} claims")
    done = itertools.count(1)

    def saw(each: ClaimReport) -> None:
        watch(f"{next(done)} of {len(wanted)} claims, {each.id} {each.verdict}")

    found = side_by_side.run_suite(wanted, profile=profile, seed=seed, workers=workers, watch=saw)
    suite = SuiteReport(tuple(found), wanted, profile, seed)
    suite = replace(suite, interrupted=bool(suite.unfinished))
    if profile == "full" and not names and not suite.interrupted:
        try:
            table = power.measure_power(
                seed=seed, workers=workers, watch=lambda text: watch(f"power: {text}")
            )
            suite = replace(suite, power=table, interrupted=bool(table.unfinished))
        except KeyboardInterrupt:
            suite = replace(suite, interrupted=True)
    if page is not None:
        from ridgeproof.report import write_report

        write_report(page, suite, [name.upper() for name in names], workers, watch)
    return suite


def _share(name: str, value: Any) -> float:
    share = exact(name, value)
    if not 0 < share < 1:
        raise InputError(name, value, "must lie strictly between 0 and 1", "try 0.001")
    return float(share)
