"""N8: scaling laws on clean data with their constants, on the infinite power-law spectrum."""

from __future__ import annotations

from functools import lru_cache

from sympy import (
    And,
    Eq,
    EulerGamma,
    Expr,
    Function,
    Integral,
    Piecewise,
    Rational,
    Symbol,
    diff,
    gamma,
    log,
    oo,
    simplify,
    true,
    zeta,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.scaling.sums import beta_integral
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["CONSTANT", "FORMULA", "power_sum"]

# The name of lines that are measured on the infinite spectrum
# (verification.derivations.scaling_constants).
CONSTANT = "constant"

_z, _p, _u, _i = Symbol("z"), Symbol("p"), Symbol("u", positive=True), Symbol("i", positive=True)


def power_sum(power: int, exponent: Expr) -> Expr:
    """sum_i i^-p (1 + kappa i^beta)^-power up to o(1) as kappa -> 0; p is not 1.

    Mellin inversion writes the sum as the integral of kappa^-z M(z) zeta(p + beta z) on a vertical
    line; moved to the left of z = 0 it leaves the residue of zeta at z = (1-p)/beta and that of
    M at z = 0.
    """
    at = (1 - exponent) / sy.beta
    return sy.kappa**-at * beta_integral(at, power) / sy.beta + zeta(exponent)


def _double_pole() -> Expr:
    """The same at p = 1, power = 2, where both poles meet: the residue of a double pole.

    z M(z) = gamma(1+z) gamma(2-z), and z zeta(1 + beta z) = 1/beta + EulerGamma z + O(z^2).
    """
    regular = sy.kappa**-_z * gamma(1 + _z) * gamma(2 - _z) * (1 / sy.beta + EulerGamma * _z)
    return simplify(diff(regular, _z).subs(_z, 0))


_C = gamma(1 - 1 / sy.beta) * gamma(1 + 1 / sy.beta)
_SOURCE = 1 + 2 * sy.beta * sy.r
_BIAS = Piecewise(
    (sy.kappa ** (2 * sy.r) * gamma(2 - 2 * sy.r) * gamma(2 * sy.r) / sy.beta, sy.r < 1),
    (sy.kappa**2 * (EulerGamma - (log(sy.kappa) + 1) / sy.beta), Eq(sy.r, 1)),
    (sy.kappa**2 * zeta(_SOURCE - 2 * sy.beta), true),
) / zeta(_SOURCE)
_RIDGELESS = (_C / sy.T) ** sy.beta

EXPRESSIONS = {
    "df1": _C * sy.kappa ** (-1 / sy.beta),
    "df2": (1 - 1 / sy.beta) * _C * sy.kappa ** (-1 / sy.beta),
    "bias_sum": _BIAS,
    "ridge_bias": _BIAS.subs(sy.kappa, sy.lam),
    "ridge_variance": sy.sigma**2 * (1 - 1 / sy.beta) * _C * sy.lam ** (-1 / sy.beta) / sy.T,
    "ridgeless_kappa": _RIDGELESS,
    "ridgeless_bias": sy.beta * _BIAS,  # at kappa = ridgeless_kappa
    "ridgeless_variance": sy.sigma**2 * (sy.beta - 1),
}


def _line(expression: Expr, statement: str) -> Step:
    """A line that states an equation of its own, measured on actual spectra."""
    rule = Rule(CONSTANT, RuleKind.SCALING, statement, lambda _: expression)
    return Step(expression, rule)


def _require(left: Expr, right: Expr) -> None:
    if simplify(left - right) != 0:
        raise DerivationError(f"{left} is not {right}")


@lru_cache
def derive() -> Derivation:
    """One Mellin transform gives every sum; each line is measured on the infinite spectrum.

    Raises:
        DerivationError: a catalogued constant is not the residue that it should be.
    """
    sums = Section(
        "sums over the infinite spectrum",
        "sum_i i^-p (1 + kappa i^beta)^-m",
        Eq(Integral(_u ** (_z - 1) / (1 + _u) ** 2, (_u, 0, oo)), beta_integral(_z, 2)),
        "Euler's beta integral, for m = 2",
        (
            _line(
                Eq(Function("F")(_p, sy.kappa), power_sum(2, _p)),
                "Mellin inversion: F = sum_i i^-p (1 + kappa i^beta)^-2 is the integral of "
                "kappa^-z M(z) zeta(p + beta z) over a vertical line; to the left of 0 it is "
                "O(kappa), and the poles at (1-p)/beta and 0 leave their residues",
            ),
            *_sums(),
        ),
    )
    terms = Section(
        "the terms of the error",
        "kappa, bias, variance",
        Eq(sy.lam, sy.kappa * (1 - sy.df1 / sy.T)),
        "lam = T^-ell, 0 < ell < beta: df1/T and gamma vanish, so that kappa ~ lam",
        (
            _line(
                Eq(Symbol("bias"), Symbol("ridge_bias")),
                "gamma -> 0 and kappa ~ lam: the sum of the bias at kappa = lam",
            ),
            _line(Eq(Symbol("variance"), Symbol("ridge_variance")), "sigma^2 df2/T, kappa ~ lam"),
            _line(Eq(Symbol("ridgeless kappa"), Symbol("ridgeless_kappa")), "lam = 0: df1 = T"),
            _line(
                Eq(Symbol("ridgeless bias"), Symbol("ridgeless_bias")),
                "lam = 0: gamma = df2/df1 -> 1 - 1/beta, so that 1/(1-gamma) -> beta",
            ),
            _line(
                Eq(Symbol("ridgeless variance"), Symbol("ridgeless_variance")),
                "lam = 0: sigma^2 gamma/(1-gamma) -> sigma^2 (beta - 1), a plateau",
            ),
        ),
    )
    return Derivation(
        FORMULA.id,
        (sums, terms),
        "Signals with a source are normalised to sum b_i = 1: hence zeta(1 + 2 beta r).  "
        "gamma(1 - 1/beta) gamma(1 + 1/beta) = (pi/beta)/sin(pi/beta).  In powers of T the error "
        "is T^(-2 min(r, 1) ell) + sigma^2 T^-(1 - ell/beta), with log T at r = 1.",
    )


def _sums() -> tuple[Step, ...]:
    # df1: p = 0, m = 1; zeta(0) = -1/2 is what is left out.  df2: p = 0, m = 2.
    leading = power_sum(1, Rational(0)) - zeta(0)
    _require(leading, EXPRESSIONS["df1"])
    _require(power_sum(2, Rational(0)) - zeta(0), EXPRESSIONS["df2"])
    exponent = _SOURCE - 2 * sy.beta
    (below, _), (at, _), (above, _) = (_BIAS * zeta(_SOURCE)).args
    _require(sy.kappa**2 * (power_sum(2, exponent) - zeta(exponent)), below)
    _require(sy.kappa**2 * _double_pole(), at)
    _require(sy.kappa**2 * zeta(exponent), above)
    bias = SpectralSum(sy.kappa**2 * sy.s * sy.w0**2 / (sy.s + sy.kappa) ** 2)
    return (
        _line(Eq(sy.df1, EXPRESSIONS["df1"]), "m = 1, p = 0: the pole at 1/beta"),
        _line(Eq(sy.df2, EXPRESSIONS["df2"]), "m = 2, p = 0: the pole at 1/beta"),
        _line(
            Eq(bias, _BIAS),
            "p = 1 + 2 beta (r - 1): the pole at 2 (1-r) is ahead for r < 1, that at 0 for r > 1; "
            "at r = 1 they meet in a double pole, hence the logarithm",
        ),
    )


FORMULA = Formula(
    id="clean-scaling",
    theorem="N8",
    title="Clean scaling laws with their constants",
    statement=(
        "On the infinite spectrum s_i = i^-beta, with b_i = i^-(1 + 2 beta r)/zeta(1 + 2 beta r) "
        "and lam = T^-ell, 0 < ell < beta, bias and variance are asymptotically these powers with "
        "these constants; at lam = 0 the variance stays at sigma^2 (beta - 1), and kappa in the "
        "bias is ridgeless_kappa. The gamma beside the logarithm is Euler's constant."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(sy.beta > 1, sy.r > 0),
    regime="clean data, d = infinity, beta > 1, r > 0, T -> infinity",
    kind=FormulaKind.SCALING,
    source="Cui, Loureiro, Krzakala, Zdeborova 2021 (arXiv 2105.15004) for the exponents; the "
    "constants are derived here",
    derive=derive,
)
