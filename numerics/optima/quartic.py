"""The corrected optimal ridge of isotropic features: the root of the catalogued quartic (T8)."""

from __future__ import annotations

from fractions import Fraction

import mpmath
from sympy import Expr

from ridgeproof.numerics.arithmetic.precision import GUARD_DIGITS, Multiprecision, Number
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

# Digits beyond those asked for, until two evaluations agree.
_EXTRA = (0, 20, 60, 140, 300, 700)
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
    previous: tuple[Number, Number] | None = None
    for extra in _EXTRA:
        engine = Multiprecision(digits + extra)
        found = _at(setting, engine, form, formula or find("optimal-ridge"))
        if found[0] == 0 or mpmath.isinf(found[0]):
            return found
        with engine.scope():
            if previous and all(
                abs(new - old) <= abs(new) * mpmath.mpf(10) ** -(digits + 2)
                for new, old in zip(found, previous, strict=True)
            ):
                return found
        previous = found
    raise SolverError(
        f"the optimal ridge could not be settled to {digits} digits: ask for fewer digits"
    )


def _at(
    setting: Setting, engine: Multiprecision, form: Form, formula: Formula
) -> tuple[Number, Number]:
    here = make_point(setting.with_(lam=0), engine)
    phi = Fraction(setting.d, setting.T)
    delta = _delta(setting, form)
    energy = _energy(setting, here)
    point = here.with_values({sy.phi: phi, sy.Delta: delta, sy.b: energy})
    with engine.scope():
        if energy == 0:
            return mpmath.inf, mpmath.inf
        if setting.sigma == 0 and (delta == 0 or (phi == 1 and energy >= 3 * delta)):
            return engine.number(0), engine.number(0)
        expressions = formula.expressions
        v = _root(expressions["root"], point, engine.number(min(Fraction(1), 1 / phi)))
        lam = evaluate_expression(expressions["lam"], point.with_values({sy.v: v}))
        # kappa = (1 - v)/v would lose the digits of a small kappa.
        exact = Fraction(int(lam.man)) * Fraction(2) ** int(lam.exp)
        kappa = solve_kappa(here.spectrum, exact, setting.T, engine).value
        return lam, kappa


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
    low, high = end * 0, end
    v = end / 2
    tiny = mpmath.mpf(10) ** -(point.engine.digits + GUARD_DIGITS - 2)
    for _ in range(_STEPS):
        if high - low <= tiny * high:
            return v
        here = value(v)
        if here == 0:
            return v
        low, high = (v, high) if here < 0 else (low, v)
        rate = evaluate_expression(slope, point.with_values({sy.v: v}))
        newton = v - here / rate if rate else low
        if abs(newton - v) <= tiny * v:
            return newton
        # Newton inside the bracket, halving it otherwise.
        v = newton if low < newton < high else (low + high) / 2
    raise SolverError(f"{quartic} has no root between 2^-{_STEPS} and {mpmath.nstr(end, 5)}")
