"""Figures and tables over grids."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import DEFAULT_SEED, path_of, seed_of
from ridgeproof.theory.checks import check_real
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from ridgeproof.plot import Drawing
    from ridgeproof.verification.sweep.run import Summary

__all__ = ["figure", "sweep"]


def figure(
    name: str, out: Path | str | None = None, *, seed: int = DEFAULT_SEED, **options: Any
) -> Drawing:
    """Measure a figure of the source, and draw it where a file is named.

    Args:
        name: as `ridgeproof figure --list` shows.
        out: FILE.png, FILE.svg or FILE.pdf.
        seed: of the simulated points.
        **options: effort, shrink, workers, watch: those of `measure_figure`.

    Raises:
        RidgeproofError: there is no such figure, or nothing to draw with.
    """
    from ridgeproof.plot import Drawing, check_path, require_matplotlib, save_figure
    from ridgeproof.verification.figures.experiments import find_figure
    from ridgeproof.verification.figures.figure import measure_figure

    if not isinstance(name, str):
        raise InputError("figure", name, "is no name", "ridgeproof figure --list shows them")
    found = find_figure(name)
    if out is not None:  # before a minute of simulation
        check_path(path_of("out", out))
        require_matplotlib()
    for option in options.keys() & {"effort", "shrink"}:
        options[option] = float(check_real(option, options[option], above=0))
    data = Drawing(**vars(measure_figure(found, seed=seed_of(seed), **options)))
    if out is not None:
        save_figure(data, Path(out))
    return data


def sweep(
    spec: Path | str, out: Path | str, *, seed: int = DEFAULT_SEED, **options: Any
) -> Summary:
    """Tabulate theory and simulation over a grid: SPEC.toml to a .csv or .parquet table.

    Args:
        spec: the path of a sweep file.
        out: the table; finished rows are kept beside it, in OUT.store.
        seed: of every draw.
        **options: workers, resume, overwrite, watch, note: those of `run_sweep`.

    Raises:
        RidgeproofError: as `verification.sweep.run.run_sweep`.
    """
    from ridgeproof.verification.sweep.run import read_sweep, run_sweep

    return run_sweep(
        read_sweep(path_of("spec", spec), seed_of(seed)), path_of("out", out), **options
    )
