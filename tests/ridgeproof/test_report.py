"""``verify --report``: one page that holds every outcome and opens anywhere, without a network."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from ridgeproof import report
from ridgeproof.commands.verify import command
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.suite import side_by_side as suite
from ridgeproof.verification.suite.claim import ClaimReport
from ridgeproof.verification.suite.outcome import SuiteReport
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.verdict import Outcome

SETTING = make_setting(d=4, T=12)
EVIDENCE = {
    "proved": [],
    "points": 3,
    "repetitions": 512,
    "literal_repetitions": 256,
    "worst_point": {
        "setting": "d 4 T 12",
        "quantity": "test_error",
        "claimed": 1.0,
        "observed": 1.1,
        "standard_error": 0.05,
        "z": 2.0,
        "allowed": 0.0,
    },
    "mutants": [
        {"formula": "n < 1 & wrong", "killed": True, "repetitions": 256, "at": "d 4"},
        {"formula": "too close", "killed": False, "repetitions": 256},
    ],
    "undecided": ["test_error at d 4: budget spent"],
}
EXAMPLE = Counterexample(SETTING, "test_error", "1", "2", 0.1, "literal simulation")
REPORTS = [
    ClaimReport("C1", "one", Outcome.CONSISTENT, None, EVIDENCE, 1.5),
    ClaimReport("C2", "two", Outcome.REFUTED, EXAMPLE, EVIDENCE, 2.5),
    ClaimReport("C3", "three", Outcome.UNDECIDED, None, EVIDENCE, 0.5, complete=False),
    ClaimReport("C12", "digits", Outcome.NOT_RUN, None, {"reason": "no digits are installed"}),
]
FIGURE = {
    "name": "made", "shows": "It shows.", "conclusion": "1 of 1", "command": "ridgeproof figure a",
    "shrink": 10, "svg": '<svg xmlns="http://www.w3.org/2000/svg"><title>made</title></svg>',
}  # fmt: skip


def page(**changes):
    """The page of a run in which everything happened."""
    given = {
        "reports": REPORTS,
        "expected": ["C1", "C2", "C3", "C4", "C12"],
        "profile": "quick",
        "seed": 7,
        "interrupted": True,
    }
    line = "ridgeproof verify --seed 7 --report a.html"
    return report.render(report.Report(SuiteReport(**{**given, **changes}), line, [FIGURE]))


def test_every_outcome_has_its_row():
    """Verdicts as they are; a claim that the run did not reach is not-run."""
    text = page()
    rows = re.findall(
        r'<th scope="row">(?:<a href="#\w+">)?(C\d+)(?:</a>)?</th>.*?verdict ([\w-]+)"',
        text,
        re.DOTALL,
    )
    assert rows == [
        ("C1", "consistent"),
        ("C2", "refuted"),
        ("C3", "undecided"),
        ("C4", "not-run"),
        ("C12", "not-run"),
    ]
    assert "Interrupted" in text
    assert "2 of 5" not in text
    assert "3 of 5 claims were done" in text
    assert "Interrupted during its trial" in text
    assert "no digits are installed" in text


def test_evidence_and_counterexamples_are_shown():
    """Points, mutants with their fate, and the line that measures a counterexample again."""
    text = page()
    assert EXAMPLE.command in text
    assert text.count("survived</td>") == 3
    assert "n &lt; 1 &amp; wrong" in text
    assert "seed</th><td>7" in text


def test_tables_are_read_aloud():
    """Each has a caption, scrolls in a narrow window, and says what its heads are heads of."""
    text = page()
    tables = text.count("<table>")
    assert text.count('<div class="wide"><table>\n<caption>') == tables > 4
    assert set(re.findall(r"<th\b([^>]*)>", text)) == {
        ' scope="col"', ' scope="row"', ' scope="col" class="number"'
    }  # fmt: skip


def test_links_stay_on_the_page_and_nothing_is_loaded():
    """No script, no style sheet, no image from elsewhere; each link has its target."""
    text = page()
    assert "<script" not in text
    assert not re.search(r"\b(src|srcset)=|<link|@import|url\((?!#)", text)
    for target in re.findall(r'href="([^"]*)"', text):
        assert target.startswith("#")
        assert f'id="{target[1:]}"' in text


def test_every_formula_is_mathml():
    """As many displays as the catalogue has expressions, each well-formed, none left as LaTeX."""
    text = page()
    displays = re.findall(r"<math.*?</math>", text, re.DOTALL)
    assert len(displays) == sum(len(formula.expressions) for formula in catalogue().values())
    for display in displays:
        assert "\\" not in "".join(ET.fromstring(display).itertext())  # noqa: S314
    assert all(f'id="{name}"' in text for name in catalogue())


def run(monkeypatch, *options, found=REPORTS):
    """The command with ready reports and figures."""
    monkeypatch.setattr(suite, "run_suite", lambda *_, **__: list(found))
    monkeypatch.setattr(report, "run_chunks", lambda *_, **__: [FIGURE])
    return CliRunner().invoke(command, list(options))


def test_the_command_writes_the_page(monkeypatch, tmp_path):
    """The page holds the figures and the command; the exit status stays that of the claims."""
    path = tmp_path / "out.html"
    result = run(monkeypatch, "C1", "--seed", "7", "--report", str(path), found=REPORTS[:1])
    assert result.exit_code == 0
    text = path.read_text(encoding="utf-8")
    assert "ridgeproof verify C1 --profile quick --seed 7 --report out.html" in text
    assert "figure-made" in text
    assert "Interrupted" not in text
    assert run(monkeypatch, "C2", "--report", str(path), found=REPORTS[1:2]).exit_code == 1


def test_an_interrupted_run_still_writes(monkeypatch, tmp_path):
    """What is known, without figures to wait for; also where nothing is known."""
    path = tmp_path / "out.html"
    for found in (REPORTS[:1], []):
        result = run(monkeypatch, "C1", "C4", "--report", str(path), found=found)
        assert result.exit_code == 130
        text = path.read_text(encoding="utf-8")
        assert f"{len(found)} of 2 claims were done" in text
        assert "figure-made" not in text


@pytest.mark.parametrize("name", ["page.txt", "missing/page.html"])
def test_a_bad_path_is_refused_first(monkeypatch, tmp_path, name):
    """Before any claim is tried."""
    monkeypatch.setattr(suite, "run_suite", lambda *_, **__: pytest.fail("ran"))
    result = CliRunner().invoke(command, ["C1", "--report", str(tmp_path / name)])
    assert isinstance(result.exception, InputError)


def test_a_missing_library_is_named(monkeypatch):
    """The message names the extra."""
    monkeypatch.setitem(sys.modules, "jinja2", None)
    with pytest.raises(RidgeproofError, match=r"jinja2.*ridgeproof\[report\]"):
        report.check_report(Path("page.html"))


@pytest.mark.slow
@pytest.mark.skipif(
    not (shutil.which("chromium") or shutil.which("google-chrome")), reason="no browser"
)
def test_a_browser_shows_the_page(tmp_path):
    """Headless Chromium keeps the tables and the mathematics, and draws something."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    path, picture = tmp_path / "page.html", tmp_path / "page.png"
    path.write_text(page(), encoding="utf-8")
    options = [browser, "--headless", "--no-sandbox", "--disable-gpu", "--window-size=1000,1400"]

    def look(*more):
        done = subprocess.run(  # noqa: S603
            [*options, f"--user-data-dir={tmp_path / 'profile'}", *more, path.as_uri()],
            capture_output=True, text=True, timeout=120, check=True,
        )  # fmt: skip
        return done.stdout

    shown = look("--dump-dom")
    assert shown.count("<mfrac") > 20
    assert shown.count('class="verdict') == len(re.findall('class="verdict', page()))
    look(f"--screenshot={picture}")
    # A blank page compresses to a few kilobytes.
    assert picture.stat().st_size > 30_000
