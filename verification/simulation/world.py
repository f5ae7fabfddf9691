"""ProcessWorld: what the graph of a process leaves open, and its expressions as numbers.

All is in the eigenbasis of Sigma.  At growth k every direction is repeated k times and shares its
signal's energy, and every size is multiplied by k: the limit k -> infinity is what the theorem
states, and nothing else of the process changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, TypeAlias

import numpy as np

from ridgeproof.theory.process.expressions import Expression, Text, evaluate
from ridgeproof.theory.process.facts import size_of
from ridgeproof.theory.process.linear import Combination
from ridgeproof.theory.process.profiles import check_profile, profile_values
from ridgeproof.verification.simulation.fits import Array

__all__ = ["ProcessWorld", "Terms"]

# A combination with its coefficients as numbers.
Terms: TypeAlias = tuple[tuple[float, int], ...]

_FUNCTIONS: dict[str, Callable[..., Any]] = {
    "sqrt": np.sqrt,
    "exp": np.exp,
    "log": np.log,
    "min": np.minimum,
    "max": np.maximum,
    "where": lambda x, a, b: np.where(np.greater_equal(x, 0), a, b),
}


@dataclass(frozen=True)
class ProcessWorld:
    """What the graph leaves open.

    Attributes:
        s: eigenvalues of Sigma, shape (d,).
        w0: the signal in the eigenbasis, shape (d,).
        values: exact values of the parameters.
        growth: k, at least 1.
        beyond: weights of features with an activation: they stand after the d k coordinates.
        tables: profiles that are given by text (a spectrum), by that text, each of shape (d,).
        rows: where rows are drawn from, with replacement, over sqrt(s), shape (N, d); None where
            they have a law.
        features: what ``features(...)`` are, (m, d), of data with a second kernel; None where they
            are random.
    """

    s: Array
    w0: Array
    values: Mapping[str, Fraction]
    growth: int = 1
    tables: Mapping[str, Array] = field(default_factory=dict)
    beyond: int = 0
    rows: Array | None = None
    features: Array | None = None
    _seen: dict[Any, Array] = field(default_factory=dict, repr=False, compare=False)

    @property
    def directions(self) -> int:
        """d k."""
        return len(self.s) * self.growth

    @property
    def coordinates(self) -> int:
        """Of a model."""
        return self.directions + self.beyond

    def profile(self, tree: Expression, *, signed: bool = False, infinite: bool = False) -> Array:
        """A profile in every direction, shape (d k,); not yet divided by the growth."""
        key = (tree, signed, infinite)
        if key not in self._seen:
            found = self._profile(tree)
            check_profile(str(tree), found.tolist(), len(self.s), signed=signed, infinite=infinite)
            self._seen[key] = np.repeat(found, self.growth)
        return self._seen[key]

    def _profile(self, tree: Expression) -> Array:
        d = len(self.s)
        if isinstance(tree, Text):
            return self.tables[tree.text]
        names: dict[str, Any] = {
            "s": self.s, "w0": self.w0, "d": float(d), "inf": np.inf, "i": np.arange(1.0, d + 1)
        }  # fmt: skip
        with np.errstate(all="ignore"):
            value = profile_values(tree, names, float, _FUNCTIONS)
        return np.broadcast_to(np.asarray(value, dtype=float), (d,))

    def signal(self, tree: Expression) -> Array:
        """A fixed vector in every direction, its energy shared by the copies, shape (d k,)."""
        return self.profile(tree, signed=True) / np.sqrt(self.growth)

    def size(self, tree: Expression) -> int:
        """A number of rows or features."""
        return size_of(tree, {"d": Fraction(len(self.s)), **self.values}) * self.growth

    def number(self, tree: Expression) -> float:
        """A number in the parameters."""
        names = {"d": float(len(self.s)), **{n: float(v) for n, v in self.values.items()}}
        return float(evaluate(tree, names, float))

    def terms(self, combination: Combination) -> Terms:
        """A combination with its coefficients as numbers, zeros left out."""
        pairs = ((self.number(coefficient), index) for coefficient, index in combination.terms)
        return tuple(pair for pair in pairs if pair[0] != 0)
