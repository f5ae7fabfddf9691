"""ProcessValue: the answers of a process, with what is needed to judge them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import groupby
from operator import itemgetter
from typing import Any

from ridgeproof.numerics.arithmetic.precision import Array
from ridgeproof.numerics.decimals import decimals, first_of, radii_in_decimals
from ridgeproof.theory.errors import shortened
from ridgeproof.theory.shown import Shown, echoed, only

__all__ = ["DIGITS", "ProcessValue"]

# What float64 carries through the back-substitution of a process that is not near a threshold.
DIGITS = 12


@dataclass(frozen=True, eq=False)
class ProcessValue(Shown):
    """The answers of a process.

    Attributes:
        values: of the asks by name, in the broadcast shape of the parameters.
        terms: of each ask, the share of each source; None for an ask that is not linear.
        kappa: the effective penalty of each named fit that has one.
        residual: of the four equations, relative.
        radii: bounds on the distances of the values from the asks, absolute; empty in float64, and
            where some step is not proved.
        digits: that the values carry.
        certified: whether the radii are a theorem.
        title: of the process.
        setting: d, spectrum, signal and the parameters.
    """

    values: Mapping[str, Array]
    terms: Mapping[str, Mapping[str, Array] | None]
    kappa: Mapping[str, Array]
    residual: float
    radii: Mapping[str, Array] = field(default_factory=dict)
    digits: int = DIGITS
    certified: bool = False
    title: str = ""
    setting: Mapping[str, Any] = field(default_factory=dict)

    def __float__(self) -> float:
        """The value of the only ask, at the only point.

        Raises:
            InputError: there are several.
        """
        return float(only(self.values).item())

    def data(self) -> dict[str, Any]:
        """Plain data, numbers as decimals of ``digits`` digits; of arrays, lists of them."""
        return {
            "setting": echoed(self.setting),
            "values": self._plain(self.values),
            "radii": {
                name: radii_in_decimals(self.radii[name]) if name in self.radii else None
                for name in self.values
            },
            "terms": {name: terms and self._plain(terms) for name, terms in self.terms.items()},
            "kappa": self._plain(self.kappa),
            "form": "limit",
            "digits": self.digits,
            "certified": self.certified,
        }

    def rows(self) -> list[tuple[str, str]]:
        """Every ask with its terms, and the penalties that the fits amount to."""
        data = self.data()
        rows = [("process", shortened(self.title))] if self.title else []
        for name, number in data["values"].items():
            radius = data["radii"][name]
            rows.append((name, first_of(number)))
            if radius is not None:
                kind = "certified" if self.certified else "rounding"
                rows.append((f"  {kind}", f"+- {first_of(radius)}"))
            rows += [
                (f"  {source}", first_of(term))
                for source, term in (data["terms"][name] or {}).items()
            ]
        # One line for a model that is fitted again and again in the same way.
        fits = ((model.partition("#")[0], first_of(k), model) for model, k in data["kappa"].items())
        for (_, number), same in groupby(fits, key=itemgetter(0, 1)):
            models = [model for _, _, model in same]
            shown = models[0] if len(models) == 1 else f"{models[0]} .. {models[-1]}"
            rows.append((f"kappa({shown})", number))
        arithmetic = "float64" if self.digits <= DIGITS else "balls"
        arithmetic = "certified balls" if self.certified else arithmetic
        how = f"the limit of a process, to {self.digits} digits in {arithmetic}"
        return [*rows, ("theorem", how)]

    def _plain(self, numbers: Mapping[str, Array]) -> dict[str, Any]:
        return {name: decimals(of, self.digits) for name, of in numbers.items()}
