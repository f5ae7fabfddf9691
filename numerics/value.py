"""Value: a number with everything needed to judge it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flint import arb

from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.arithmetic.rational_balls import middle
from ridgeproof.numerics.decimals import decimal, printed_radius, shown_radius
from ridgeproof.numerics.point import FormulaPoint
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.shown import Shown, echoed

__all__ = ["Value", "solved_fit"]


@dataclass(frozen=True, eq=False)
class Value(Shown):
    """A number with everything needed to judge it.

    ``radius`` bounds how far ``value``, and its decimal ``shown(value)``, can be from the true
    value of the formulas: a theorem when ``certified``.  It says nothing about finite-size
    effects, which ``form``, ``formulas`` and ``is_exact`` (exact at this finite size) are about.
    ``term_radii`` is the same for each term, empty in plain float64.  ``setting`` is what was
    evaluated; ``exact`` the error at its own size, where ``value`` is a limit and that is known.
    """

    value: Number
    radius: Number
    terms: Mapping[str, Number]
    kappa: Number
    kappa_radius: Number
    df1: Number
    df2: Number
    gamma: Number
    regime: str
    formulas: tuple[str, ...]
    form: str
    is_exact: bool
    exact_pieces: tuple[str, ...]
    digits: int
    certified: bool
    term_radii: Mapping[str, Number] = field(default_factory=dict)
    setting: Setting | None = None
    exact: Number | None = None

    def shown(self, number: Number) -> str:
        """A number of this record as a decimal string with ``digits`` significant digits."""
        return decimal(number, self.digits)

    def shown_radius(self, radius: Number) -> str:
        """A radius as a decimal string with two digits, rounded up."""
        return shown_radius(radius)

    def __float__(self) -> float:
        """The value, rounded."""
        return float(self.value)

    def data(self) -> dict[str, Any]:
        """Plain data, numbers as decimals of ``digits`` digits."""
        return {
            "setting": self.setting and echoed(self.setting.canonical()),
            "value": self.shown(self.value),
            "exact": None if self.exact is None else decimal(self.exact, min(self.digits, 15)),
            "terms": {name: self.shown(term) for name, term in self.terms.items()},
            **{name: self.shown(getattr(self, name)) for name in ("kappa", "df1", "df2", "gamma")},
            "regime": self.regime,
            "formulas": list(self.formulas),
            "form": self.form,
            "is_exact": self.is_exact,
            "exact_pieces": list(self.exact_pieces),
            "digits": self.digits,
            "certified": self.certified,
            "radius": self.shown_radius(self.radius),
            "kappa_radius": self.shown_radius(self.kappa_radius),
        }

    def rows(self) -> list[tuple[str, str]]:
        """The value and what it is, its terms, its radius, and where they come from."""
        kind = "limit" if self.form == "limit" else "limit, with exact pieces"
        kind = "exact at this size" if self.is_exact else kind
        if self.exact is not None:
            kind += f"; exact at this size: {decimal(self.exact, min(self.digits, 15))}"
        names = ("kappa", "df1", "df2", "gamma")
        silent = self.setting is not None and self.setting.is_noiseless
        return [
            ("test error", f"{self.shown(self.value)} ({kind})"),
            *((f"  {name}", self.shown(term)) for name, term in self.terms.items()),
            *([("label noise", "none: sigma and sigma0 are 0")] if silent else []),
            (
                "certified" if self.certified else "rounding",
                f"+- {self.shown_radius(self.radius)} of the test error",
            ),
            *((name, self.shown(getattr(self, name))) for name in names),
            ("regime", self.regime),
            ("theorem", f"{', '.join(self.formulas)} ({self.form} form)"),
            *(("exact", piece) for piece in self.exact_pieces),
        ]


def solved_fit(point: FormulaPoint, digits: int) -> dict[str, Number]:
    """kappa, its radius and the degrees of the downstream fit, as a `Value` holds them."""
    found = point.solutions[sy.kappa]
    kappa, radius = middle(found.value), middle(found.radius)
    if isinstance(found.value, arb):
        radius = printed_radius(kappa, radius, digits)
    degrees = {
        name: middle(evaluate_expression(getattr(sy, name), point))
        for name in ("df1", "df2", "gamma")
    }
    return {"kappa": kappa, "kappa_radius": radius, **degrees}
