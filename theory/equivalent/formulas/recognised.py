"""Which theorem of the catalogue an ask is, proved by canonical forms.

The parameters of a process have names of their own: the last fit's rows and penalty are T and lam,
another's T0 and lam0, and the amplitudes of noise sigma and sigma0, in every order.  A candidate
that agrees at one exact point is compared for every spectrum and signal.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import chain, permutations, product

from sympy import Add, Dummy, Expr, Integer, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import equal
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas, needed, unfolded
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.formula import Form
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["recognised"]

_COUNTS = (0, 1, 2)
# One exact point: two levels, and numbers without structure.
_LEVELS = (
    {sy.s: Rational(3, 2), sy.w0: Rational(2, 3)},
    {sy.s: Rational(2, 5), sy.w0: Rational(1, 7)},
)
_SYMBOLS = (sy.d, sy.T, sy.T0, sy.sigma, sy.sigma0, sy.kappa, sy.kappa0)
_POINT = dict(zip(_SYMBOLS, map(Integer, (2, 7, 11, 3, 5, 13, 17)), strict=True))


def recognised(formulas: ProcessFormulas) -> dict[str, str]:
    """The theorems that the asks are, by name."""
    named = ((name, _known(formula, formulas)) for name, formula in formulas.asks.items())
    return {name: label for name, label in named if label}


def _known(formula: Expr, formulas: ProcessFormulas) -> str:
    unknowns = needed(formulas.unknowns, [formula])
    if any(each.kind not in {UnknownKind.KAPPA, UnknownKind.VALUE} for each in unknowns):
        return ""
    for names in _renamings(formula, unknowns, formulas):
        here = _there(formula, unknowns, names)
        for label, candidate, value in _candidates():
            if value == here and equal(unfolded(formula, unknowns).xreplace(names), candidate):
                return label
    return ""


def _there(formula: Expr, unknowns: list[Unknown], names: Mapping[Symbol, Symbol]) -> Expr:
    """The exact value at the point, without unfolding the formula."""
    known: dict[Symbol, Expr] = {sy.d: _POINT[sy.d]}
    known |= {old: _POINT[new] for old, new in names.items()}
    for unknown in unknowns:
        if unknown.kind is UnknownKind.VALUE:
            known[unknown.symbols[0]] = _at_point(unknown.right[0], known)
    return _at_point(formula, known)


def _renamings(
    formula: Expr, unknowns: list[Unknown], formulas: ProcessFormulas
) -> Iterator[Mapping[Symbol, Symbol]]:
    """Every way to call the kappas and parameters by the catalogue's names."""
    values = [each for each in unknowns if each.kind is UnknownKind.VALUE]
    used = {x for each in (formula, *(u.right[0] for u in values)) for x in each.atoms(Symbol)}
    used -= {each.symbols[0] for each in values} | {sy.d, sy.s, sy.w0}
    fits = [each.symbols[0] for each in unknowns if each.kind is UnknownKind.KAPPA]
    sizes = [x for x in formulas.parameters.values() if x in used and x.name in formulas.sizes]
    others = sorted(used - {*fits, *sizes}, key=str)
    if max(map(len, (fits, sizes, others))) > 2:
        return
    pairs = ((fits, (sy.kappa, sy.kappa0)), (sizes, (sy.T, sy.T0)), (others, (sy.sigma, sy.sigma0)))
    for chosen in product(*(permutations(new, len(old)) for old, new in pairs)):
        yield dict(zip((*fits, *sizes, *others), chain(*chosen), strict=True))


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
    return tuple((label, value, _at_point(defined(value), _POINT)) for label, value in made)


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


def _at_point(expression: Expr, known: Mapping[Symbol, Expr]) -> Expr:
    """The exact value where symbols are known, lam the function of kappa that it is."""

    def summed(node: SpectralSum) -> Expr:
        return Add(*(node.summand.xreplace({**known, **level}) for level in _LEVELS))

    return expression.replace(lambda x: isinstance(x, SpectralSum), summed).xreplace(known)
