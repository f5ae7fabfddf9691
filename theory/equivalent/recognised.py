"""Which theorem of the catalogue an ask is, proved by canonical forms.

The parameters of a process have names of their own: the last fit's rows and penalty are T and lam,
another's T0 and lam0, and the amplitudes of noise sigma and sigma0, in every order.  A candidate
that agrees at one exact point is compared for every spectrum and signal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import permutations

from sympy import Add, Dummy, Expr, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.equivalent.derived import ProcessFormulas
from ridgeproof.theory.equivalent.symbolic import Unknown, UnknownKind
from ridgeproof.theory.formula import Form
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["recognised"]

_MOST_UNKNOWNS, _MOST_PARAMETERS = 6, 6
_COUNTS = (0, 1, 2)
# One exact point: two levels, and numbers without structure.
_LEVELS = (
    {sy.s: Rational(3, 2), sy.w0: Rational(2, 3)},
    {sy.s: Rational(2, 5), sy.w0: Rational(1, 7)},
)
_POINT = {sy.d: 2, sy.T: 7, sy.T0: 11, sy.sigma: 3, sy.sigma0: 5, sy.kappa: 13, sy.kappa0: 17}


def recognised(formulas: ProcessFormulas) -> dict[str, str]:
    """The ids of the theorems that the asks are, joined by " after ", by name."""
    found = {}
    if len(formulas.unknowns) <= _MOST_UNKNOWNS and len(formulas.parameters) <= _MOST_PARAMETERS:
        for name, formula in formulas.asks.items():
            known = _known(_unfolded(formula, formulas.unknowns), formulas)
            if known:
                found[name] = known
    return found


def _unfolded(formula: Expr, unknowns: tuple[Unknown, ...]) -> Expr:
    for unknown in reversed(unknowns):
        if unknown.kind is UnknownKind.VALUE:
            formula = formula.xreplace({unknown.symbols[0]: unknown.right[0]})
    return formula


def _known(formula: Expr, formulas: ProcessFormulas) -> str:
    for names in _renamings(formula, formulas):
        renamed = formula.xreplace(names)
        here = _at_point(renamed)
        for label, candidate, value in _candidates():
            if value == here and equal(renamed, candidate):
                return label
    return ""


def _renamings(formula: Expr, formulas: ProcessFormulas) -> Iterator[Mapping[Symbol, Symbol]]:
    """Every way to call the unknowns and parameters by the catalogue's names."""
    symbols = {x for x in formula.atoms(Symbol) if not sy.is_level(x)}
    levels = {x for x in formula.atoms(Symbol) if sy.is_level(x)}
    kappas = {
        unknown.symbols[0]: (unknown.left[0], unknown.right[0].atoms(Symbol))
        for unknown in formulas.unknowns
        if unknown.kind is UnknownKind.KAPPA
    }
    sizes = [x for x in formulas.parameters.values() if x in symbols and x.name in formulas.sizes]
    others = symbols - kappas.keys() - set(sizes) - {sy.d}
    fits = [kappa for kappa in kappas if kappa in symbols]
    if len(fits) > 2 or len(sizes) > 2 or len(others) > 2 or levels - {sy.s, sy.w0}:
        return
    for a in permutations((sy.kappa, sy.kappa0), len(fits)):
        for b in permutations((sy.T, sy.T0), len(sizes)):
            for c in permutations((sy.sigma, sy.sigma0), len(others)):
                yield dict(
                    zip((*fits, *sizes, *sorted(others, key=str)), (*a, *b, *c), strict=True)
                )


@lru_cache
def _candidates() -> tuple[tuple[str, Expr, Expr], ...]:
    """Test errors in the limit, after n = 0, 1, 2 generators."""
    made = []
    for formula in catalogue().values():
        if formula.is_test_error and formula.features == "iid":
            limit = formula.expression(form=Form.LIMIT)
            counts = _COUNTS if sy.n in limit.free_symbols else (None,)
            for count in counts:
                value = limit if count is None else limit.subs(sy.n, count)
                made.append(
                    (f"{formula.id}, n = {count}" if count is not None else formula.id, value)
                )
    made += [(f"moments after generator, n = {n}", _chained(n)) for n in _COUNTS[1:2]]
    return tuple((label, value, _at_point(defined(value))) for label, value in made)


def _chained(generations: int) -> Expr:
    """The test error after generators of ridge, each one step of (m, a)."""
    step, functional = find("generator").expressions, find("moments").expression()
    held: dict[Symbol, Expr] = {sy.m: sy.w0, sy.a: sy.w0**2}
    totals: dict[Symbol, Expr] = {}
    for _ in range(generations):
        inserted = {}
        for level, name in ((sy.m, "mean"), (sy.a, "second_moment")):
            expression = step[name]
            for node in expression.atoms(SpectralSum):
                total = Dummy()
                totals[total] = _inserted(node, held, totals)
                expression = expression.xreplace({node: total})
            inserted[level] = expression.subs(held, simultaneous=True)
        held = inserted
    error = functional.replace(
        lambda node: isinstance(node, SpectralSum), lambda node: _inserted(node, held, totals)
    )
    for total, value in reversed(totals.items()):
        error = error.xreplace({total: value})
    return error


def _inserted(
    node: SpectralSum, levels: Mapping[Symbol, Expr], totals: Mapping[Symbol, Expr]
) -> Expr:
    """A sum with levels put in; totals of earlier sums stand outside it."""
    summand = node.summand.subs(levels, simultaneous=True)
    # The step and the functional are linear in second moments.
    alone = SpectralSum(summand.subs(dict.fromkeys(totals, 0)))
    return Add(alone, *(total * SpectralSum(summand.diff(total)) for total in totals))


def _at_point(expression: Expr) -> Expr:
    """The exact value with lam as the function of kappa that it is."""

    def summed(node: SpectralSum) -> Expr:
        return sum(node.summand.subs({**_POINT, **level}) for level in _LEVELS)

    return expression.replace(lambda x: isinstance(x, SpectralSum), summed).subs(_POINT)
