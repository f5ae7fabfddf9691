"""Derivations as Coq files: current, accepted, and with any equation altered refused."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.coq.page import coq_page
from ridgeproof.theory.coq.process import comparison
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.file import read_process

_DOCS = Path(__file__).parents[3] / "docs"
_QUICK = {"least_squares_generator", "gcv", "finite_size"}
PAGES = [
    pytest.param(path, id=path.stem, marks=() if path.stem in _QUICK else pytest.mark.slow)
    for path in sorted((_DOCS / "coq").glob("*.v"))
]
coq = pytest.mark.skipif(shutil.which("coqtop") is None, reason="coqtop (Coq) is not found")


def written(source):
    """The page that the command line writes for a theorem or a process file."""
    if source.endswith(".toml"):
        formulas = derive_process(read_process(_DOCS.parent / source))
        return coq_page(comparison(formulas), source)
    return coq_page(find(source).derive(), source)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_current(path):
    """Its first line is the command that writes it, and it still does."""
    text = path.read_text(encoding="utf-8")
    command = text.partition("\n")[0]
    source = re.search(r"ridgeproof derive (\S+) --format coq", command)[1]
    assert written(source).text == text, f"{path.name} is stale: {command}"


def altered(statement):
    """A lemma's statement with its last expression changed: one more, or of the other sign."""
    if "is_derive" in statement:
        return f"{statement[:-1]} + 1)"
    if "\n  0 <= " in statement:
        return statement.replace("\n  0 <= ", "\n  0 <= - ")
    return f"{statement} + 1"


@coq
@pytest.mark.parametrize("path", PAGES)
def test_each_equation_is_proved_and_altered_it_is_not(path, tmp_path):
    """The same proofs do not fit a formula that is off by one: six lemmas of each page."""
    lemma = re.compile(r"Lemma (step\d+) :(.*?)\.\n(Proof\..*?\nQed\.)", re.DOTALL)
    text = path.read_text(encoding="utf-8")

    names = [found[1] for found in lemma.finditer(text)]
    assert names
    off = names[:: -(-len(names) // 6)]

    def both(found):
        name, statement, proof = found.groups()
        if name not in off:
            return f"{found[0]}\nCheck {name}."
        return (
            # After a line that fails the others may search for long.
            f"Set Default Timeout 3.\nLemma wrong_{name} :{altered(statement)}.\n{proof}\n"
            f"Abort.\nUnset Default Timeout.\nCheck wrong_{name}.\n{found[0]}\nCheck {name}."
        )

    session = subprocess.run(  # noqa: S603
        [shutil.which("coqtop"), "-q", "-w", "none"],
        input=lemma.sub(both, text),
        capture_output=True,
        text=True,
        cwd=tmp_path,
        timeout=900,
        check=False,
    )
    for name in names:
        assert re.search(rf"^{name}\n\s*:", session.stdout, re.MULTILINE), name
        assert not re.search(rf"^wrong_{name}\n\s*:", session.stdout, re.MULTILINE), name


def test_what_is_not_exportable_is_refused_with_its_step():
    """A first correction has no proof in Coq: the message names the step and its kind."""
    with pytest.raises(NotBuilt, match=r"step 2 of .*first correction: one row left out"):
        coq_page(find("universality").derive(), "universality")


def test_a_process_without_equal_asks_has_nothing_to_prove():
    """Formulas alone are hypotheses: a page without a lemma would prove nothing."""
    process = read_process(_DOCS.parent / "examples/processes/subagging.toml")
    with pytest.raises(NotBuilt, match="nothing to prove"):
        comparison(derive_process(process))


@pytest.mark.slow
def test_the_table_says_what_each_theorem_exports():
    """docs/coq.md has a row for every theorem, with its counts or with why it is refused."""
    rows = (_DOCS / "coq.md").read_text(encoding="utf-8")
    for formula in catalogue().values():
        try:
            page = written(formula.id)
            cells = f"| {page.proved} | {page.assumed} |"
        except NotBuilt as refused:
            cells = f"| | {refused} |"
        assert re.search(rf"\| {formula.theorem} \| .*{formula.id}.* {re.escape(cells)}", rows)
