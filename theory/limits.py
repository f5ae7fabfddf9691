"""The proportional limit: d, T, T0, width grow together, and with them the degrees of freedom.

The signal energy stays fixed, so that it is split over ever more levels: w0^2, m w0 and a on one
level fall like 1/d, and a sum over levels grows one power faster than its summand.
"""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, Piecewise, Pow, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["proportional_limit"]

# Extensive quantities grow like t when d, T, T0 and the width are multiplied by t.
_EXTENSIVE = {
    sy.d, sy.T, sy.T0, sy.width, sy.gathered, sy.df1, sy.df2, sy.df1_0, sy.df2_0, sy.df2_width,
}  # fmt: skip
_POWERS = {
    **dict.fromkeys(_EXTENSIVE, Integer(1)),
    sy.w0: Rational(-1, 2),
    sy.m: Rational(-1, 2),
    sy.a: Integer(-1),
}


@lru_cache(maxsize=256)
def proportional_limit(expression: Expr) -> Expr:
    """Keep what survives when d, T, T0 -> infinity at fixed ratios: 1/(T0-d-1) -> 1/(T0-d).

    Weighted spectral sums (sum s w0^2) are intensive, unweighted ones extensive.

    Raises:
        DerivationError: leading terms cancel, so that the rule would need the next order.
    """
    return _leading(expression)[0]


def _leading(node: Expr) -> tuple[Expr, Rational]:
    """The leading part of a node and its power of t."""
    if isinstance(node, Symbol):
        return node, _POWERS.get(node, Integer(0))
    if isinstance(node, SpectralSum):
        summand, power = _leading(node.summand)
        return SpectralSum(summand), power + 1
    if isinstance(node, Mul):
        parts = [_leading(factor) for factor in node.args]
        return Mul(*(part for part, _ in parts)), Add(*(power for _, power in parts))
    if isinstance(node, Add):
        parts = [_leading(term) for term in node.args]
        top = max(power for _, power in parts)
        kept = Add(*(part for part, power in parts if power == top))
        if kept == 0:
            raise DerivationError(f"the leading terms of {node} cancel")
        return kept, top
    if isinstance(node, Piecewise):
        return _leading_branches(node)
    if isinstance(node, Pow) and not node.exp.has(*_EXTENSIVE):
        base, power = _leading(node.base)
        if power == 0:
            return base**node.exp, Integer(0)
        return base**node.exp, power * node.exp
    if not node.args:
        return node, Integer(0)
    parts = [_leading(arg) for arg in node.args]
    if any(power != 0 for _, power in parts):
        raise DerivationError(f"{node} has no proportional limit by powers")
    return node.func(*(part for part, _ in parts)), Integer(0)


def _leading_branches(node: Piecewise) -> tuple[Expr, Rational]:
    parts = [_leading(branch) for branch, _ in node.args]
    if len({power for _, power in parts}) != 1:
        raise DerivationError(f"the branches of {node} grow differently")
    branches = [(part, c) for (part, _), (_, c) in zip(parts, node.args, strict=True)]
    return Piecewise(*branches), parts[0][1]
