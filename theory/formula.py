"""Formula: what the catalogue says about one theorem, as a frozen record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sympy import Add, Expr
from sympy.logic.boolalg import Boolean

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.limits import proportional_limit
from ridgeproof.theory.shown import Written

if TYPE_CHECKING:
    from ridgeproof.theory.calculus.derivation import Derivation

__all__ = ["ERROR_TERMS", "Form", "Formula", "FormulaKind", "read_form"]

ERROR_TERMS = ("bias", "variance", "synthetic")


class FormulaKind(StrEnum):
    """What a formula promises."""

    EXACT = "exact"
    LIMIT = "limit"
    SCALING = "scaling"
    EQUATIONS = "equations"


class Form(StrEnum):
    """Which version of a formula: with every known exact finite-size piece, or its limit."""

    EXACT = "exact"
    LIMIT = "limit"


def read_form(form: object) -> Form:
    """A form given as itself or as text.

    Raises:
        InputError: it is neither exact nor limit.

    >>> read_form("exact")
    <Form.EXACT: 'exact'>
    """
    try:
        return Form(str(form))
    except ValueError:
        raise InputError(
            "form", form, "is neither exact nor limit", "give one of the two"
        ) from None


@dataclass(frozen=True, eq=False)
class Formula(Written):
    """One catalogued theorem.

    ``expressions`` are typed once, in their most exact form; `expression` gives the proportional
    limit of one where asked.  A formula for the test error has the three expressions bias
    (quadratic in w0), variance (the sigma^2 part) and synthetic (the sigma0^2 part), which sum to
    it.  ``assumptions`` is a SymPy Boolean in the symbols of the setting; ``chain``, ``downstream``
    and ``features`` name the process it is about (`theory.settings.selection`).  Features are "iid"
    (normal entries, or in the limit any others that are independent) or "elliptical".
    """

    id: str
    theorem: str
    title: str
    statement: str
    expressions: Mapping[str, Expr]
    assumptions: Boolean
    regime: str
    kind: FormulaKind
    source: str
    derive: Callable[[], Derivation]
    exact_pieces: str = ""
    priority: int = field(default=0)
    chain: str = "replace"
    downstream: str = "ridge"
    features: str = "iid"

    def data(self) -> dict[str, Any]:
        """The entry as plain data."""
        from ridgeproof.theory.rendering import formula_data

        return formula_data(self)

    def written(self, style: str) -> str:
        """The entry in full, as `ridgeproof formulas ID --format` prints it."""
        from ridgeproof.theory.rendering import formula_in

        return formula_in[style](self)

    @property
    def is_test_error(self) -> bool:
        """Whether the formula gives the three terms of the test error."""
        return set(self.expressions) == set(ERROR_TERMS)

    @property
    def law(self) -> str:
        """Which features a formula for the test error is about, in words; empty for the others."""
        if not self.is_test_error:
            return ""
        if self.features == "elliptical":
            return "elliptical: normal rows, each times a random scale of its own"
        if self.kind is FormulaKind.EXACT:
            return "normal; in the limit any with independent entries"
        return "any with independent entries, such as normal ones"

    def expression(self, name: str = "", form: Form = Form.EXACT) -> Expr:
        """One named expression, or their sum (the test error) where no name is given."""
        typed = self.expressions[name] if name else Add(*self.expressions.values())
        return proportional_limit(typed) if form is Form.LIMIT else typed

    def step(self, form: Form) -> dict[str, Expr]:
        """The expressions of a generator in a form; what is typed as a limit is its own limit."""
        if self.kind is not FormulaKind.EXACT:
            return dict(self.expressions)
        return {name: self.expression(name, form) for name in self.expressions}
