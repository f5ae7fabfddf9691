"""Where each formula meets its mutants: domains, kinds of comparison, and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from theory.formula import ERROR_TERMS
from theory.setting import Setting
from verification.domain_table import read_domain
from verification.drawing import draw_settings

__all__ = ["BENCHES", "PAIRS", "Bench", "Kind"]

_POINTS = 10  # drawn for each bench


class Kind(StrEnum):
    """How a formula meets the simulation.

    An exact one meets the mean.  A limit meets the Richardson combination 2 x(2) - x(1), within
    the allowance of every fit; where the chain's part is exact, the formula is combined likewise
    and only the downstream fit needs an allowance.
    """

    EXACT = "exact"
    EXACT_CHAIN = "exact chain"
    LIMIT = "limit"


@dataclass(frozen=True)
class Bench:
    """Where a formula is put on trial: a domain, and the terms of the error that count there."""

    formula: str
    kind: Kind
    domain: Mapping[str, Any]
    budget: int
    quantities: tuple[str, ...] = ERROR_TERMS

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The drawn points."""
        return tuple(draw_settings(read_domain(self.domain), _POINTS))


# With b = 1, b^2 is as good as b.
_LOUD = {"signal": ["energies:2"]}
_NOISE = {"sigma": [0.5, 2], "sigma0": [0.5, 2]}
_SPECTRA = {"spectrum": ["isotropic", "power-law:3/2"]}
_DESIGNS = {"design": ["independent", "shared"]}
# Known laws and small designs are cheap; Richardson pairs d = 32, 64 cost milliseconds a draw.
_CHEAP, _SMALL, PAIRS = 2**20, 2**15, 2**12
_RIDGELESS = {
    **_NOISE, **_SPECTRA, "lam": 0, "d": {"integers": [3, 8]}, "n": {"integers": [1, 3]},
    "T": "d + 8 .. 3*d + 8", "T0": "d + 8 .. 3*d + 8",
}  # fmt: skip
_LARGE = {**_NOISE, "lam": [0.05, 1], "d": 32, "T": "32 .. 96", "n": {"integers": [1, 2]}}
_RIDGE_CHAIN = {
    **_LARGE,
    "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
    "T0": "40 .. 96",
    "lam0": [0.1, 1],
}
BENCHES = (
    Bench("ridgeless", Kind.EXACT, _RIDGELESS, _CHEAP),
    Bench("ridge", Kind.EXACT_CHAIN, {**_LARGE, **_SPECTRA, "T0": "64 .. 128"}, PAIRS),
    # Without ridge the synthetic term is exact.
    Bench("ridge", Kind.EXACT, _RIDGELESS, _CHEAP, ("synthetic",)),
    Bench(
        "isotropic-overparametrized",
        Kind.EXACT_CHAIN,
        {**_LARGE, **_DESIGNS, "T0": "6 .. 20", **_LOUD},
        PAIRS,
    ),
    # Least squares downstream passes the exact moments on.
    Bench(
        "isotropic-overparametrized",
        Kind.EXACT,
        {
            **_NOISE, **_DESIGNS, "lam": 0, "d": 14, "T": "20 .. 28", "T0": "2 .. 6",
            "n": {"integers": [1, 3]}, **_LOUD,
        },
        _SMALL,
        ("bias", "synthetic"),
    ),
    Bench(
        "noise-free",
        Kind.EXACT,
        {
            **_DESIGNS, "sigma": 0, "sigma0": 0, "lam": 0, "d": 10, "T": "d .. 2*d",
            "T0": "2 .. d - 1", "n": {"integers": [1, 3]}, **_LOUD,
        },
        _SMALL,
        ("bias",),
    ),
    Bench(
        "elliptical-least-squares",
        Kind.LIMIT,
        {
            **_NOISE, **_SPECTRA, "lam": 0, "d": 32, "T": "128 .. 192", "T0": "128 .. 192",
            "n": {"integers": [1, 2]}, "features": ["elliptical:3/5*1/2,7/5*1/2"],
        },
        PAIRS,
        ("variance", "synthetic"),
    ),
    Bench("moments", Kind.LIMIT, _RIDGE_CHAIN, PAIRS),
    Bench("generator", Kind.LIMIT, _RIDGE_CHAIN, PAIRS),
    # A share other than a half tells real rows from synthetic ones.
    Bench(
        "mixing-least-squares",
        Kind.EXACT,
        {**_RIDGELESS, "sigma_real": [0.5, 2], "synthetic_fraction": "1/3"},
        _CHEAP,
        ("variance", "synthetic"),
    ),
)  # fmt: skip
