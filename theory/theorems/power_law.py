"""T7: scaling exponents under a power-law spectrum, T0 = T^c and lam = T^-ell.

Exponents are those of T.  A line marked `leading-order` was compared with the process on every
piece of its parameters, an `argument` is written out and measured on actual spectra; `axiom` is the
deterministic equivalent or a definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache

from sympy import (
    And,
    Eq,
    Expr,
    Ge,
    Implies,
    Le,
    Max,
    Min,
    Rational,
    S,
    Symbol,
    cancel,
    diff,
    oo,
    powsimp,
    solve,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.domains.positivity import prove_nonnegative
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.formula import Form, Formula, FormulaKind
from ridgeproof.theory.scaling.answers import by_growth
from ridgeproof.theory.scaling.fake_data import (
    KAPPA,
    LEARNED,
    Noise,
    best_law,
    c,
    classical_ell,
    kept_rates,
    require_equal,
    require_terms,
    source,
    terms,
    unfold,
)
from ridgeproof.theory.theorems import ridge

__all__ = ["FORMULA", "Method", "crossover", "synthetic_factor"]


class Method(StrEnum):
    """How a line was established."""

    AXIOM = "axiom"
    ARGUMENT = "argument"
    ALGEBRA = "algebra"
    POSITIVITY = "positivity"
    LEADING_ORDER = "leading-order"


EXPRESSIONS = {f"{name}_exponent": unfold(exponent) for name, exponent in terms().items()}

_LEVEL = sy.s / (sy.s + sy.kappa)
_K, _F = Symbol("k", nonnegative=True), Symbol("f", nonnegative=True)

_SETTINGS = {
    Noise.SYNTHETIC: "fake data (n >= 1, sigma0 > 0, sigma > 0)",
    Noise.SYNTHETIC_ONLY: "fake data, sigma = 0",
    Noise.CLEAN: "clean data (n sigma0^2 = 0, sigma > 0)",
    Noise.NOISE_FREE: "no label noise at all",
}


def _line(method: Method, expression: Expr, reason: str) -> Step:
    """A statement with its own proof, no rewriting of the one before."""
    return Step(expression, Rule(method.value, RuleKind.SCALING, reason, lambda _: expression))


def _require_zero(*expressions: Expr) -> None:
    for expression in expressions:
        if cancel(powsimp(expression.expand(power_base=True), force=True)) != 0:
            message = f"{expression} is not zero"
            raise DerivationError(message)


@lru_cache
def derive() -> Derivation:
    """From the order of the degrees of freedom to the exponents, regime by regime.

    Raises:
        DerivationError: a line does not hold.
    """
    section = Section(
        "exponents of T",
        "E_test ~ T^rate",
        Eq(sy.lam, sy.kappa * (1 - sy.df1 / sy.T)),
        "definition of kappa in the deterministic equivalent; s_i = i^-beta, b_i = i^-(1 + 2 beta "
        "r), lam = T^-ell, T0 = T^c, d = phi0 T0",
        (*_sums(), *_terms(), *_optima(), *_plateau(), *_crossovers()),
    )
    return Derivation(
        FORMULA.id,
        (section,),
        "r_ = min(r, 1).  Powers of T only: at r = 1 the bias carries a factor log T.",
    )


def _sums() -> Iterator[Step]:
    x, cut = Symbol("x", positive=True), Symbol("N", positive=True)
    prove_nonnegative("1/2 <= u", "s >= kappa", _LEVEL - Rational(1, 2), {sy.s: sy.kappa + x})
    prove_nonnegative("u <= s/kappa", "s > 0", sy.s / sy.kappa - _LEVEL, {})
    yield _line(
        Method.POSITIVITY,
        Ge(_LEVEL, Rational(1, 2)),
        "u = s/(s + kappa), for s >= kappa; and u <= 1",
    )
    yield _line(
        Method.POSITIVITY,
        Le(_LEVEL, sy.s / sy.kappa),
        "for every level: the denominator shrinks",
    )
    # The antiderivative vanishes at infinity since beta > 1; minus its value at N is the integral.
    tail = cut / (sy.beta - 1)
    antiderivative = -tail * (x / cut) ** (1 - sy.beta)
    _require_zero(
        diff(antiderivative, x) / (x / cut) ** (-sy.beta) - 1, antiderivative.subs(x, cut) + tail
    )
    yield _line(
        Method.ALGEBRA,
        Eq(Symbol("integral"), tail),
        "bounds the sum over i > N = kappa^(-1/beta) of s_i/kappa = (i/N)^-beta: the directions "
        "that are not learned count for a constant times those that are",
    )
    yield _line(
        Method.ARGUMENT,
        Eq(_F, Min(_K / sy.beta, c)),
        "the exponent of df1 and of df2, kappa = T^-k: min(N, d)/4 <= df_k <= min(N, d) beta/(beta "
        "- 1), from the three bounds above",
    )
    yield _line(
        Method.ARGUMENT,
        Eq(_K, KAPPA),
        "T >= d: df1/T <= phi0 < 1 at c = 1 and -> 0 below, so kappa and lam have one order.  T < "
        "d: so they do while df1 = o(T), that is for ell < beta; from there on kappa stays at its "
        "value for lam = 0, where df1 = T, since d kappa/d lam = 1/(1 - gamma) is bounded",
    )
    require_equal(Min(KAPPA / sy.beta, c), LEARNED)
    yield _line(
        Method.LEADING_ORDER,
        Eq(_F, LEARNED),
        "both together, on each of the four cells (inside and beyond the domain, T >= d and T < "
        "d): df_2 saturates at d when c <= 1 and at the order of T when c > 1",
    )


def _terms() -> Iterator[Step]:
    require_terms()
    exponents = terms()
    # df1 = const kappa^(-1/beta).
    df1 = sy.kappa ** (-1 / sy.beta)
    _require_zero(
        sy.kappa * diff(_LEVEL, sy.kappa) + _LEVEL * (1 - _LEVEL),
        -sy.kappa * diff(df1, sy.kappa) / df1 - 1 / sy.beta,
    )
    yield _line(
        Method.ALGEBRA,
        Eq(sy.df2, (1 - 1 / sy.beta) * sy.df1),
        "kappa du/dkappa = -u (1 - u) summed, with df1 ~ kappa^(-1/beta): at lam = 0, T < d, gamma "
        "tends to 1 - 1/beta < 1; at T >= d gamma <= phi0.  Hence 1/(1 - gamma) is of order 1",
    )
    yield _line(
        Method.LEADING_ORDER,
        Eq(Symbol("bias"), exponents["bias"].subs({KAPPA: _K, LEARNED: _F})),
        "kappa^2 sum b_i/(s_i + kappa)^2: head i <= N and tail i > N are power sums, each of the "
        "order of its largest end; r_ = min(r, 1).  At r = 1 the head has log T equal ends",
    )
    yield _line(
        Method.LEADING_ORDER,
        Eq(Symbol("variance"), exponents["variance"]),
        "sigma^2 gamma/(1 - gamma), gamma = df2/T, 1/(1 - gamma) of order 1",
    )
    _require_zero(1 - 2 * _LEVEL + _LEVEL**2 - (1 - _LEVEL) ** 2)
    yield _line(
        Method.ALGEBRA,
        Le(sy.d - 2 * sy.df1 + sy.df2, sy.d),
        "d - 2 df1 + df2 = sum (1 - u)^2; it is of order d where df1 = o(d), in particular for "
        "c > 1, and where df1 is of order d (only for c <= 1) df2 alone is as large",
    )
    yield _line(
        Method.LEADING_ORDER,
        Eq(Symbol("synthetic"), exponents["synthetic"]),
        "n sigma0^2 rho, rho = [df2 + gamma/(1 - gamma) (d - 2 df1 + df2)]/(T0 - d), with the "
        "order of each factor",
    )
    yield _line(
        Method.LEADING_ORDER,
        Eq(Symbol("E"), Max(*(Symbol(name) for name in exponents))),
        "the error is a sum of non-negative terms: its exponent is the largest of theirs",
    )


def _optima() -> Iterator[Step]:
    for noise in Noise:
        law, low = best_law(noise), S.Zero
        pieces = (by_growth(each) for each in (law.ell, law.least_ell, law.rate))
        for (best, high), (least, _), (rate, _) in zip(*pieces, strict=True):
            yield _line(
                Method.LEADING_ORDER,
                Implies(_where(low, high), And(Eq(Symbol("ell_opt"), best), Eq(_RATE, rate))),
                f"{_SETTINGS[noise]}: {_reason(best, least, rate)}",
            )
            low = high
    low, kept = S.Zero, classical_ell().subs(Min(1, sy.r), source)
    for rate, high in kept_rates(Noise.SYNTHETIC):
        yield _line(
            Method.LEADING_ORDER,
            Implies(_where(low, high), Eq(Symbol("rate_at_classical"), rate)),
            f"{_SETTINGS[Noise.SYNTHETIC]}: the classical ell = {kept} kept, the largest term "
            "there",
        )
        low = high


_RATE = Symbol("rate")


def _reason(best: Expr, least: Expr, rate: Expr) -> str:
    if rate == -oo:
        return "every term falls without bound as ell grows: lam = 0 recovers the truth, E = 0"
    programme = (
        "min over ell of the leading order of the error, a power of T that is exact on each piece "
        "of (beta, r, c, ell); the pieces are swept without a gap"
    )
    if best == least:
        return programme
    return (
        f"{programme}.  Every ell >= {least} reaches the rate; the optimal one balances "
        "the bias with what the ridge still saves of the variance, (d - df2)/T"
    )


def _where(low: Expr, high: Expr) -> Expr:
    return And(c > low, c <= high)


def synthetic_factor() -> Expr:
    """Return rho of the catalogued ridge formula, in df1, df2, d, T and T0."""
    synthetic = ridge.FORMULA.expression("synthetic", Form.LIMIT)
    return (synthetic / (sy.n * sy.sigma0**2)).subs(sy.gamma, sy.df2 / sy.T)


def _plateau() -> Iterator[Step]:
    """What the classical ridge really does on fake data when d is small: a plateau, no divergence.

    The scaling law read outside its domain promises n sigma0^2 T^(1/(2 beta r_ + 1) - c), which
    diverges for c < 1/(2 beta r_ + 1).  Derived here from the catalogued ridge formula.
    """
    rho = synthetic_factor()
    left = sy.d - (sy.T0 - sy.d) * rho
    ratio = sy.df2 / (sy.T - sy.df2)
    right = (sy.d - sy.df2) * (sy.T - 2 * sy.df2) / (sy.T - sy.df2) + 2 * ratio * (sy.df1 - sy.df2)
    _require_zero(left - right)
    yield _line(
        Method.ALGEBRA,
        Eq(left, right, evaluate=False),
        "the distance of (T0 - d) rho from d, gamma = df2/T",
    )
    height = sy.phi0 / (1 - sy.phi0)
    learned = rho.subs({sy.df1: sy.d, sy.df2: sy.d})
    _require_zero(learned.subs(sy.d, sy.phi0 * sy.T0) - height)
    more = {name: Symbol(f"more_{name}", positive=True) for name in ("df1", "d", "T", "T0")}
    d = sy.df2 + more["df1"] + more["d"]
    sizes = {
        sy.df1: sy.df2 + more["df1"],
        sy.d: d,
        sy.T: 2 * sy.df2 + more["T"],
        sy.T0: d + more["T0"],
    }
    region = "df2 <= df1 <= d < T0, 2 df2 <= T"
    prove_nonnegative("rho <= d/(T0 - d)", region, sy.d / (sy.T0 - sy.d) - rho, sizes)
    yield _line(
        Method.POSITIVITY,
        Le(Symbol("rho"), height),
        "each summand is non-negative since df2 <= df1 <= d and 2 df2 <= T (T >= 2 d suffices): "
        "whatever the ridge, the synthetic term is at most n sigma0^2 phi0/(1 - phi0)",
    )
    (rate, edge), *_ = kept_rates(Noise.SYNTHETIC)
    kept = classical_ell().subs(Min(1, sy.r), source)
    # c < edge: the claim grows, T >= 2 d from some T on since edge < 1, and kappa d^beta vanishes.
    _require_zero(rate, kept - sy.beta * edge)
    if not cancel(1 - edge).is_positive:
        raise DerivationError(f"{edge} is not shown to be below 1")
    yield _line(
        Method.POSITIVITY,
        Implies(
            c < edge,
            And(
                Eq(Symbol("refuted"), sy.T ** (kept / sy.beta - c)),
                Eq(Symbol("limit"), sy.n * sy.sigma0**2 * height),
            ),
        ),
        "the scaling formula read outside its domain promises the growth T^(1/(2 beta r_ + 1) - c) "
        "of the classical ridge; the bound refutes it.  (d - df2)/d <= 2 kappa d^beta vanishes, so "
        "the error tends to the bound",
    )


def crossover() -> Expr:
    """Return T_x, where the variance equals the synthetic term when all directions are learned.

    T_x = d + (1 - phi0) T0 sigma^2/(n sigma0^2), with d = phi0 T0: up to there the downstream label
    noise is the larger noise term and the clean rate in T holds.

    >>> crossover()
    T0*sigma**2*(1 - phi0)/(n*sigma0**2) + d
    """
    learned = _equal_terms().subs({sy.df1: sy.d, sy.df2: sy.d})
    displayed = sy.d + (1 - sy.phi0) * sy.T0 * sy.sigma**2 / (sy.n * sy.sigma0**2)
    return _solved(learned, displayed)


def _equal_terms() -> Expr:
    """Variance minus synthetic term of the catalogued ridge formula."""
    variance = ridge.FORMULA.expression("variance", Form.LIMIT)
    synthetic = ridge.FORMULA.expression("synthetic", Form.LIMIT)
    return (variance - synthetic).subs(sy.gamma, sy.df2 / sy.T)


def _solved(equation: Expr, displayed: Expr) -> Expr:
    (size,) = solve(cancel(equation), sy.T)
    _require_zero((size - displayed).subs(sy.d, sy.phi0 * sy.T0))
    return displayed


def _crossovers() -> Iterator[Step]:
    yield _line(
        Method.ALGEBRA,
        Eq(Symbol("T_x"), crossover()),
        "variance = synthetic term when all directions are learned (least squares)",
    )
    yield _line(
        Method.ALGEBRA,
        Eq(Symbol("T_x"), _solved(_equal_terms(), crossover() - 2 * (sy.d - sy.df1))),
        "the same equation for any ridge, linear in T: at least T_x - 2 d, at most T_x",
    )
    # With T = T0^(1/c) the rate T^rate reads T0^(rate/c), for every c <= 1.
    (rate, _), _ = by_growth(best_law(Noise.SYNTHETIC).rate)
    yield _line(
        Method.ARGUMENT,
        Eq(Symbol("plateau"), sy.T0 ** unfold(cancel(rate / c))),
        "the optimal error at fixed T0, T -> oo: gamma -> 0 leaves the bias and df2/(T0 - d), the "
        "programme of c = 1 with T0 in the place of T",
    )


FORMULA = Formula(
    id="power-law",
    theorem="T7",
    title="Modified scaling laws under a power-law spectrum",
    statement=(
        "With s_i = i^-beta, b_i ~ i^-(1 + 2 beta r), T0 = T^c, d = phi0 T0 and lam = T^-ell each "
        "term of the error behaves as a power of T; the exponents are below, the optimal ell and "
        "rate are those of `ridgeproof exponents`."
    ),
    expressions=EXPRESSIONS,
    assumptions=And(sy.beta > 1, sy.r > 0),
    regime="power-law spectrum, beta > 1, r > 0, 0 < phi0 < 1, T -> infinity",
    kind=FormulaKind.SCALING,
    source="Dohmatob, Feng, Kempe 2024 (arXiv 2402.07712); corrected at small c, derived here",
    derive=derive,
)
