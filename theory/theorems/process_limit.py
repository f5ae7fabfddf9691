"""N9: the limit of every process, by Stein's identity."""

from __future__ import annotations

from functools import lru_cache

from sympy import Eq, Expr, Function, Le, Symbol, Tuple, sqrt, true

from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.equivalent.formulas.sections import four_equations
from ridgeproof.theory.formula import Formula, FormulaKind

__all__ = ["BOUND", "FORMULA", "IDENTITY", "MEAN", "ORDER"]

# What a line claims: equal in every draw; equal in the mean; in the mean up to O(1/T), relative;
# a bound.
IDENTITY, MEAN, ORDER, BOUND = "in every draw", "in the mean", "up to O(1/T)", "a bound"


def _matrix(name: str) -> Symbol:
    return Symbol(name, commutative=False)


_NU, _D, _MU, _Q, _BETA, _ALPHA, _N, _COVARIANCE = map(
    _matrix, ("nu", "D", "mu", "q", "beta", "alpha", "N", "Q")
)
_BETA_T, _ALPHA_T, _N_T = map(_matrix, ("beta^T", "alpha^T", "N^T"))
_RII, _RJI, _RJJ, _CII, _CJI, _CJJ = map(_matrix, ("R_ii", "R_ji", "R_jj", "C_ii", "C_ji", "C_jj"))
_RII_T, _RIJ_T = map(_matrix, ("R_ii^T", "R_ij^T"))
_X, _s, _T = Symbol("X_ji"), Symbol("s_i"), Symbol("T")
_mean, _rows, _directions, _turned = (
    Function(name, commutative=False) for name in ("E", "sum_j", "sum_i", "transpose")
)
_H, _K = _mean(_rows(_RJJ)), _mean(_rows(_CJJ))  # T H_g and T C_g of one group


def _equation(left: Expr, right: Expr) -> Expr:
    return Eq(left, right, evaluate=False)


def _line(kind: str, statement: str, expression: Expr) -> Step:
    return Step(expression, Rule(kind, RuleKind.RESPONSE, statement, lambda _: expression))


def _responses() -> Section:
    derivative = _RJJ * _ALPHA * _RII + _RJI * _Q * _BETA * _RJI
    return Section(
        "responses, (1) and (2)",
        "G, H",
        _equation(_matrix("L") * _matrix("R"), 1),
        "the pencil of the process as one matrix L in directions i and rows j, linear in normal "
        "entries X_ji of variance s_i; R is its inverse, in small matrices over blocks.  One group "
        "of T rows is written, several are summed over",
        (
            _line(
                IDENTITY,
                "the row of L R = 1 in direction i",
                _equation((_NU - _D) * _RII - _Q * _BETA * _rows(_X * _RJI), 1),
            ),
            _line(
                MEAN,
                "Stein's identity E X f = s E df/dX, and dR/dX_ji = R_(.,j) alpha R_(i,.) + "
                "R_(.,i) q beta R_(j,.) of an inverse",
                _equation(_mean(_rows(_X * _RJI)), _s * _mean(_rows(derivative))),
            ),
            _line(
                ORDER,
                "R_ji q beta R_ji has squares of order 1/T, summed over rows and times beta, of "
                "order 1/T; sum_j R_jj has a bounded variance by the Poincare inequality, where "
                "lam > 0, so that it is its mean up to 1/T of it",
                _equation(_BETA * _mean(_rows(derivative)), _BETA * _H * _ALPHA * _mean(_RII)),
            ),
            _line(
                ORDER,
                "(1): solved for E R_ii = G(i), with E sum_j R_jj = T H",
                _equation(_mean(_RII), (_NU - _D - _s * _Q * _BETA * _H * _ALPHA) ** -1),
            ),
            _line(
                ORDER,
                "(2): the same for the row j of L R = 1, and a sum over directions",
                _equation(
                    _H, _T * (_MU - _ALPHA * _mean(_directions(_s * _RII * _Q)) * _BETA) ** -1
                ),
            ),
        ),
    )


def _correlations() -> Section:
    derivative = (
        _RJJ * _ALPHA * _CII
        + _CJJ * _BETA_T * _Q * _RII_T
        + _RJI * _Q * _BETA * _CJI
        + _CJI * _ALPHA_T * _RIJ_T
    )
    kept = _H * _ALPHA * _mean(_CII) + _K * _BETA_T * _Q * _mean(_RII_T)
    return Section(
        "correlations, (3) and (4)",
        "C",
        _equation(_matrix("L") * _matrix("C"), _matrix("S") * _matrix("R^T")),
        "C = R S R^T, where S = (Q(i), N N^T) holds the second moments of truths and noise: those "
        "of the unknowns, averaged over noise and over the signs of coordinates, of which the "
        "limit knows nothing",
        (
            _line(
                IDENTITY,
                "the row of L C = S R^T in direction i",
                _equation((_NU - _D) * _CII - _Q * _BETA * _rows(_X * _CJI), _COVARIANCE * _RII_T),
            ),
            _line(
                MEAN,
                "Stein's identity, and the derivatives of both factors R",
                _equation(_mean(_rows(_X * _CJI)), _s * _mean(_rows(derivative))),
            ),
            _line(
                ORDER,
                "products of blocks off the diagonal and covariances with sums over rows, as above",
                _equation(_BETA * _mean(_rows(derivative)), _BETA * kept),
            ),
            _line(
                ORDER,
                "(3): solved for E C_ii = C(i), by (1)",
                _equation(
                    _mean(_CII),
                    _mean(_RII)
                    * (_COVARIANCE + _s * _Q * _BETA * _K * _BETA_T * _Q)
                    * _mean(_RII_T),
                ),
            ),
            _line(
                ORDER,
                "(4): the same for a row j",
                _equation(
                    _K,
                    _H
                    * (_N * _N_T + _ALPHA * _mean(_directions(_s * _CII)) * _ALPHA_T)
                    * _turned(_H)
                    / _T,
                ),
            ),
        ),
    )


def _stability() -> Section:
    pair, one, other = (Symbol(f"N_{name}", nonnegative=True) for name in ("JK", "JJ", "KK"))
    radius = Function("radius", nonnegative=True)
    return Section(
        "one solution, and no more than the remainders away",
        "G, H, C",
        Tuple(*four_equations()),
        "the limits solve (1) to (4) without remainders; no fit reads a later one, so that they "
        "are solved fit by fit and pair by pair, with a matrix 1 - N_JK for a pair on shared rows",
        (
            _line(
                BOUND,
                "N_JK[g, g'] is a sum of products of what two fits have on their own: "
                "Cauchy-Schwarz entry by entry",
                Le(pair, sqrt(one * other)),
            ),
            _line(
                BOUND,
                "the spectral radius of an entrywise geometric mean is at most the geometric mean "
                "of the radii; each fit's own is below one on its branch, so that 1 - N_JK is "
                "regular and its inverse takes O(1/T) to O(1/T)",
                Le(radius(pair), sqrt(radius(one) * radius(other))),
            ),
        ),
    )


@lru_cache
def derive() -> Derivation:
    """Stein's identity with its remainders, and the stability of what is solved."""
    return Derivation(
        FORMULA.id,
        (_responses(), _correlations(), _stability()),
        "Each line is measured on random pencils of two fits that share their rows, with entries "
        "drawn: O(1/T) at three sizes.",
        main=1,
    )


FORMULA = Formula(
    id="process-limit",
    theorem="N9",
    title="The limit of every process of linear fits",
    statement=(
        "A pipeline of linear fits is one linear system (the pencil) in normal rows of groups g.  "
        "As sizes grow at fixed ratios and lam > 0, E u_a(i) u_b(i) of its models tends to C(i), "
        "and E rho_a rho_b of a row of its residuals to C_g, which solve these four equations; the "
        "error is O(1/T).  G and H_g are the responses of models and residuals to their sources; "
        "tr_g A is the sum of s_g(i) A(i) over directions."
    ),
    expressions={str(each.args[0]): each.args[1] for each in four_equations()},
    assumptions=true,
    regime="any pipeline of rows, labels and linear fits; lam > 0, or right of each fit's edge",
    kind=FormulaKind.EQUATIONS,
    source="derived here, by Stein's identity and the Poincare inequality",
    derive=derive,
)
