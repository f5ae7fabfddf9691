"""A conjecture about a process as an inequality to prove, or as an equation between formulas.

The asks are put in as the one theorem derives them (`theory.equivalent.formulas.derived`), with one
kappa for each penalty and number of rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from sympy import Expr, Integer, Symbol, cancel, expand, fraction, simplify, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.domains.entries import Fixed, RealInterval
from ridgeproof.theory.equivalent.formulas.derived import (
    ProcessFormulas,
    derive_process,
    unfolded,
)
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.normal import count_names
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.conjectures.claim import SIGNS
from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
from ridgeproof.verification.proofs.boxes.problem import (
    KappaOf,
    Problem,
    in_one_form,
    substituted,
)
from ridgeproof.verification.proofs.boxes.sums import with_level_sums
from ridgeproof.verification.proofs.inequality import RELATION_SIGNS, on_domain

__all__ = ["stated_of_process"]

# Longer formulas, and their derivatives, take longer to compile than a search is worth.
_MOST_OPERATIONS = 5000


def stated_of_process(conjecture: ProcessConjecture) -> Problem:
    """The inequality of a claim about the limit of a process whose fits have one kappa each.

    Of an equality it is the difference; 0 where its sides are one formula.

    Raises:
        NotBuilt: the claim is of another kind, or the process has other unknowns; says which.
    """
    domain = conjecture.domain
    value, kappas, symbols = _difference(conjecture)
    if conjecture.relation == "equals" and _vanishes(value, kappas):
        value = Integer(0)
    value *= RELATION_SIGNS[conjecture.relation]
    names = [name for name, _ in domain.numbers() if name != "d"]
    held = substituted(domain, names)

    def plain(expression: Expr) -> Expr:
        return with_level_sums(expression.xreplace(held))

    fits = tuple(KappaOf(k.kappa, k.lam.xreplace(held), k.rows.xreplace(held)) for k in kappas)
    known = {domain.symbol(name): name for name in names}
    for lam in (k.lam for k in fits):
        entry = domain[known[lam]] if lam in known else None
        if lam.is_nonpositive or (isinstance(entry, RealInterval) and entry.least <= 0):
            raise NotBuilt("the penalty may be zero, where the branch is another")
    value = plain(value)
    if value.count_ops() > _MOST_OPERATIONS:
        raise NotBuilt(f"the formulas are too long for boxes ({value.count_ops()} operations)")
    guards = [(plain(each), positive) for each, positive in _guarded(conjecture, symbols)]
    guards += [(k.lam, True) for k in fits]
    return on_domain(conjecture, value, guards, fits, "the theorem of processes")


def _vanishes(difference: Expr, kappas: tuple[KappaOf, ...]) -> bool:
    """Whether a difference is zero for all lam > 0.

    The penalty is put in terms of kappa, and every sum over one denominator: what is zero then is
    zero as a polynomial in linearly independent sums.
    """
    for each in kappas:
        if each.lam.is_Symbol:
            own = each.kappa * (1 - SpectralSum(sy.s / (sy.s + each.kappa)) / each.rows)
            difference = difference.xreplace({each.lam: own})
    value = in_one_form(with_level_sums(difference), tuple(k.kappa for k in kappas), sy.d)
    return bool(expand(fraction(together(value))[0]) == 0)


def _difference(
    conjecture: ProcessConjecture,
) -> tuple[Expr, tuple[KappaOf, ...], Mapping[Symbol, Expr]]:
    """Quantity minus formula (of a change, the quantity), the kappas, and what the asks are."""
    if conjecture.kind != "limit":
        raise NotBuilt("the theorem of processes is one of limits")
    formulas = _derived(conjecture)
    symbols = {x: conjecture.domain.symbol(name) for name, x in formulas.parameters.items()}
    symbols |= dict.fromkeys(_symbols_named(formulas, "d"), sy.d)
    kappas, names = _kappas(formulas, symbols)
    asks = {
        Symbol(name, real=True): unfolded(ask, formulas.unknowns).xreplace(names)
        for name, ask in formulas.asks.items()
    }
    whole = [x for name, x in conjecture.domain.symbols if x.is_positive and name != "d"]
    sides = [conjecture.quantity]
    if conjecture.relation in SIGNS:
        sides.append(conjecture.formula)
        if any(side.free_symbols & {*whole, sy.d} for side in sides):
            raise NotBuilt("the formula has sizes of its own, whose limit is taken place by place")
    first, *rest = (defined(side).xreplace(asks) for side in sides)
    return first - sum(rest), kappas, asks


def _derived(conjecture: ProcessConjecture) -> ProcessFormulas:
    domain, process = conjecture.domain, conjecture.process
    counts = {}
    for name in count_names(process):
        entry = domain[name]
        if not isinstance(entry, Fixed):
            raise NotBuilt(f"{name} counts rounds or steps, and ranges")
        counts[name] = entry.value
    try:
        formulas = derive_process(process, **counts)
    except InputError as error:
        raise NotBuilt(f"no formula for all of the domain ({error})") from None
    if formulas.refused:
        raise NotBuilt("; ".join(f"ask {name}: {why}" for name, why in formulas.refused.items()))
    if formulas.assumptions or formulas.levels:
        raise NotBuilt("fits without ridge, and profiles, are not bounded on boxes")
    return formulas


def _symbols_named(formulas: ProcessFormulas, name: str) -> set[Symbol]:
    sides = [x for each in formulas.unknowns for x in (*each.left, *each.right)]
    every = {x for side in (*formulas.asks.values(), *sides) for x in side.atoms(Symbol)}
    return {x for x in every if x.name == name}


def _kappas(
    formulas: ProcessFormulas, symbols: Mapping[Symbol, Symbol]
) -> tuple[tuple[KappaOf, ...], dict[Symbol, Symbol]]:
    """The kappas, one for each penalty and rows, and every symbol as the claim writes it."""
    names = dict(symbols)
    found: dict[tuple[Expr, Expr], Symbol] = {}
    for unknown in formulas.unknowns:
        if unknown.kind is UnknownKind.RESPONSES:
            raise NotBuilt("fits on several kinds of rows are not bounded on boxes")
        if unknown.kind in {UnknownKind.SIZE, UnknownKind.PROFILE}:
            raise NotBuilt("sizes that are rounded, and profiles, are not bounded on boxes")
        if unknown.kind is UnknownKind.KAPPA:
            own = _one_kappa(unknown)
            equation = own.lam.xreplace(names), own.rows.xreplace(names)
            names[own.kappa] = found.setdefault(equation, own.kappa)
    return tuple(KappaOf(kappa, *equation) for equation, kappa in found.items()), names


def _one_kappa(unknown: Unknown) -> KappaOf:
    """Of the equation lam = kappa (1 - df1/rows)."""
    (kappa,), (left,), (right,) = unknown.symbols, unknown.left, unknown.right
    df1, plain = SpectralSum(sy.s / (sy.s + kappa)), Symbol("df1", positive=True)
    loss = cancel(1 - right.xreplace({df1: plain}) / kappa)
    rows = simplify(plain / loss) if loss != 0 else plain
    if rows.has(plain, kappa, SpectralSum) or left.has(kappa):
        raise NotBuilt(
            "fits on random features, or on rows of two scales, are not bounded on boxes"
        )
    return KappaOf(kappa, left, rows)


def _guarded(
    conjecture: ProcessConjecture, asks: Mapping[Symbol, Expr]
) -> Iterator[tuple[Expr, bool]]:
    for guard in conjecture.guards:
        power = guard.exponent
        if power is None or not power.is_Integer or power < 0:
            value = defined(guard.value).xreplace(asks)
            yield value, power is None or not power.is_Integer
