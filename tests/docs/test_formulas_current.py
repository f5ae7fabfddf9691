"""docs/formulas.md is what the catalogue renders to."""

from __future__ import annotations

from pathlib import Path

from ridgeproof.commands.formulas import catalogue_markdown
from ridgeproof.theory.catalogue import catalogue

_PAGE = Path(__file__).parents[2] / "docs" / "formulas.md"
_COMMAND = "ridgeproof formulas --format markdown > docs/formulas.md"


def test_page_is_current():
    """A change of any formula, statement or regime must reach the page."""
    current = _PAGE.read_text(encoding="utf-8") == f"{catalogue_markdown()}\n"
    assert current, f"docs/formulas.md is stale: run {_COMMAND}"


def test_page_says_how_it_is_made():
    """The first line names the command, so that nobody edits the page by hand."""
    first = _PAGE.read_text(encoding="utf-8").partition("\n")[0]
    assert _COMMAND in first


def test_page_has_every_theorem():
    """No theorem of the catalogue is missing from the page."""
    page = _PAGE.read_text(encoding="utf-8")
    missing = [f.id for f in catalogue().values() if f"### {f.theorem} `{f.id}`" not in page]
    assert missing == []
