"""How the generators use data: the chain's kind, and a schedule of unequal generations.

    replace      y_m = X_m w_m + sigma0 e_m alone trains w_{m+1}               (the source)
    accumulate   all the sets so far, (X_j, y_j) for j <= m, train w_{m+1}
    weighted:W   the labels W (X_m w0 + sigma_real e'_m) + (1-W) y_m train w_{m+1}; several
                 weights W1,W2,... are those of the generations 1, 2, ...

Sources: Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); Gerstgrasser et al. 2024
(arXiv 2404.01413); He, Xu, Cheng 2025 (arXiv 2502.18049).
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ridgeproof.theory.checks import check_integer, check_real, parse_rational, settle
from ridgeproof.theory.errors import MISSING, InputError

__all__ = ["Accumulate", "ChainSpec", "Generation", "Replace", "Weighted", "parse_chain"]


@dataclass(frozen=True)
class Replace:
    """Each generator sees only the labels of the one before."""

    def __str__(self) -> str:
        return "replace"


@dataclass(frozen=True)
class Accumulate:
    """Each generator sees every set labelled so far."""

    def __str__(self) -> str:
        return "accumulate"


@dataclass(frozen=True)
class Weighted:
    """Labels are averaged with fresh real ones at the same inputs: weight W on the real label."""

    weights: tuple[Fraction, ...]

    def __post_init__(self) -> None:
        if not self.weights:
            raise InputError(
                "chain weighted:W", MISSING, "an average needs a weight", "give W in [0, 1]"
            )
        weights = tuple(check_real("chain weighted:W", each, least=0) for each in self.weights)
        settle(self, weights=weights)
        for weight in weights:
            if weight > 1:
                raise InputError("chain weighted:W", weight, "must be at most 1", "give W <= 1")

    def over(self, n: int) -> tuple[Fraction, ...]:
        """The weight of each of n generations."""
        return self.weights * n if len(self.weights) == 1 else self.weights

    def __str__(self) -> str:
        return "weighted:" + ",".join(map(str, self.weights))


ChainSpec = Replace | Accumulate | Weighted


@dataclass(frozen=True)
class Generation:
    """One generation of a schedule: rows, label noise and ridge of its generator."""

    T0: int
    sigma0: Fraction
    lam0: Fraction

    def __post_init__(self) -> None:
        settle(
            self,
            T0=check_integer("T0", self.T0, least=1),
            sigma0=check_real("sigma0", self.sigma0, least=0),
            lam0=check_real("lam0", self.lam0, least=0),
        )

    def __str__(self) -> str:
        return f"{self.T0}*{self.sigma0}*{self.lam0}"


def parse_chain(text: str, name: str = "chain") -> ChainSpec:
    """Read a kind of chain such as ``weighted:2/3``.

    >>> parse_chain("weighted:1,2/3")
    Weighted(weights=(Fraction(1, 1), Fraction(2, 3)))
    """
    head, _, rest = text.strip().partition(":")
    match head:
        case "replace" if not rest:
            return Replace()
        case "accumulate" if not rest:
            return Accumulate()
        case "weighted" if rest:
            return Weighted(tuple(parse_rational(name, part) for part in rest.split(",")))
    raise InputError(name, text, "is not a chain", "write replace, accumulate or weighted:W")
