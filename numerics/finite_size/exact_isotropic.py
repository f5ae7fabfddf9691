"""evaluate in exact form for isotropic features: the finite-size oracle as a Value."""

from __future__ import annotations

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.decimals import printed_radius
from ridgeproof.numerics.finite_size import finite_size_terms
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.regime import regime
from ridgeproof.numerics.value import Value, solved_fit
from ridgeproof.theory.errors import NotBuilt, NoTheorem
from ridgeproof.theory.formula import ERROR_TERMS, Form, FormulaKind
from ridgeproof.theory.settings.selection import best
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Isotropic

__all__ = ["exact_isotropic_value"]

_PIECES = (
    "everything: the eigenvalue density of the real Wishart matrix is known at every finite size",
)


def exact_isotropic_value(setting: Setting, digits: int, *, certified: bool) -> Value | None:
    """The exact finite-size error for Sigma = I, enclosed; None where it is not to be had.

    None for other spectra, where a closed exact theorem says it more simply, for sizes beyond the
    oracle's reach, and for combinations without a theorem.
    """
    if not isinstance(setting.spectrum, Isotropic) or setting.is_infinite:
        return None
    try:
        if best(setting)[0].kind is FormulaKind.EXACT:
            return None
        found = finite_size_terms(setting, digits=digits)
    except (NoTheorem, NotBuilt):
        return None
    point = make_point(setting, Balls(digits + 5))

    def padded(number: Number) -> Number:
        """The radius of the enclosure, plus the rounding of what is printed."""
        return printed_radius(number, found.radius, digits)

    terms = {name: getattr(found, name) for name in ERROR_TERMS}
    return Value(
        value=found.total,
        radius=padded(found.total),
        terms=terms,
        **solved_fit(point, digits),
        regime=regime(setting),
        formulas=("finite-size",),
        form=Form.EXACT.value,
        is_exact=True,
        exact_pieces=_PIECES,
        digits=digits,
        certified=certified,
        term_radii={name: padded(term) for name, term in terms.items()},
    )
