"""``ridgeproof simulate``: the process itself, by Monte Carlo, next to the theory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, key_values, progress
from ridgeproof.interrupts import INTERRUPTED
from ridgeproof.options import (
    changed,
    engine_options,
    json_option,
    open_engine,
    pop_setting,
    seed_option,
    setting_options,
)

if TYPE_CHECKING:
    from ridgeproof.verification.simulation.running_moments import RunningMoments
    from ridgeproof.verification.simulation.simulate import Estimate

__all__ = ["command"]


@click.command(name="simulate")
@setting_options()
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
    """Simulate a setting literally and compare with the theory.

    Runs every combination whose expectation is finite, with or without a theorem.  z is the
    deviation from the theory in standard errors; where the theory is a limit it includes the
    O(1/d) effect of the finite size.  Where the error has no finite variance there is no standard
    error: quantiles of the draws stand in its place.

    \b
    ridgeproof simulate --d 60 --T 200 --T0 120 --n 3 --sigma 0.5 --sigma0 0.5 --lam 0.01
    """  # noqa: D301
    from ridgeproof.theory.checks import check_integer, parse_rational
    from ridgeproof.theory.errors import InputError
    from ridgeproof.verification.simulation.simulate import SimulationInterrupted, simulate, tails

    other = pop_setting(changed(options, minus, "--minus")) if minus else None
    setting = pop_setting(options)
    if repetitions is not None and relative_error is not None:
        raise InputError(
            "--relative-error", relative_error, "contradicts --repetitions", "give one of the two"
        )
    count = None if repetitions is None else check_integer("--repetitions", repetitions, least=2)
    target = None
    if relative_error is not None:
        share = parse_rational("--relative-error", relative_error)
        if not 0 < share < 1:
            raise InputError("--relative-error", share, "must lie in (0, 1)", "try 0.01")
        target = float(share)
    heavy = any(tails(each, quantity) for each in (setting, other) if each)
    with open_engine(workers, dask) as (processes, executor), progress("simulating") as line:

        def watch(moments: RunningMoments) -> None:
            mean = f"{moments.mean:.6g}" if heavy else moments
            line.update(f"{moments.count} repetitions, {mean}")

        interrupted = False
        try:
            estimate = simulate(
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
        except SimulationInterrupted as stopped:
            estimate, interrupted = stopped.estimate, True
    if as_json:
        emit_json({**_data(estimate), "interrupted": interrupted})
    else:
        echo(_text(f"change of {quantity}" if minus else quantity, estimate))
    if interrupted:
        echo(f"interrupted after {estimate.repetitions} repetitions", err=True)
        raise click.exceptions.Exit(INTERRUPTED)


def _data(estimate: Estimate) -> dict[str, Any]:
    return {
        "mean": estimate.mean,
        "standard_error": estimate.standard_error,
        "repetitions": estimate.repetitions,
        "method": estimate.method,
        "seed": estimate.seed,
        "theory": estimate.theory,
        "theory_kind": estimate.theory_kind,
        "z": estimate.z,
        "quantiles": estimate.quantiles and {f"{p:g}": x for p, x in estimate.quantiles.items()},
        "tails": estimate.tails,
    }


def _text(quantity: str, estimate: Estimate) -> str:

    mean = f"{estimate.mean:.6g}"
    if estimate.standard_error is not None:
        mean += f" +- {estimate.standard_error:.2g} (standard error)"
    rows = [
        (quantity, mean),
        ("repetitions", f"{estimate.repetitions} ({estimate.method}, seed {estimate.seed})"),
    ]
    if estimate.quantiles is not None:
        drawn = ", ".join(f"{100 * p:g} % {x:.3g}" for p, x in estimate.quantiles.items())
        rows += [("quantiles", drawn), ("tails", str(estimate.tails))]
    if estimate.theory is None:
        rows.append(("theory", "no theorem is catalogued for this combination"))
    else:
        rows.append(("theory", f"{estimate.theory:.6g} ({estimate.theory_kind})"))
    if estimate.z is not None:
        rows.append(("z", f"{estimate.z:+.2f} standard errors"))
    return key_values(rows)
