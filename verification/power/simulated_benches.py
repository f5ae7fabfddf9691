"""Where each formula meets its mutants: domains, kinds of comparison, and budgets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from ridgeproof.theory.formula import ERROR_TERMS
from ridgeproof.theory.settings.setting import Setting, make_setting
from ridgeproof.verification.conjectures.domain_table import read_domain
from ridgeproof.verification.conjectures.drawing import draw

__all__ = ["BENCHES", "PAIRS", "Bench", "Met"]

_POINTS = 10  # drawn for each bench


class Met(StrEnum):
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
    kind: Met
    domain: Mapping[str, Any]
    budget: int
    quantities: tuple[str, ...] = ERROR_TERMS
    schedule: Mapping[str, str] = field(default_factory=dict)  # generations that differ

    @property
    def settings(self) -> tuple[Setting, ...]:
        """The drawn points."""
        drawn = draw(read_domain(self.domain), _POINTS).places
        if not self.schedule:
            return drawn
        return tuple(make_setting(**{**each.canonical(), **self.schedule}) for each in drawn)


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
_OF_LABELS = ("variance", "synthetic")  # with least squares throughout there is no bias
_MIXED = {"sigma_real": [0.5, 2], "synthetic_fraction": "3/4"}
_WEIGHTED = {"sigma_real": [0.5, 2], "chain": ["weighted:1/3"]}
_WEIGHTS_DIFFER = {**_WEIGHTED, "chain": ["weighted:1/3,2/3"], "n": 2}
_ACCUMULATED = {
    **_RIDGELESS, **_DESIGNS, "chain": ["accumulate"], "n": {"integers": [2, 4]},
}  # fmt: skip
_LARGE = {**_NOISE, "lam": [0.05, 1], "d": 32, "T": "32 .. 96", "n": {"integers": [1, 2]}}
# Few generator rows on one design: the noises of the labels add up.
_ONE_DESIGN = {
    **_LARGE, **_SPECTRA, "d": 96, "T": "192 .. 256", "T0": 40, "n": 2, "design": "shared",
}  # fmt: skip
# A bias, downstream, shows whether the mean of the generators is the truth.
_PASSED_ON = {**_LARGE, "n": 2, "T0": "64 .. 128"}
_RIDGE_CHAIN = {
    **_LARGE,
    "spectrum": ["isotropic", "power-law:3/2", "ar1:1/2"],
    "T0": "40 .. 96",
    "lam0": [0.1, 1],
}
BENCHES = (
    Bench("ridgeless", Met.EXACT, _RIDGELESS, _CHEAP),
    Bench("ridge", Met.EXACT_CHAIN, {**_LARGE, **_SPECTRA, "T0": "64 .. 128"}, PAIRS),
    # Without ridge the synthetic term is exact.
    Bench("ridge", Met.EXACT, _RIDGELESS, _CHEAP, ("synthetic",)),
    Bench(
        "isotropic-overparametrized",
        Met.EXACT_CHAIN,
        {**_LARGE, **_DESIGNS, "T0": "6 .. 20", **_LOUD},
        PAIRS,
    ),
    # Least squares downstream passes the exact moments on.
    Bench(
        "isotropic-overparametrized",
        Met.EXACT,
        {
            **_NOISE, **_DESIGNS, "lam": 0, "d": 14, "T": "20 .. 28", "T0": "2 .. 6",
            "n": {"integers": [1, 3]}, **_LOUD,
        },
        _SMALL,
        ("bias", "synthetic"),
    ),
    Bench(
        "noise-free",
        Met.EXACT,
        {
            **_DESIGNS, "sigma": 0, "sigma0": 0, "lam": 0, "d": 10, "T": "d .. 2*d",
            "T0": "2 .. d - 1", "n": {"integers": [1, 3]}, **_LOUD,
        },
        _SMALL,
        ("bias",),
    ),
    Bench(
        "elliptical-least-squares",
        Met.LIMIT,
        {
            **_NOISE, **_SPECTRA, "lam": 0, "d": 32, "T": "128 .. 192", "T0": "128 .. 192",
            "n": {"integers": [1, 2]}, "features": ["elliptical:3/5*1/2,7/5*1/2"],
        },
        PAIRS,
        ("variance", "synthetic"),
    ),
    Bench("moments", Met.LIMIT, _RIDGE_CHAIN, PAIRS),
    Bench("generator", Met.LIMIT, _RIDGE_CHAIN, PAIRS),
    # A share other than a half tells real rows from synthetic ones.
    Bench(
        "mixing-least-squares",
        Met.EXACT,
        {**_RIDGELESS, "sigma_real": [0.5, 2], "synthetic_fraction": "1/3"},
        _CHEAP,
        _OF_LABELS,
    ),
    # A share other than a half tells real rows from synthetic ones here too.
    Bench("mixing", Met.LIMIT, {**_RIDGE_CHAIN, **_MIXED}, PAIRS),
    Bench(
        "random-features",
        Met.LIMIT,
        {
            **_RIDGE_CHAIN, **_MIXED, **_SPECTRA, "T": "48 .. 96", "T0": "48 .. 96",
            "width": "20 .. 40",
        },
        2 * PAIRS,
    ),
    Bench("accumulate", Met.EXACT, _ACCUMULATED, _CHEAP, ("synthetic",)),
    Bench(
        "accumulate",
        Met.EXACT_CHAIN,
        {**_LARGE, **_SPECTRA, **_DESIGNS, "T0": "64 .. 128", "chain": ["accumulate"]},
        PAIRS,
    ),
    Bench(
        "accumulating-generator", Met.EXACT, {**_ACCUMULATED, "n": 3, "design": "independent"},
        _CHEAP, ("synthetic",), {"T0": "20,31,17", "sigma0": "1,2,1/2"},
    ),
    Bench(
        "accumulating-generator", Met.EXACT, {**_ACCUMULATED, "n": 3, "design": "shared"},
        _CHEAP, ("synthetic",), {"sigma0": "1,2,1/2"},
    ),
    Bench(
        "accumulating-generator", Met.EXACT_CHAIN, {**_PASSED_ON, "chain": ["accumulate"]}, PAIRS,
        ("bias",), {"T0": "64,96"},
    ),
    Bench(
        "accumulating-minimum-norm",
        Met.LIMIT,
        {
            **_LARGE, **_SPECTRA, "chain": ["accumulate"], "d": 96, "T": "128 .. 192",
            "T0": "26 .. 34", "n": 2,
        },
        PAIRS,
    ),
    Bench(
        "accumulating-minimum-norm", Met.LIMIT, {**_ONE_DESIGN, "chain": ["accumulate"]}, PAIRS,
        _OF_LABELS,
    ),
    Bench(
        "least-squares-generator", Met.EXACT, {**_RIDGELESS, "n": 2}, _CHEAP, ("synthetic",),
        {"T0": "20,31", "sigma0": "1,2"},
    ),
    Bench(
        "least-squares-generator", Met.EXACT, {**_RIDGELESS, "n": 2, "design": "shared"}, _CHEAP,
        ("synthetic",), {"sigma0": "1,2"},
    ),
    Bench(
        "least-squares-generator", Met.EXACT_CHAIN, _PASSED_ON, PAIRS, ("bias",), {"T0": "64,96"}
    ),
    Bench(
        "ridge-chain", Met.LIMIT, {**_RIDGE_CHAIN, "n": 2}, PAIRS, ERROR_TERMS,
        {"T0": "48,72", "lam0": "1,1/4", "sigma0": "1,2"},
    ),
    Bench(
        "ridge-chain",
        Met.LIMIT,
        {**_RIDGE_CHAIN, "n": 2, "lam": [0.05, 0.2]},
        2 * PAIRS,
        ("bias",),
        {"T0": "28,40", "lam0": "1/10,1/10"},
    ),
    Bench("ridge-chain", Met.LIMIT, _ONE_DESIGN, PAIRS, _OF_LABELS, {"sigma0": "1,2"}),
    # Weights alike need the noise of the labels only, weights that differ every step.
    Bench("weighted-mixing", Met.EXACT, {**_RIDGELESS, **_WEIGHTED}, _CHEAP, _OF_LABELS),
    Bench(
        "weighted-mixing", Met.EXACT, {**_RIDGELESS, **_WEIGHTS_DIFFER}, _CHEAP, _OF_LABELS
    ),
    Bench(
        "weighted-mixing", Met.EXACT_CHAIN, {**_PASSED_ON, **_WEIGHTS_DIFFER}, PAIRS, ("bias",)
    ),
    Bench("weighted-ridge", Met.LIMIT, {**_RIDGE_CHAIN, **_WEIGHTED}, PAIRS),
    # What a generator spreads over the spectrum is loud where it sees few rows.
    Bench(
        "weighted-ridge",
        Met.LIMIT,
        {**_RIDGE_CHAIN, **_WEIGHTED, "T0": "20 .. 40", "lam": [0.05, 0.2], "lam0": [0.1, 0.4]},
        2 * PAIRS,
        ("bias",),
    ),
    Bench("weighted-ridge", Met.LIMIT, {**_ONE_DESIGN, **_WEIGHTED}, PAIRS, _OF_LABELS),
)  # fmt: skip
