"""``ridgeproof exponents``: scaling exponents under power laws, exact or symbolic."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

import click

from ridgeproof.console import echo, emit_json, heading, key_values

if TYPE_CHECKING:
    from ridgeproof.theory.exponents import Exponents, Formulas

__all__ = ["command"]


@click.command(name="exponents")
@click.option("--beta", metavar="B", help="capacity: s_i = i^-B, B > 1")
@click.option("--r", "source", metavar="R", help="source: s_i w0_i^2 ~ i^-(1 + 2 B R), R > 0")
@click.option("--c", "growth", metavar="C", help="T0 = T^C and d = phi0 T0, C > 0")
@click.option("--clean", is_flag=True, help="no fake data: n sigma0^2 = 0, label noise sigma > 0")
@click.option("--noise-free", is_flag=True, help="no label noise at all: sigma = n sigma0 = 0")
@click.option("--ell", metavar="L", help="also the rate at lam = T^-L, L >= 0")
@click.option("--json", "as_json", is_flag=True, help="one JSON object, rationals as p/q")
def command(
    beta: str | None,
    source: str | None,
    growth: str | None,
    clean: bool,
    noise_free: bool,
    ell: str | None,
    as_json: bool,
) -> None:
    """Scaling exponents under a power law: the error as T^rate, the ridge as lam = T^-ell.

    Eigenvalues s_i = i^-B, signal s_i w0_i^2 ~ i^-(1 + 2 B R), T0 = T^C rows per generator,
    d = phi0 T0 with phi0 < 1.  By default the labels are fake (n >= 1) and noisy (sigma, sigma0 >
    0).  Exact rationals when B, R and C are given, otherwise formulas in those left out.  A
    plateau is rate 0; ell = inf and rate = -inf mean that lam = 0 has error 0.
    """
    given = _read(beta=beta, r=source, c=growth, ell=ell)
    data = _answer(given, clean=clean, noise_free=noise_free)
    if as_json:
        emit_json({key: _one_line(value) for key, value in data.items()})
    else:
        echo(_rendered(data))


def _read(**texts: str | None) -> dict[str, Fraction]:
    """The options given, as exact rationals in their ranges."""
    from ridgeproof.theory.checks import parse_rational
    from ridgeproof.theory.exponents import check_parameter

    return {
        name: check_parameter(name, parse_rational(f"--{name}", text), name=f"--{name}")
        for name, text in texts.items()
        if text is not None
    }


def _answer(given: dict[str, Fraction], *, clean: bool, noise_free: bool) -> dict[str, Any]:
    """The contract's keys: exact where beta, r and c are known, symbolic where one is not."""
    from ridgeproof.theory.exponents import check_noise, exponents, formulas

    ell = given.get("ell")
    parameters = {name: value for name, value in given.items() if name != "ell"}
    found: Exponents | Formulas
    if len(parameters) == 3:
        found = exponents(**parameters, clean=clean, noise_free=noise_free, ell=ell)
    else:
        found = formulas(parameters, check_noise(clean=clean, noise_free=noise_free), ell)
    data = {
        "ell": found.ell,
        "rate": found.rate,
        "classical_ell": found.classical_ell,
        "rate_at_classical": found.rate_at_classical,
        "regime": found.regime,
    }
    return data if ell is None else {**data, "rate_at_ell": found.rate_at_ell}


def _one_line(value: Any) -> str:
    from sympy import oo

    if value == oo:
        return "inf"
    return "-inf" if value == -oo else str(value)


_LABELS = {
    "ell": "optimal ridge    lam ~ T^-ell,  ell",
    "rate": "optimal error    E ~ T^rate,    rate",
    "classical_ell": "classical ridge  lam ~ T^-ell,  ell",
    "rate_at_classical": "error there      E ~ T^rate,    rate",
    "rate_at_ell": "at the given ell E ~ T^rate,    rate",
    "regime": "regime",
}


def _rendered(data: dict[str, Any]) -> str:
    from ridgeproof.theory.exponents import REGIMES

    if all(isinstance(value, Fraction | str) or value.is_infinite for value in data.values()):
        rows = [(label, _one_line(data[key])) for key, label in _LABELS.items() if key in data]
        return f"{key_values(rows)}\n\n{heading(data['regime'])}: {REGIMES[data['regime']]}"
    blocks = [
        f"{heading(label)}\n{_block(data[key])}" for key, label in _LABELS.items() if key in data
    ]
    named = [name for name in REGIMES if name in str(data["regime"])]
    legend = key_values(((name, REGIMES[name]) for name in named), indent="  ")
    return "\n\n".join([*blocks, legend])


def _block(value: Any) -> str:
    from sympy import pretty

    shown = pretty(value, use_unicode=True, wrap_line=False)
    return "\n".join(f"  {line}" for line in str(shown).splitlines())
