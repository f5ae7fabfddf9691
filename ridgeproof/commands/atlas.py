"""``ridgeproof atlas``: published results as processes, with claims that hold and that fail."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values, progress, track
from ridgeproof.options import json_option, seed_option
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from ridgeproof.verification.atlas.entries import Claim, Entry
    from ridgeproof.verification.testing.verdict import Verdict

__all__ = ["command"]


@click.command(name="atlas")
@click.argument("names", nargs=-1, metavar="[NAME ...]")
@click.option("--check", "checking", is_flag=True, help="decide the claims of the entries")
@click.option("--derive", "deriving", is_flag=True, help="print the formulas of the process")
@click.option(
    "--draw", default=None, help="FILE.png, .svg or .pdf: the curves of one NAME; or a folder"
)
@seed_option
@json_option
def command(
    names: tuple[str, ...],
    checking: bool,
    deriving: bool,
    draw: str | None,
    seed: int,
    as_json: bool,
) -> None:
    """Show the entries of the atlas: the literature's pipelines, runnable and checked.

    Without NAME, all entries and their sources; with --check every claim of every entry is decided,
    in a few minutes.  With NAME what is found, in our own words, its numbers, and the claims: those
    that hold, and those that lack a condition, each with a counterexample.

    \b
    ridgeproof atlas
    ridgeproof atlas golden-ratio --check
    ridgeproof atlas weak-to-strong --derive
    ridgeproof atlas self-distillation --draw self-distillation.svg
    ridgeproof atlas --draw examples/atlas     the plot.svg of every entry

    Every entry is a folder of examples/atlas: process.toml for evaluate, simulate, optimum, derive
    and verify, and conjectures for check.

    Exit status: 0 every claim is as it is meant, 1 one is not, 3 one is undecided, 2 bad input.
    """  # noqa: D301
    from ridgeproof.verification.atlas.entries import all_entries, find_entry

    entries = tuple(map(find_entry, names)) or all_entries()
    folder = draw is not None and Path(draw).is_dir()
    if ((draw and not folder) or deriving) and len(names) != 1:
        option = "--draw" if draw else "--derive"
        raise InputError(option, len(names), "is about one entry", "give one NAME")
    if draw:
        for entry in entries:
            path = Path(draw)
            if folder:
                path = path / entry.name / "plot.svg"
                path.parent.mkdir(exist_ok=True)
            _draw(entry, path, seed)
    if folder:
        return
    verdicts: dict[Path, Verdict] = {}
    if checking:
        claims = [claim for entry in entries for claim in entry.claims]
        verdicts = {claim.path: claim.check(seed=seed) for claim in track("checking", claims)}
    if as_json:
        emit_json({"entries": [_data(entry, verdicts) for entry in entries], "seed": seed})
    elif names or checking:
        echo("\n\n".join(_page(entry, verdicts, whole=bool(names)) for entry in entries))
    else:
        echo(_list(entries))
    if deriving and not as_json:
        from ridgeproof.questions.formulas import derive

        echo("\n" + str(derive(entries[0].process)))
    raise click.exceptions.Exit(_status(entries, verdicts))


def _list(entries: tuple[Entry, ...]) -> str:
    questions = dict.fromkeys(entry.about["question"] for entry in entries)
    width = max(len(entry.name) for entry in entries)
    return "\n\n".join(
        "\n".join(
            [heading(question)]
            + [
                f"  {entry.name:<{width}}  {entry.process.title}"
                for entry in entries
                if entry.about["question"] == question
            ]
        )
        for question in questions
    )


def _status(entries: tuple[Entry, ...], verdicts: dict[Path, Verdict]) -> int:
    from ridgeproof.verification.testing.verdict import Outcome

    decided = [(claim, verdicts[claim.path]) for entry in entries for claim in entry.claims
               if claim.path in verdicts]  # fmt: skip
    if any(verdict.verdict is Outcome.UNDECIDED for _, verdict in decided):
        return 3
    return int(not all(claim.as_meant(verdict) for claim, verdict in decided))


def _draw(entry: Entry, path: Path, seed: int) -> None:
    from ridgeproof.plot import check_path, require_matplotlib, save_figure
    from ridgeproof.verification.atlas.curve import measure_curve

    check_path(path, "--draw")
    require_matplotlib()
    with progress(f"measuring {entry.name}"):
        data = measure_curve(entry, seed=seed)
    save_figure(data, path)


def _data(entry: Entry, verdicts: dict[Path, Verdict]) -> dict[str, Any]:
    return {
        "name": entry.name,
        "title": entry.process.title,
        "question": entry.about["question"],
        "source": entry.process.source,
        "result": entry.result,
        "claims": [
            {
                "name": claim.name,
                "claim": claim.conjecture.statement,
                "holds": claim.holds,
                "comment": claim.comment,
                **(verdicts[claim.path].data() if claim.path in verdicts else {"verdict": None}),
            }
            for claim in entry.claims
        ],
    }


def _page(entry: Entry, verdicts: dict[Path, Verdict], *, whole: bool) -> str:
    """The entry for a reader; without `whole` its claims only."""
    rows = [("source", entry.process.source), ("found", entry.result)] if whole else []
    if whole:
        rows += [("values", _values(entry)), ("file", str(entry.folder / "process.toml"))]
    rows += [line for claim in entry.claims for line in _claim(claim, verdicts.get(claim.path))]
    return f"{heading(f'{entry.name}: {entry.process.title}')}\n{key_values(rows, indent='  ')}"


def _values(entry: Entry) -> str:
    from ridgeproof.numerics.equivalent.evaluate import evaluate_process

    values = evaluate_process(entry.process, terms=False).values
    return ", ".join(f"{name} {float(value):.5g}" for name, value in values.items())


def _claim(claim: Claim, verdict: Verdict | None) -> list[tuple[str, str]]:
    meant = "holds" if claim.holds else "fails"
    rows = [
        (meant, f"{claim.conjecture.statement}   ({claim.conjecture.title})"),
        ("", claim.comment),
    ]
    if verdict is None:
        return rows
    ok = "" if claim.as_meant(verdict) else ", NOT AS MEANT"
    example = verdict.counterexample
    where = "" if example is None else f" at {example.setting}"
    return [*rows, ("", f"{verdict.verdict}{ok}{where}, {verdict.seconds:.1f} s")]
