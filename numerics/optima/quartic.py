"""The corrected optimal ridge of isotropic features: the root of the catalogued quartic (T8)."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from sympy import Expr

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Number
from ridgeproof.numerics.arithmetic.rational_balls import center, exact_ball
from ridgeproof.numerics.arithmetic.until_right import until_right
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.point import FormulaPoint, make_point
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.errors import SolverError
from ridgeproof.theory.formula import Form, Formula
from ridgeproof.theory.settings.selection import chain_kind, downstream_kind, facts, holds
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import Energies, Flat

__all__ = ["closed_optimum", "has_closed_optimum"]

# Halvings after which there is no root: those of a faint signal are as small as its energy.
_STEPS = 2_000


def has_closed_optimum(setting: Setting) -> bool:
    """Whether the assumptions of the closed form hold."""
    formula, setting = find("optimal-ridge"), setting.with_(lam=1)
    same = (formula.chain, formula.downstream) == (chain_kind(setting), downstream_kind(setting))
    return same and holds(formula.assumptions, facts(setting))


def closed_optimum(
    setting: Setting, digits: int, form: Form, formula: Formula | None = None
) -> tuple[Number, Number]:
    """(lam, kappa) at the optimum of an isotropic setting; (0, 0) or (inf, inf) at an end.

    lam = 0 is optimal for Delta = sigma = 0, and for phi = 1, sigma = 0, b >= 3 Delta;
    lam = infinity for b = 0.  ``formula`` stands in for the catalogued one: a wrong one on trial.

    Raises:
        SolverError: the root could not be settled.
    """
    phi, delta = Fraction(setting.d, setting.T), _delta(setting, form)
    expressions = (formula or find("optimal-ridge")).expressions

    def place(engine: Balls) -> FormulaPoint:
        here = make_point(setting.with_(lam=0), engine)
        energy = _energy(setting, here)
        return here.with_values({sy.phi: phi, sy.Delta: delta, sy.b: energy})

    def best(engine: Balls) -> tuple[Number]:
        point = place(engine)
        with engine.scope():
            v = _root(expressions["root"], point, exact_ball(min(Fraction(1), 1 / phi)))
        return (evaluate_expression(expressions["lam"], point.with_values({sy.v: v})),)

    engine = Balls(digits)
    start = place(engine)
    with engine.scope():
        energy = start.values[sy.b]
        if energy == 0:
            return mpmath.inf, mpmath.inf
        if setting.sigma == 0 and (delta == 0 or (phi == 1 and energy >= 3 * delta)):
            return mpmath.mpf(0), mpmath.mpf(0)
    (lam,) = until_right("the optimal ridge", digits + 1, best, lambda each: each, lambda _: ())
    lam = center(lam)
    # kappa = (1 - v)/v would lose the digits of a small kappa.
    exact = Fraction(int(lam.man)) * Fraction(2) ** int(lam.exp)
    return lam, center(solve_kappa(start.spectrum, exact, setting.T, engine).value)


def _delta(setting: Setting, form: Form) -> Fraction:
    """The error of the last generator, exactly."""
    if setting.n == 0 or setting.sigma0 == 0:
        return Fraction(0)
    value = find("ridgeless").expression("synthetic", form).subs(facts(setting))
    return Fraction(int(value.p), int(value.q))


def _energy(setting: Setting, point: FormulaPoint) -> Number | Fraction:
    """b, exactly where the signal is stated and not read: b = 3 Delta is a boundary."""
    match setting.signal:
        case Flat():
            return Fraction(1)
        case Energies(energies):
            return sum(energies, start=Fraction(0))
    return evaluate_expression(sy.b, point)


def _root(quartic: Expr, point: FormulaPoint, end: Number) -> Number:
    """The one root in (0, end): the quartic is negative below it and positive above."""

    def value(v: Number) -> Number:
        return evaluate_expression(quartic, point.with_values({sy.v: v}))

    slope = quartic.diff(sy.v)
    low, high, v = end * 0, end.mid(), (end / 2).mid()
    tiny = point.engine.epsilon / 2**20
    for _ in range(_STEPS):
        here = value(v).mid()
        low, high = (v, high) if here < 0 else (low, v)
        rate = evaluate_expression(slope, point.with_values({sy.v: v})).mid()
        newton = (v - here / rate).mid() if rate != 0 else low
        if abs(newton - v) <= tiny * v:
            ends = v * (1 - 4 * tiny), v * (1 + 4 * tiny)
            if value(ends[0]) < 0 and value(ends[1]) > 0:
                return ends[0].union(ends[1])
            raise SolverError(f"the root of {quartic} near {v} is not to be seen: more digits")
        # Newton inside the bracket, halving it otherwise.
        v = newton if low < newton < high else ((low + high) / 2).mid()
    raise SolverError(f"{quartic} has no root between 2^-{_STEPS} and {end}")
