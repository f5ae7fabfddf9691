"""What is proved non-negative on a region, with the polynomials that show it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.util import find_spec

from sympy import Expr, cancel

from ridgeproof.theory.domains.positivity import prove_nonnegative
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.exponents.regions import Region
from ridgeproof.theory.exponents.smt import no_counterexample

__all__ = ["Certificate", "nonnegative", "vanishing"]

_Z3_MILLISECONDS = 2_000


@dataclass(frozen=True)
class Certificate:
    """A proof: the theorem it is about, in words what was shown, and the witnesses of each part."""

    theorem: str
    text: str
    parts: tuple[dict[str, str], ...] = ()


def vanishing(expression: Expr) -> dict[str, str]:
    """The witness that an expression is zero as a rational function.

    Raises:
        DerivationError: it is not.
    """
    if cancel(expression) != 0:
        raise DerivationError(f"{expression} = 0 is not proved")
    return {"identity": f"{expression} = 0"}


def nonnegative(expression: Expr, regions: Iterable[Region], *, z3: bool) -> list[dict[str, str]]:
    """The witnesses that a rational function is >= 0 on some regions.

    A region is mapped onto the positive orthant, where numerator and denominator must have no
    negative coefficient.  With ``z3`` the solver is asked instead, where it is installed.

    Raises:
        DerivationError: it is not proved on one of them, or no rational function of their symbols.
    """
    parts = []
    for region in regions:
        images = region.orthant()
        shown = cancel(expression.xreplace(images))
        if not shown.is_rational_function() or (expression.free_symbols - set(images)):
            raise DerivationError(f"{expression} is no rational function of {[*images]}")
        part = {"region": str(region.condition), "claim": f"{expression} >= 0"}
        if z3:
            if not find_spec("z3") or not no_counterexample(
                expression, region, strict=False, milliseconds=_Z3_MILLISECONDS
            ):
                raise DerivationError(f"z3 does not prove {expression} >= 0")
            parts.append(part | {"by": "z3 (no counterexample)"})
        elif shown.is_number:
            if shown.is_nonnegative is not True:
                raise DerivationError(f"{shown} >= 0 is not proved")
            parts.append(part | {"numerator": str(shown), "denominator": "1"})
        else:
            proof = prove_nonnegative(part["claim"], part["region"], expression, images)
            above, below = (str(x.as_expr()) for x in (proof.numerator, proof.denominator))
            put = ", ".join(f"{x} = {value}" for x, value in images.items())
            parts.append(part | {"put": put, "numerator": above, "denominator": below})
    return parts
