"""``ridgeproof data``: what collapse, noise and regularisation do on a user's own data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, progress, show
from ridgeproof.options import is_given, json_option, read_assignments, seed_option
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from ridgeproof.data import ProcessOnData

__all__ = ["command"]

_OF_CURVES = {
    "held_out": "--held-out", "no_replacement": "--no-replacement", "verifying": "--verify",
    "plot": "--plot",
}  # fmt: skip
_PARAMETERS = ("T", "lam", "n", "sigma", "T0", "lam0", "sigma0")


@click.command(name="data")
@click.argument("files", nargs=-1, required=True, metavar="FILE.npz | X.npy y.npy | FILE.csv")
@click.option("--kernel", default="rbf", show_default=True,
              help="rbf, laplace, polynomial:P, linear; precomputed: X is the matrix")  # fmt: skip
@click.option("--kernel0", default=None,
              help="kernel of a generator (and of features(...))  [default: --kernel]")  # fmt: skip
@click.option(
    "--T", "T", default=None, help="rows of the last fit: T,T,...  [default: N/8,N/4,N/2]"
)
@click.option("--lam", default="1e-4,1e-3,1e-2,1e-1", show_default=True, help="penalties")
@click.option("--n", default="0,1,3", show_default=True, help="generators before the last fit")
@click.option("--sigma", default="0", show_default=True, help="noise added to the labels")
@click.option("--T0", "T0", default=None, help="rows of a generator  [default: those of the fit]")
@click.option("--lam0", default="1/1000", show_default=True, help="penalty of a generator")
@click.option("--sigma0", default=None, help="noise of a generator's labels  [default: --sigma]")
@click.option("--held-out", default=None,
              help="leave-one-out (n = 0), or a file: rows that are never drawn")  # fmt: skip
@click.option(
    "--label", default="", help="the column of a .csv that holds the label [default: last]"
)
@click.option("--task", default=None, help="regression or classes  [default: what the labels are]")
@click.option("--no-replacement", is_flag=True, help="draw every row at most once")
@click.option("--verify", "verifying", is_flag=True, help="also measure, by kernel ridge itself")
@click.option("--process", "file", metavar="PROCESS.toml",
              help="run a process on the data; --T, ... --sigma0 are its parameters")  # fmt: skip
@click.option(
    "--set", "changes", multiple=True, metavar="NAME=VALUE", help="others of its parameters"
)
@click.option(
    "--repetitions", default=None, help="of --verify, or --process  [default: 30, or 200]"
)
@click.option("--plot", default=None, help="FILE.png, FILE.svg or FILE.pdf: learning curves")
@seed_option
@json_option
def command(
    files: tuple[str, ...],
    file: str | None,
    changes: tuple[str, ...],
    T: str | None,
    lam: str,
    n: str,
    no_replacement: bool,
    verifying: bool,
    repetitions: str | None,
    plot: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Predict the error of kernel ridge regression on your own data, and of training on its output.

    The rows of the file are the population. A model is fitted on T of them, drawn at random, with
    penalty lam (scikit-learn's alpha is T lam); for n = 1, 2, ... its labels are those of n models
    fitted before it, each on T0 rows labelled by the last. The error is the mean squared distance
    from the labels of the file, over all rows, predicted from the kernel matrix alone.

    Two-dimensional labels are taken as they are; floats are a regression; whole numbers and words
    are classes, one column each. What was understood is printed.

    With --process, rows(...) draws rows of the data, w0 is their label, and features(...) are those
    of --kernel0: each ask is measured, and predicted by the theorem for normal rows at the data's
    spectrum, and where it reaches by the equivalent that knows the rows.

    \b
    ridgeproof data houses.csv --label price
    ridgeproof data X.npy y.npy --kernel laplace --sigma 1/2 --verify
    ridgeproof data houses.csv --process examples/processes/self_distillation.toml --T 200
    ridgeproof data digits.npz --T 250,1000 --lam 1e-3 --n 0,1,3 --plot curves.svg

    Exit status: 0, or with --verify 1 where a measured error is 4 standard errors or more and 5 %
    from its prediction, 2 bad input.
    """  # noqa: D301
    from ridgeproof.theory.checks import check_integer
    from ridgeproof.verification.figures.own_data import measure_curves

    if repetitions is None:
        repetitions = "30" if file is None else "200"
    count = check_integer("--repetitions", repetitions, least=2, most=10_000)
    if file is not None:
        show(_run_process(file, files, changes, count, options), as_json=as_json)
        return
    if changes:
        raise InputError("--set", changes[0], "sets a parameter of a process", "give --process")
    if plot:
        from ridgeproof.plot import check_path, require_matplotlib

        check_path(Path(plot), "--plot")
        require_matplotlib()
    with progress("predicting") as line:
        curves = measure_curves(
            files, T=_list("--T", T), lam=_list("--lam", lam), n=_list("--n", n),
            replacement=not no_replacement, repetitions=count if verifying else 0,
            watch=lambda done: line.update(f"{done} values"), **options,
        )  # fmt: skip
    if plot:
        from ridgeproof.plot import save_figure

        save_figure(curves.figure(), Path(plot))
    if as_json:
        emit_json(curves.data())
    else:
        echo(str(curves))
    raise click.exceptions.Exit(int(any(cell.is_far for cell in curves.cells)))


def _run_process(
    file: str, files: tuple[str, ...], changes: tuple[str, ...], repetitions: int,
    options: dict[str, Any],
) -> ProcessOnData:  # fmt: skip
    from ridgeproof.data import run_process
    from ridgeproof.numerics.rows.files import read_data

    for name, option in _OF_CURVES.items():
        if is_given(name):
            remedy = "leave it out: a process says what is fitted and asked"
            raise InputError(option, "given", "is for learning curves, not for --process", remedy)
    asked = click.get_current_context().params
    given: dict[str, Any] = {name: asked[name] for name in _PARAMETERS if is_given(name)}
    given = read_assignments(changes, given)
    X, y = read_data(files, options["label"])
    said = {name: options[name] for name in ("kernel", "kernel0", "task", "seed")}
    with progress("simulating") as line:
        return run_process(Path(file), X, y, repetitions=repetitions, **said, **given,
                           watch=lambda done: line.update(f"{done} repetitions"))  # fmt: skip


def _list(name: str, text: str | None) -> tuple[str, ...] | None:
    if text is None:
        return None
    found = tuple(part.strip() for part in text.split(","))
    if not all(found):
        raise InputError(name, text, "has an empty entry", "write, say, 100,200,400")
    return found
