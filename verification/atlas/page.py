"""The page docs/atlas.md: run ``python -m ridgeproof.verification.atlas.page > docs/atlas.md``."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator

from ridgeproof.verification.atlas.entries import Entry, all_entries
from ridgeproof.verification.testing.verdict import Verdict

__all__ = ["page"]

_HEADER = """# The atlas: published results as processes

<!-- generated: python -m ridgeproof.verification.atlas.page > docs/atlas.md -->

Each entry is a result of the literature on linear and kernel regression, stated in our own words,
as a [process](processes.md) that you can evaluate, simulate, derive and change, with claims about
it: those that hold, and those that fail because a condition is missing, each with the smallest
counterexample found.  `ridgeproof atlas` lists them, `ridgeproof atlas NAME --check` decides the
claims again, `--derive` prints formulas and `--draw FILE.svg` draws curves with simulated points.
The files are in [examples/atlas](../examples/atlas).
"""


def page() -> str:
    """The whole page as Markdown; every claim is decided for it."""
    sections = (line for entry in all_entries() for line in _section(entry))
    return "\n".join([_HEADER, *_map(), *sections])


def _map() -> Iterator[str]:
    entries = all_entries()
    for question in dict.fromkeys(entry.about["question"] for entry in entries):
        yield f"**{question}**"
        yield ", ".join(
            f"[{entry.name}](#{entry.name})"
            for entry in entries
            if entry.about["question"] == question
        )
        yield ""


def _section(entry: Entry) -> Iterator[str]:
    yield f"## {entry.name}\n"
    yield f"*{entry.process.title}.* {_linked(entry.process.source)}\n"
    yield f"{entry.result}\n"
    yield "```"
    yield (entry.folder / "process.toml").read_text(encoding="utf-8").split('"""')[1].strip()
    yield "```\n"
    yield f"![{entry.process.title}: its curves](../examples/atlas/{entry.name}/plot.svg)\n"
    yield "| claim | verdict | |"
    yield "|---|---|---|"
    for claim in entry.claims:
        stated = f"{claim.conjecture.title}: `{claim.conjecture.statement}`"
        yield f"| {stated} | {_words(claim.check())} | {claim.comment} |"
    yield ""


def _words(verdict: Verdict) -> str:
    example = verdict.counterexample
    at = "" if example is None else f" at {example.setting}"
    return f"{verdict.verdict}{at}"


def _linked(source: str) -> str:
    """The source, with links to what is on arXiv."""
    return re.sub(r"arXiv:(\d{4}\.\d{4,5})", r"[arXiv:\1](https://arxiv.org/abs/\1)", source)


if __name__ == "__main__":
    sys.stdout.write(page())
