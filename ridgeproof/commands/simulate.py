"""``ridgeproof simulate``: a setting or a process file by Monte Carlo, next to the theory."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

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

if TYPE_CHECKING:
    from ridgeproof.theory.process.record import Process
    from ridgeproof.verification.simulation.repetitions import RunningMoments
    from ridgeproof.verification.simulation.simulate import Estimate
    from ridgeproof.verification.simulation.simulate_process import ProcessEstimate

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
    from ridgeproof.theory.errors import InputError

    asked = pop_process(options)
    count, target = _lengths(repetitions, relative_error)
    if asked is not None:
        _require_for_processes()
        _simulate_process(
            *asked, ask, count, target, method,
            workers=workers, dask=dask, seed=seed, as_json=as_json,
        )  # fmt: skip
        return
    if ask is not None:
        raise InputError("--ask", ask, "is for a process", "give FILE, or --quantity of a setting")
    from ridgeproof.verification.simulation.simulate import simulate, tails

    other = pop_setting(changed(options, minus, "--minus")) if minus else None
    setting = pop_setting(options)
    heavy = any(tails(each, quantity) for each in (setting, other) if each)
    with open_engine(workers, dask) as (processes, executor), progress("simulating") as line:

        def watch(moments: RunningMoments) -> None:
            mean = f"{moments.mean:.6g}" if heavy else moments
            line.update(f"{moments.count} repetitions, {mean}")

        run = partial(
            simulate,
            setting,
            repetitions=count,
            relative_error=target,
            quantity=quantity,
            method=method,
            minus=other,
            seed=seed,
            workers=processes,
            executor=executor,
            watch=watch,
        )
        estimate, interrupted = _kept(run)
    _show(estimate, interrupted=interrupted, as_json=as_json)


def _lengths(
    repetitions: str | None, relative_error: str | None
) -> tuple[int | None, float | None]:
    """How many repetitions, or the relative error to stop at."""
    from ridgeproof.theory.checks import check_integer, parse_rational
    from ridgeproof.theory.errors import InputError

    if repetitions is not None and relative_error is not None:
        raise InputError(
            "--relative-error", relative_error, "contradicts --repetitions", "give one of the two"
        )
    count = None if repetitions is None else check_integer("--repetitions", repetitions, least=2)
    if relative_error is None:
        return count, None
    share = parse_rational("--relative-error", relative_error)
    if not 0 < share < 1:
        raise InputError("--relative-error", share, "must lie in (0, 1)", "try 0.01")
    return count, float(share)


def _kept(run: Callable[[], Any]) -> tuple[Any, bool]:
    """The estimate of a run, and whether Ctrl-C ended it before it was done."""
    from ridgeproof.verification.simulation.repetitions import SimulationInterrupted

    try:
        return run(), False
    except SimulationInterrupted as stopped:
        return stopped.estimate, True


def _show(estimate: Estimate | ProcessEstimate, *, interrupted: bool, as_json: bool) -> None:
    if as_json:
        emit_json({**estimate.data(), "interrupted": interrupted})
    else:
        echo(str(estimate))
    if interrupted:
        echo(f"interrupted after {estimate.repetitions} repetitions", err=True)
        raise click.exceptions.Exit(INTERRUPTED)


def _require_for_processes() -> None:
    """Refuse the options that say nothing about a process."""
    from ridgeproof.theory.errors import InputError

    for name in ("quantity", "minus"):
        if is_given(name):
            remedy = "leave it out: --ask names a quantity of a process"
            raise InputError(f"--{name}", "...", "is for settings, not for FILE", remedy)


def _simulate_process(
    process: Process,
    given: dict[str, str],
    ask: str | None,
    repetitions: int | None,
    relative_error: float | None,
    method: str,
    *,
    workers: str | None,
    dask: str | None,
    seed: int,
    as_json: bool,
) -> None:
    from ridgeproof.verification.simulation.simulate_process import simulate_process

    with open_engine(workers, dask) as (processes, executor), progress("simulating") as line:
        run = partial(
            simulate_process,
            process,
            ask=ask,
            repetitions=repetitions,
            relative_error=relative_error,
            method=method,
            seed=seed,
            workers=processes,
            executor=executor,
            watch=lambda done: line.update(f"{done} repetitions"),
            **given,
        )
        estimate, interrupted = _kept(run)
    _show(estimate, interrupted=interrupted, as_json=as_json)
