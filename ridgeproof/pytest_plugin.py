"""The claims as pytest tests: ``pytest --pyargs ridgeproof.verification.claims``.

One test for each claim, named C1, C2, ...; ``ridgeproof.verification.power`` gives one for each
formula that is broken on purpose.  Nothing is collected unless one of them, or a module of the
claims, is named on the command line, and until then this module imports only the standard library
and pytest.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ridgeproof.verification.suite.claim import AnyClaim

__all__ = ["ClaimFile", "ClaimItem", "PowerFile", "PowerItem"]

_CLAIM = re.compile(r"[acnp]\d+_\w+\.py")
_POWER = "measure.py"
# What a test leaves in its report; it travels from the workers of pytest-xdist.
_EFFORT = "ridgeproof repetitions"


class _Failed(Exception):
    """A claim does not hold, or was not decided; the text is what the user reads."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of `ridgeproof verify`, under names of their own."""
    group = parser.getgroup(
        "ridgeproof", "claims of ridgeproof (pytest --pyargs ridgeproof.verification.claims)"
    )
    group.addoption(
        "--ridgeproof-profile",
        choices=("quick", "full"),
        default="quick",
        help="how thoroughly the claims are tried (default: quick)",
    )
    group.addoption(
        "--ridgeproof-seed",
        type=_seed,
        default=None,
        metavar="N",
        help="seed of every draw (default: that of ridgeproof verify)",
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.File | None:
    """Collect the claims where they, or their folder, are named on the command line."""
    kinds: dict[tuple[str, str], type[ClaimFile | PowerFile]] = {("power", _POWER): PowerFile}
    if _CLAIM.fullmatch(file_path.name):
        kinds["claims", file_path.name] = ClaimFile
    kind = kinds.get((file_path.parent.name, file_path.name))
    if kind is None or not _is_ours(file_path.parent.parent):
        return None
    # A run over a folder around these two does not ask for them: they take minutes.
    named = any(parent.session.isinitpath(path) for path in (file_path, file_path.parent))
    return kind.from_parent(parent, path=file_path) if named else None


class ClaimFile(pytest.File):
    """A module of verification.claims."""

    def collect(self) -> Iterator[ClaimItem]:
        """The one claim that the module states."""
        claim = importlib.import_module(f"ridgeproof.verification.claims.{self.path.stem}").CLAIM
        yield ClaimItem.from_parent(self, name=claim.id, claim=claim)


class PowerFile(pytest.File):
    """The trials of verification.power."""

    def collect(self) -> Iterator[PowerItem]:
        """One test for each formula that has mutants."""
        from ridgeproof.verification.power.measure import formulas

        for name in formulas():
            yield PowerItem.from_parent(self, name=f"power[{name}]", formula=name)


class _Item(pytest.Item):
    """A test of ours: its failure is a report, not a traceback."""

    @property
    def seed(self) -> int:
        """The seed asked for, or that of the command line tool."""
        from ridgeproof.options import DEFAULT_SEED

        given: int | None = self.config.getoption("ridgeproof_seed")
        return DEFAULT_SEED if given is None else given

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The report itself where a claim failed."""
        if isinstance(excinfo.value, _Failed):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)


class ClaimItem(_Item):
    """One claim on trial: its property, its literal witness, its wrong formulas."""

    def __init__(self, *, claim: AnyClaim, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.claim = claim

    def runtest(self) -> None:
        """Verify the claim.

        Raises:
            _Failed: it was refuted, or not decided.
        """
        from ridgeproof.verification.suite.claim import PROFILES, verify_claim

        profile = PROFILES[self.config.getoption("ridgeproof_profile")]
        named = self.session.isinitpath(self.path)
        if profile.name not in self.claim.profiles and not named:
            pytest.skip(f"{self.claim.id} belongs to the full profile: --ridgeproof-profile=full")
        report = verify_claim(self.claim, profile, self.seed)
        self.user_properties.append((_EFFORT, report.evidence.get("repetitions", 0)))
        if report.verdict == "not-run":
            pytest.skip(f"{report.id} was not run: {report.evidence.get('reason', 'no data')}")
        if report.verdict in {"refuted", "undecided"}:
            from ridgeproof.console import key_values

            heading = f"{report.id} {report.verdict.value}: {report.title}"
            again = f"ridgeproof verify {report.id} --profile {profile.name} --seed {self.seed}"
            rows = [*report.evidence_rows(), ("again", again)]
            raise _Failed(f"{heading}\n{key_values(rows, indent='  ')}")

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the claim is, and what it says."""
        return self.path, None, f"{self.claim.id}: {self.claim.title}"


class PowerItem(_Item):
    """One formula: every mutant of it must be refuted, and it must not be."""

    def __init__(self, *, formula: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.formula = formula

    def runtest(self) -> None:
        """Put the mutants on trial.

        Raises:
            _Failed: one survived above the tolerance, or the true formula was refuted.
        """
        from ridgeproof.verification.power.measure import measure_power
        from ridgeproof.verification.power.table import conclusion

        table = measure_power((self.formula,), seed=self.seed)
        self.user_properties.append((_EFFORT, sum(row.repetitions for row in table.rows)))
        if not table.holds:
            raise _Failed("\n".join(conclusion(table)))

    def reportinfo(self) -> tuple[Path, int | None, str]:
        """Where the trial is, and what it tries."""
        return self.path, None, f"power: wrong formulas for {self.formula}"


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """One line on the whole run, if any claim ran."""
    efforts = [
        effort
        for reports in terminalreporter.stats.values()
        for report in reports
        for name, effort in getattr(report, "user_properties", ())
        if name == _EFFORT and report.when == "call"
    ]
    if not efforts:
        return
    from ridgeproof.verification.suite.claim import PROFILES

    profile = PROFILES[config.getoption("ridgeproof_profile")]
    terminalreporter.section("ridgeproof", sep="-")
    terminalreporter.line(
        f"{len(efforts)} tests, profile {profile.name}: {sum(efforts)} repetitions; "
        f"false alarms of the whole run below {profile.alpha:g}, tolerance {profile.tolerance:g}"
    )


def _seed(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 38):
        raise argparse.ArgumentTypeError(f"{text} is not a whole number from 0 to 10^38")
    return int(text)


@lru_cache(maxsize=1)
def _home() -> Path | None:
    """The folder of the package `verification`, found without importing it."""
    spec = importlib.util.find_spec("ridgeproof.verification")
    return Path(spec.origin).parent if spec is not None and spec.origin is not None else None


def _is_ours(folder: Path) -> bool:
    home = _home()
    return home is not None and folder.exists() and folder.samefile(home)
