"""``ridgeproof simulate``: a setting or a process file by Monte Carlo, next to the theory."""

from __future__ import annotations

from typing import Any

import click

from ridgeproof.console import echo, emit_json, progress
from ridgeproof.interrupts import INTERRUPTED
from ridgeproof.options import (
    changed,
    engine_options,
    is_given,
    json_option,
    open_engine,
    pop_process,
    pop_setting,
    process_argument,
    seed_option,
    setting_options,
)
from ridgeproof.questions.answers import simulate

__all__ = ["command"]


@click.command(name="simulate")
@process_argument
@setting_options()
@click.option("--ask", metavar="NAME", help="with FILE: the only quantity wanted")
@click.option("--repetitions", default=None, help="how many repetitions to run")
@click.option(
    "--relative-error",
    default=None,
    help="stop when standard error / mean is below this (default 0.01)",
)
@click.option(
    "--method",
    type=click.Choice(["literal", "conditional", "controlled", "exact-law"]),
    default="literal",
    show_default=True,
    help="literal: the process as written; conditional: label noise integrated out exactly; "
    "controlled: that with control variates, for small standard errors (a pilot of 512 is drawn); "
    "exact-law: draws of the error itself, where its law is known",
)
@click.option(
    "--quantity",
    type=click.Choice(["test_error", "bias", "variance", "synthetic"]),
    default="test_error",
    show_default=True,
)
@click.option(
    "--minus",
    multiple=True,
    metavar="NAME=VALUE",
    help="the difference from the same setting with this option changed, on the same random "
    "numbers as far as sizes agree: --lam 1 --minus lam=1/2",
)
@engine_options(default="1")
@seed_option
@json_option
def command(
    ask: str | None,
    repetitions: str | None,
    relative_error: str | None,
    method: str,
    quantity: str,
    minus: tuple[str, ...],
    workers: str | None,
    dask: str | None,
    seed: int,
    as_json: bool,
    **options: Any,
) -> None:
    """Simulate a setting, or a process file, literally and compare with the theory.

    Runs every combination whose expectation is finite, with or without a theorem.  z is the
    deviation from the theory in standard errors; where the theory is a limit it includes the
    O(1/d) effect of the finite size.  Where the error has no finite variance there is no standard
    error: quantiles of the draws stand in its place.

    With FILE, a process (TOML), every quantity that it asks is simulated at the size given, until
    its relative error is below 0.01 or for 10,000 repetitions; its theory is the limit.  Methods
    are literal and conditional, which needs far fewer repetitions for the same error.

    \b
    ridgeproof simulate --d 60 --T 200 --T0 120 --n 3 --sigma 0.5 --sigma0 0.5 --lam 0.01
    ridgeproof simulate examples/processes/self_distillation.toml --repetitions 400
    """  # noqa: D301
    asked = pop_process(options)
    given: dict[str, Any] = {"ask": ask}
    question: Any
    if asked is None:
        changes = changed(options, minus, "--minus")
        given["minus"] = pop_setting(changes) if minus else None
        question = pop_setting(options)
    else:
        question = asked[0]
        given |= {**asked[1], "minus": minus[0] if minus else None}
    given |= {"quantity": quantity} if is_given("quantity") else {}
    interrupted = False
    with open_engine(workers, dask) as (processes, executor), progress("simulating") as line:
        try:
            estimate = simulate(
                question, repetitions=repetitions, relative_error=relative_error, method=method,
                seed=seed, workers=processes, executor=executor, **given,
                watch=lambda done: line.update(f"{done} repetitions"),
            )  # fmt: skip
        except KeyboardInterrupt as stopped:
            if not hasattr(stopped, "estimate"):
                raise
            estimate, interrupted = stopped.estimate, True
    if as_json:
        emit_json({**estimate.data(), "interrupted": interrupted})
    else:
        echo(str(estimate))
    if interrupted:
        echo(f"interrupted after {estimate.repetitions} repetitions", err=True)
        raise click.exceptions.Exit(INTERRUPTED)
