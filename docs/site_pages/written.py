"""The pages that are written from the code before a build: theorems, claims, processes, atlas.

They lie in docs/written, which is not kept.  Links of the pages in docs to files of the repository
become downloads; links to folders, their names.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

_DOCS = Path(__file__).parents[1]
_ROOT = _DOCS.parent
_WRITTEN = _DOCS / "written"
_OUTSIDE = re.compile(r"\[([^][]*)\]\((\.\./[^)\s#]+)(#[^)]*)?\)")


def write(app: Sphinx) -> None:
    """Write every page; folders get an index with a table of contents."""
    shutil.rmtree(_WRITTEN, ignore_errors=True)
    _explore(_WRITTEN / "extra" / "explore")
    for folder, title, pages in (
        ("theorems", "Theorems", _theorems()),
        ("claims", "Claims", _claims()),
        ("processes", "Example processes", _processes()),
        ("atlas", "The atlas, entry by entry", _atlas()),
    ):
        names = []
        (_WRITTEN / folder).mkdir(parents=True)
        for name, text in pages:
            (_WRITTEN / folder / f"{name}.md").write_text(text, encoding="utf-8")
            names.append(name)
        contents = "\n".join(["```{toctree}", ":maxdepth: 1", "", *names, "```"])
        (_WRITTEN / folder / "index.md").write_text(f"# {title}\n\n{contents}\n", encoding="utf-8")


def _explore(folder: Path) -> None:
    """Two pages to play with: the source's setting, and a process."""
    from dataclasses import replace

    from ridgeproof import make_setting
    from ridgeproof.explore_page import explore_page
    from ridgeproof.theory.process.file import read_process

    folder.mkdir(parents=True)
    setting = make_setting(d=300, T=600, T0=900, n=5, sigma=0.5, sigma0=0.5, lam=0.1)
    process = replace(setting.process(), title="model collapse: five generators, then a fit")
    weak = read_process(_ROOT / "examples" / "processes" / "weak_to_strong.toml")
    for name, each, command in (
        ("collapse", process, "ridgeproof evaluate --d 300 --n 5"),
        ("weak_to_strong", weak, "ridgeproof evaluate weak_to_strong.toml"),
    ):
        (folder / f"{name}.html").write_text(explore_page(each, command), encoding="utf-8")


def _theorems():
    from ridgeproof.theory.catalogue import catalogue
    from ridgeproof.theory.rendering import derivation_markdown, formula_markdown

    for formula in catalogue().values():
        head, _, body = formula_markdown(formula).partition("\n")
        derivation = derivation_markdown(formula.derive()).replace("#### ", "### ")
        text = f"# {head.removeprefix('### ')}\n{body}\n\n## Derivation\n\n{derivation}\n"
        yield formula.id, text


def _claims():
    from ridgeproof.verification.claims import all_claims

    for claim in all_claims().values():
        lines = [f"# {claim.id}: {claim.title}", claim.statement]
        if claim.mutants:
            lines += ["## Wrong formulas that it refutes"]
            lines += ["\n".join(f"- {mutant.description}" for mutant in claim.mutants)]
        lines += ["## Run it", f"```console\n$ ridgeproof verify {claim.id}\n```"]
        yield claim.id, "\n\n".join(lines) + "\n"


def _processes():
    for path in sorted((_ROOT / "examples" / "processes").glob("*.toml")):
        yield path.stem, _process(path, path.stem.replace("_", " "))


def _process(path: Path, title: str) -> str:
    from ridgeproof.numerics.equivalent.evaluate import evaluate_process
    from ridgeproof.theory.process.file import read_process

    text = path.read_text(encoding="utf-8")
    process = read_process(path)
    values = evaluate_process(process, terms=False).values
    rows = "\n".join(f"| `{ask}` | {float(value):.6g} |" for ask, value in values.items())
    return (
        f"# {title}\n\n{process.title}. {_linked(process.source)}\n\n{process._repr_html_()}\n\n```toml\n{text}```\n\n"
        f"| ask | value |\n|---|---|\n{rows}\n"
    )


def _atlas():
    sections = dict(
        part.split("\n", 1)
        for part in (_DOCS / "atlas.md").read_text(encoding="utf-8").split("\n## ")[1:]
    )
    for name, section in sections.items():
        yield name, f"# {name}\n\n{section.replace('](../examples', '](../../../examples')}"


def _linked(source: str) -> str:
    return re.sub(r"arXiv:(\d{4}\.\d{4,5})", r"[arXiv:\1](https://arxiv.org/abs/\1)", source)


def _links(app: Sphinx, name: str, source: list[str]) -> None:
    """Links to folders of the repository become their names."""

    def told(found: re.Match[str]) -> str:
        path = (_DOCS / name).parent / found[2]
        return found[0] if path.is_file() and path.suffix != ".md" else f"`{found[1].strip('`')}`"

    source[0] = _OUTSIDE.sub(told, source[0])


def setup(app: Sphinx) -> dict[str, bool]:
    """Write the pages before they are read."""
    app.connect("builder-inited", write)
    app.connect("source-read", _links)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
