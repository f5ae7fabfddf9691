"""The suite: claims named or all, one worker or two, in order."""

from __future__ import annotations

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.suite.side_by_side import default_workers, run_suite


def plain(reports):
    """Reports without their times."""
    return [{k: v for k, v in report.data().items() if k != "seconds"} for report in reports]


@pytest.mark.slow
def test_reports_do_not_depend_on_the_workers():
    """The same claims with the same seed give the same reports on one and two workers."""
    seen = []
    one = run_suite(["C10", "C1"], seed=11, watch=lambda report: seen.append(report.id))
    two = run_suite(["C10", "C1"], seed=11, workers=2)
    assert [report.id for report in one] == ["C10", "C1"] == seen
    assert plain(one) == plain(two)


def test_an_unknown_claim_is_refused_before_anything_runs():
    """A misspelt id costs nothing."""
    with pytest.raises(InputError, match="is not a claim"):
        run_suite(["C1", "C99"])


def test_workers_are_few():
    """One for each core, up to eight."""
    assert 1 <= default_workers() <= 8
