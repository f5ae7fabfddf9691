"""``ridgeproof sweep``: a grid of settings or of a process, theory and simulation in a table."""

from __future__ import annotations

import os
import shlex
from pathlib import Path

import click

from ridgeproof.console import echo, progress, show
from ridgeproof.interrupts import INTERRUPTED
from ridgeproof.options import DEFAULT_SEED, engine_options, json_option, open_engine, seed_option
from ridgeproof.questions.tables import sweep

__all__ = ["command"]


@click.command(name="sweep")
@click.argument("spec", type=click.Path(path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="the table, .csv or .parquet"
)
@engine_options(default="one for each core")
@click.option("--resume", is_flag=True, help="go on with the rows that an earlier run has kept")
@click.option(
    "--overwrite", is_flag=True, help="forget an earlier run's rows, and replace its table"
)
@seed_option
@json_option
def command(
    spec: Path,
    out: Path,
    workers: str | None,
    dask: str | None,
    resume: bool,
    overwrite: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Tabulate theory and simulation over a grid of settings (SPEC is TOML, read as data).

    \b
    A sweep file:
      title = "when does more fake data hurt?"      # optional
      [grid]               # names of a setting; the first varies slowest
      spectrum = ["isotropic", "power-law:3/2"]     # a list: each in turn
      signal   = ["flat", "source:2/5"]
      d        = 60                                 # a number, exact: 0.1 is 1/10
      T        = [120, "4*d"]                       # formulas use earlier names
      T0       = "2*d"                              # rounded for d, T, T0, n
      n        = { integers = [0, 5] }              # every whole number; so is "0 .. 5"
      lam      = { reals = [0.001, 1], points = 7, spacing = "log" }    # or linear
      sigma    = "1/2"                              # not every fraction is a decimal
      zip      = [["spectrum", "signal"]]           # these go in step
      [theory]             # leave it out to simulate only
      quantities = ["test_error", "optimal_lam"]
      forms      = ["limit", "exact"]               # default limit
      [simulation]         # leave it out for theory only
      quantities     = ["test_error"]
      method         = "conditional"                # default literal
      relative_error = 0.01                         # or repetitions = 100

    \b
    Quantities: test_error (default), bias, variance, synthetic; in [theory] also optimal_lam,
    optimal_value, classical_lam, value_at_classical.
    Columns: the names of [grid]; QUANTITY_limit, QUANTITY_exact, theory_kind (is the exact form
    exact at this size?); QUANTITY_simulated, _standard_error, _repetitions, and _z_limit, _z_exact
    where there is a theory; reason, which says why cells are empty.

    \b
    A sweep of a process: names of [grid] are its parameters, quantities its asks (default all).
      process = "self_distillation.toml"            # seen from SPEC
      [grid]
      lam = { reals = [0.01, 1], points = 3, spacing = "log" }
      xi  = [0, 1, "3/2"]
      [theory]

    Finished rows are kept in OUT.store, whatever happens to the process: --resume computes only
    what is missing, also after SPEC has changed.
    """  # noqa: D301
    from ridgeproof.verification.sweep.run import store_path

    try:
        with (
            open_engine(workers, dask, os.cpu_count() or 1) as (count, executor),
            progress("sweeping") as line,
        ):
            summary = sweep(
                spec, out, seed=seed, workers=count, executor=executor, resume=resume,
                overwrite=overwrite, watch=lambda state: line.update(str(state)),
                note=lambda text: echo(text, err=True),
            )  # fmt: skip
    except KeyboardInterrupt:
        if store_path(out).exists():
            options = {"--workers": workers, "--dask": dask}
            if seed != DEFAULT_SEED:
                options["--seed"] = str(seed)
            words = ["ridgeproof", "sweep", str(spec), "--out", str(out), "--resume"]
            words += [word for name, value in options.items() if value for word in (name, value)]
            echo(f"interrupted; finished rows are kept. Go on with: {shlex.join(words)}", err=True)
        raise click.exceptions.Exit(INTERRUPTED) from None
    show(summary, as_json=as_json)
