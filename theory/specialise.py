"""Specialisations of a formula: numbers for symbols, ridgeless, isotropic, infinite data."""

from __future__ import annotations

from collections.abc import Iterable

from sympy import Add, Expr, Rational, limit, nan, oo, simplify, zoo

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import check_integer, check_real, parse_rational
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["isotropic", "ridgeless", "specialise"]

_SETTABLE = {
    symbol.name: symbol
    for symbol in (sy.d, sy.T, sy.T0, sy.n, sy.sigma, sy.sigma0, sy.lam, sy.lam0, sy.kappa, sy.b)
}
_COUNTED = ("d", "T", "T0")
# Mean over the levels of what an isotropic summand may hold, each linear in it.
_TOTALS = [
    (sy.m, sy.mu / (sy.d * sy.w0)),
    (sy.w0**2, sy.b / sy.d),
    (sy.a, sy.alpha / sy.d),
]
_ABBREVIATED = (sy.gamma, sy.gamma0, sy.phi, sy.phi0, sy.eta)


def isotropic(expression: Expr) -> Expr:
    """Sigma = I: every spectral sum becomes d times its summand at s = 1.

    df1 and df2 are d/(1+kappa) and d/(1+kappa)^2; sum w0_i^2 = b, sum a_i = alpha and
    sum m_i w0_i = mu.
    """
    return _unfold_degrees(expression).replace(
        lambda node: isinstance(node, SpectralSum),
        lambda node: sy.d * node.summand.subs(sy.s, 1).subs(_TOTALS),
    )


def ridgeless(expression: Expr) -> Expr:
    """lam = 0 with T > d: kappa = 0, hence df1 = df2 = d."""
    # A finite limit of the kappa-dependence, not a substitution into 0/0.
    at_zero = expression.subs({symbol: DEFINITIONS[symbol] for symbol in _ABBREVIATED}).subs(
        {sy.df1: sy.d, sy.df2: sy.d}
    )
    at_zero = at_zero.replace(
        lambda node: isinstance(node, SpectralSum),
        lambda node: SpectralSum(node.summand.subs(sy.kappa, 0)),
    )
    at_zero = at_zero.subs({sy.kappa: 0, sy.lam: 0})
    return Add(*(simplify(term) for term in Add.make_args(at_zero)))


def _unfold_degrees(expression: Expr) -> Expr:
    degrees = {
        symbol: DEFINITIONS[symbol] for symbol in DEFINITIONS if symbol not in {sy.b, sy.eta}
    }
    for _ in range(3):
        expression = expression.subs(degrees)
    return expression


def specialise(expression: Expr, settings: Iterable[str]) -> Expr:
    """Apply settings such as n=3, lam=0, T=inf, spectrum=isotropic, in that order.

    lam = 0 is the ridgeless case with T > d.  T = inf keeps kappa = lam and sends gamma to 0.

    Raises:
        InputError: an unknown name or value.
    """
    for setting in settings:
        name, equals, text = (part.strip() for part in setting.partition("="))
        if not equals or not text:
            raise InputError("--set", setting, "is not NAME=VALUE", "write, say, --set n=3")
        expression = _apply(expression, name, text)
    return expression


def _apply(expression: Expr, name: str, text: str) -> Expr:
    if name == "spectrum":
        if text != "isotropic":
            raise InputError("--set spectrum", text, "cannot be set here", "only isotropic can")
        return isotropic(expression)
    if name not in _SETTABLE:
        raise InputError(
            "--set", name, "is not a symbol of the setting", f"choose from {sorted(_SETTABLE)}"
        )
    symbol = _SETTABLE[name]
    if text in {"inf", "oo"}:
        if symbol not in {sy.T, sy.T0}:
            raise InputError("--set", f"{name}={text}", "cannot be infinite", "only T or T0 can")
        return _infinite(expression, symbol)
    value = parse_rational(f"--set {name}", text)
    check_real(f"--set {name}", value, least=1 if name in _COUNTED else 0)
    if name in {*_COUNTED, "n"}:
        check_integer(f"--set {name}", value, least=0)
    exact = Rational(value.numerator, value.denominator)
    special = (
        ridgeless(expression) if symbol == sy.lam and exact == 0 else expression.subs(symbol, exact)
    )
    if special.has(nan, zoo, oo):
        condition = "leaves the formula infinite or undefined"
        raise InputError(f"--set {name}", text, condition, "keep within the regime of the formula")
    return special


def _infinite(expression: Expr, size: Expr) -> Expr:
    if size == sy.T:
        # With T -> infinity at a fixed spectrum kappa tends to lam, and gamma to 0.
        expression = expression.subs({sy.gamma: 0, sy.kappa: sy.lam}).replace(
            lambda node: isinstance(node, SpectralSum),
            lambda node: SpectralSum(node.summand.subs(sy.kappa, sy.lam)),
        )
    return Add(*(limit(t, size, oo) if t.has(size) else t for t in Add.make_args(expression)))
