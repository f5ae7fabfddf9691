"""T8: the corrected optimal ridge penalty on labels of a least-squares chain."""

from __future__ import annotations

from functools import lru_cache

from sympy import And, Expr, Symbol, diff, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, differentiate, restate, unfold
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.chains.assumptions import LEAST_SQUARES_CHAIN
from ridgeproof.theory.definitions import ridge_of_kappa
from ridgeproof.theory.domains.positivity import PositivityProof, prove_nonnegative
from ridgeproof.theory.formula import Formula, FormulaKind
from ridgeproof.theory.specialise import isotropic
from ridgeproof.theory.theorems import ridge

__all__ = ["FORMULA", "correction_is_nonnegative", "optimum_increases"]

_phi, _b, _v, _Delta = sy.phi, sy.b, sy.v, sy.Delta

_CORRECTION = _Delta * (1 + _phi - 3 * _phi * _v + _phi**2 * _v**3)

EXPRESSIONS = {
    "lam": (_phi * sy.sigma**2 + _CORRECTION) / _b,
    "root": (
        _phi**2 * _Delta * _v**4
        - _phi * (3 * _Delta + _b) * _v**2
        + (_phi * sy.sigma**2 + _Delta * (1 + _phi) + _b * (1 + _phi)) * _v
        - _b
    ),
}


def in_v() -> Rule:
    """Sigma = I: write kappa = (1-v)/v, T = d/phi and n sigma0^2 = Delta (T0-d-1)/d."""
    substitution = {
        sy.kappa: (1 - _v) / _v,
        sy.T: sy.d / _phi,
        sy.n: _Delta * (sy.T0 - sy.d - 1) / (sy.d * sy.sigma0**2),
    }
    return Rule(
        "isotropic variables",
        RuleKind.ALGEBRA,
        "Sigma = I, v = 1/(1 + kappa), phi = d/T, Delta = n sigma0^2 d/(T0-d-1)",
        lambda expression: together(
            isotropic(expression).subs(sy.lam, isotropic(ridge_of_kappa())).subs(substitution)
        ),
        substitution=substitution,
        needs=frozenset({"isotropic"}),
    )


@lru_cache
def derive() -> Derivation:
    """From T2 to the isotropic optimum, with the two inequalities proved."""
    root = EXPRESSIONS["root"]
    stationary = unfold(
        "the stationary point, Sigma = I",
        "dE_test/dv",
        ridge.FORMULA.expression(),
        "the ridge formula (T2), whose lam is the explicit function kappa (1 - df1/T)",
        [
            in_v(),
            differentiate(_v, isotropic=True),
            restate(
                2 * root / (1 - _phi * _v**2) ** 2,
                "factor: the sign is that of the quartic",
                isotropic=True,
            ),
        ],
    )
    penalty = unfold(
        "the penalty there",
        "b lam + root/v",
        _b * sy.lam + root / _v,
        "root(v) = 0 at the optimum, so that this is b lam",
        [
            in_v(),
            restate(_b * EXPRESSIONS["lam"], "collect powers of v", isotropic=True),
        ],
    )
    return Derivation(
        FORMULA.id,
        (stationary, penalty),
        "v is the unique root of the quartic in (0, min(1, 1/phi)).  There is none for "
        "Delta = sigma = 0, nor for phi = 1, sigma = 0, b >= 3 Delta (lam = 0 is optimal), nor "
        "for b = 0 (lam = infinity).  For another spectrum the optimum is found numerically.",
        (*correction_is_nonnegative(), *optimum_increases()),
    )


def _regions() -> list[tuple[str, dict[Symbol, Expr]]]:
    """The region 0 < v < min(1, 1/phi), for phi <= 1 and for phi >= 1, as positive orthants."""
    x, y = sy.kappa, Symbol("y", nonnegative=True)
    return [
        ("phi <= 1, 0 < v <= 1", {_v: 1 / (1 + x), _phi: 1 / (1 + y)}),
        ("phi >= 1, 0 < v <= 1/phi", {_v: 1 / ((1 + x) * (1 + y)), _phi: 1 + y}),
    ]


@lru_cache
def correction_is_nonnegative() -> tuple[PositivityProof, ...]:
    """b lam* >= phi sigma^2: fake data never ask for less ridge than clean data."""
    statement = "the correction Delta (1 + phi - 3 phi v + phi^2 v^3) is non-negative"
    return tuple(
        prove_nonnegative(statement, region, _CORRECTION, orthant) for region, orthant in _regions()
    )


@lru_cache
def optimum_increases() -> tuple[PositivityProof, ...]:
    """lam* increases with Delta, hence with the number of generations n.

    The root satisfies psi(v; Delta) = b with psi = [b lam(v; Delta)] v/((1-v)(1-phi v)).  psi
    increases in v and in Delta, so v* decreases as Delta grows, and lam = (1-v)(1-phi v)/v
    increases.
    """
    psi = (_CORRECTION + _phi * sy.sigma**2) * _v / ((1 - _v) * (1 - _phi * _v))
    lam = (1 - _v) * (1 - _phi * _v) / _v
    proofs = []
    for region, orthant in _regions():
        for statement, expression in (
            ("psi increases in v", diff(psi, _v)),
            ("psi increases in Delta", diff(psi, _Delta)),
            ("lam decreases in v", -diff(lam, _v)),
        ):
            proofs.append(prove_nonnegative(statement, region, expression, orthant))
    return tuple(proofs)


FORMULA = Formula(
    id="optimal-ridge",
    theorem="T8",
    title="Corrected optimal ridge",
    statement=(
        "On fake data the optimal penalty is larger than the classical phi sigma^2/b, by a "
        "correction that vanishes with the generators' error and grows with the generations; "
        "v is the root of a quartic."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(sy.is_isotropic, LEAST_SQUARES_CHAIN),
    regime="closed form: Sigma = I, least-squares generators; any spectrum numerically",
    kind=FormulaKind.LIMIT,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712) for the effect; closed form derived here",
    derive=derive,
    exact_pieces="Delta = n sigma0^2 d/(T0-d-1); phi0/(1-phi0) in place of d/(T0-d-1) in the limit",
)
