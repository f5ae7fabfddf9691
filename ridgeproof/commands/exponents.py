"""``ridgeproof exponents``: scaling exponents under power laws, exact or symbolic."""

from __future__ import annotations

from typing import Any

import click

from ridgeproof.console import echo, emit_json, progress
from ridgeproof.options import pop_process, process_argument
from ridgeproof.questions.answers import exponents

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
    formulas in them.  Where leading terms cancel, the slope at T = 10^12, or as large as all
    sizes allow, is measured, and the output says so.

    \b
    ridgeproof exponents --beta 3/2 --r 2/5 --c 3/5
    ridgeproof exponents FILE --beta 3/2 --r 2/5 --scale "lam = T^-ell"
    ridgeproof exponents FILE --scale "T0 = T^c, d = T^c/2, lam = T^-ell" --set c=3/5
    """  # noqa: D301
    asked = pop_process(options)
    process, given = asked or (None, {})
    with progress("finding the leading orders"):
        found = exponents(
            process, scale=scale, ask=ask, beta=beta, r=source, c=growth, clean=clean,
            noise_free=noise_free, ell=ell, **given,
        )  # fmt: skip
    if as_json:
        emit_json(found.data())
    else:
        echo(str(found))
