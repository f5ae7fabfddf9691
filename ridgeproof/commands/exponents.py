"""``ridgeproof exponents``: scaling exponents under power laws, exact or symbolic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values, progress
from ridgeproof.options import pop_process, process_argument
from ridgeproof.questions.answers import exponents
from ridgeproof.theory.errors import InputError

if TYPE_CHECKING:
    from ridgeproof.numerics.scaling.slopes import AskExponents
    from ridgeproof.theory.process.record import Process

__all__ = ["command"]


@click.command(name="exponents")
@process_argument
@click.option("--beta", metavar="B", help="capacity: s_i = i^-B, B > 1; with FILE also: open")
@click.option(
    "--r", "source", metavar="R", help="source: s_i w0_i^2 ~ i^-(1 + 2 B R), R > 0; also: open"
)
@click.option("--c", "growth", metavar="C", help="T0 = T^C and d = phi0 T0, C > 0")
@click.option("--clean", is_flag=True, help="no fake data: n sigma0^2 = 0, label noise sigma > 0")
@click.option("--noise-free", is_flag=True, help="no label noise at all: sigma = n sigma0 = 0")
@click.option("--ell", metavar="L", help="also the rate at lam = T^-L, L >= 0")
@click.option("--scale", metavar="POWERS", help='with FILE: what grows how, "lam = T^-ell, ..."')
@click.option("--ask", metavar="NAME", help="with FILE: of one ask only")
@click.option("--json", "as_json", is_flag=True, help="one JSON object, rationals as p/q")
def command(
    beta: str | None,
    source: str | None,
    growth: str | None,
    clean: bool,
    noise_free: bool,
    ell: str | None,
    scale: str | None,
    ask: str | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Scaling exponents under a power law: the error as T^rate, the ridge as lam = T^-ell.

    Eigenvalues s_i = i^-B, signal s_i w0_i^2 ~ i^-(1 + 2 B R), T0 = T^C rows per generator,
    d = phi0 T0 with phi0 < 1.  By default the labels are fake (n >= 1) and noisy (sigma, sigma0 >
    0).  Exact rationals when B, R and C are given, otherwise formulas in those left out.  A
    plateau is rate 0; ell = inf and rate = -inf mean that lam = 0 has error 0.

    With FILE, a process (TOML), every ask of it.  --scale says what grows how, as powers of one
    size, T^(1/2) with its parentheses; what it leaves out keeps its value, but for d, which is
    infinite.  The name ell is best where the ask falls fastest; other names are given by --set, or
    stay open, as do B and R where neither FILE nor an option says them, and the answers are
    formulas in them.  Where leading terms cancel, the slope at T = 10^12 is measured, and the
    output says so.

    \b
    ridgeproof exponents --beta 3/2 --r 2/5 --c 3/5
    ridgeproof exponents FILE --beta 3/2 --r 2/5 --scale "lam = T^-ell"
    ridgeproof exponents FILE --scale "T0 = T^c, d = T^c/2, lam = T^-ell" --set c=3/5
    """  # noqa: D301
    asked = pop_process(options)
    if asked is None:
        for name, value in (("--scale", scale), ("--ask", ask)):
            if value is not None:
                raise InputError(name, value, "is for a process", "give FILE, or leave it out")
        found = exponents(
            beta=beta, r=source, c=growth, clean=clean, noise_free=noise_free, ell=ell
        )
        assert not isinstance(found, dict)
        if as_json:
            emit_json(found.data())
        else:
            echo(str(found))
        return
    process, values = asked
    values |= {} if growth is None else {"c": growth}
    asks = _of_process(process, values, scale, ask, beta, source, ell, clean or noise_free)
    if as_json:
        emit_json({"asks": {name: _one_ask(each) for name, each in asks.items()}})
    else:
        echo(_table(process.title, asks))


def _of_process(
    process: Process,
    values: Mapping[str, str],
    scale: str | None,
    ask: str | None,
    beta: str | None,
    r: str | None,
    ell: str | None,
    flagged: bool,
) -> dict[str, AskExponents]:
    from ridgeproof.numerics.scaling.slopes import process_exponents
    from ridgeproof.theory.errors import MISSING

    if flagged:
        condition = "belong to the built-in process"
        raise InputError("--clean --noise-free", "given", condition, "set sigma of FILE by --set")
    if scale is None:
        condition = "says what grows how"
        raise InputError("--scale", MISSING, condition, 'write --scale "lam = T^-ell"')
    with progress("finding the leading orders"):
        return process_exponents(process, scale, ask=ask, beta=beta, r=r, ell=ell, **values)


def _one_ask(found: AskExponents) -> dict[str, Any]:
    """The contract's keys of one ask."""
    keys = ("ell", "rate", "classical_ell", "rate_at_classical", "regime", "logs")
    named = {key: _number(getattr(found, key)) for key in keys}
    flags: dict[str, Any] = {"measured": found.measured, "reason": found.reason or None}
    data: dict[str, Any] = named | flags
    if found.rate_at_ell is not None:
        data["rate_at_ell"] = _number(found.rate_at_ell)
    return data


def _number(value: Any) -> str | None:
    if value is None:
        return None
    return f"{value:.4f}" if isinstance(value, float) else _one_line(value)


def _table(title: str, found: Mapping[str, AskExponents]) -> str:
    from ridgeproof.theory.errors import shortened
    from ridgeproof.theory.scaling.exponents import REGIMES

    rows = [("process", shortened(title))] if title else []
    named = []
    for name, each in found.items():
        rows.append((name, _power(each)))
        regime = str(each.regime)
        if each.ell is not None:
            rows.append(("  best lam", f"T^-({_number(each.ell)})"))
        if each.rate_at_classical is not None:
            kept = f"T^({_number(each.rate_at_classical)})"
            rows.append(("  classical", f"{kept} at lam = T^-({_number(each.classical_ell)})"))
        if each.rate_at_ell is not None:
            rows.append(("  given ell", f"T^({_number(each.rate_at_ell)})"))
        rows.append(("  regime", f"{_WHY[regime]}: {each.reason}" if regime in _WHY else regime))
        named += [key for key in REGIMES if key in regime and key not in named]
    legend = key_values(((key, REGIMES[key]) for key in named), indent="  ")
    return f"{key_values(rows)}\n\n{legend}" if named else key_values(rows)


# Beside the regimes of what is derived.
_WHY = {"measured": "measured at T = 10^12", "none": "neither derived nor measured"}


def _power(found: AskExponents) -> str:
    if found.rate is None:
        return "no exponent"
    logs = "" if found.logs == 0 else f" log(T)^({found.logs})"
    return heading(f"T^({_number(found.rate)})") + logs


def _one_line(value: Any) -> str:
    from sympy import oo

    if value == oo:
        return "inf"
    return "-inf" if value == -oo else str(value)
