"""A process's derivation: its pencil, the four equations, the unknowns in order, and each ask.

The lines are those of `formulas.derived`, in the form in which theorems are derived
(`theory.calculus.derivation`), so that they are printed and checked in the same way.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sympy import Add, Eq, Expr, Function, Mul, Rational, Symbol, Tuple, cancel

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import canonical
from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas, derive_process, unfolded
from ridgeproof.theory.equivalent.formulas.laurent import Lane, Laurent
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.equivalent.pencil import RandomFeatures
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.process.expressions import Binary, Call, Expression, Name, Negative, Number
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["derivation_of", "derivation_of_theorem", "four_equations", "summed", "vanishes"]

_TITLES = {
    UnknownKind.SIZE: "a size that is derived of others is rounded to whole rows",
    UnknownKind.KAPPA: "(1) and (2) of the fit of {fits} by itself",
    UnknownKind.RESPONSES: "(1) and (2) of the fit of {fits} by itself, a response for each "
    "kind of rows",
    UnknownKind.PROFILE: "a name for a long sum, direction by direction",
    UnknownKind.SYSTEM: "a linear system",
}


def derivation_of(
    formulas: ProcessFormulas, theorems: Mapping[str, str] | None = None
) -> Derivation:
    """The derivation, with a section for each ask; the last of them is its main one.

    Args:
        formulas: of a process.
        theorems: of the catalogue, by the names of the asks that are these.
    """
    fits, places = _places(formulas)
    unknowns = tuple(
        _step(
            Tuple(*map(_equation, each.left, each.right))
            if len(each.symbols) > 1
            else _equation(each.left[0], each.right[0]),
            _reason(each, fits, places),
        )
        for each in formulas.unknowns
    )
    trees = dict(formulas.process.asks)
    asks = [
        Section(
            f"ask {name}",
            name,
            _written(trees[name]),
            "what is asked",
            (_step(value, "C of (3) summed over directions, C_g of (4), in named unknowns"),),
        )
        for name, value in formulas.asks.items()
    ]
    sections = (
        Section(
            "the process as one linear system, its pencil",
            "u, rho",
            Tuple(*_pencil(formulas)),
            "each model u and each scaled residual rho on rows X; e is a noise vector",
            (),
        ),
        Section(
            "the four equations of its limit, and their unknowns in order",
            "G, H, C",
            Tuple(*four_equations()),
            "(1) to (4), by Stein's identity: responses G, H_g and correlations C, C_g of the "
            "blocks; (1) and (3) sum over groups g of rows, tr_g A sums s_g A over directions",
            unknowns,
        ),
        *asks,
    )
    return Derivation(
        formulas.process.title or "process", sections, _remark(formulas, theorems or {})
    )


def derivation_of_theorem(
    theorem: str,
    process: Process,
    targets: Mapping[str, Expr],
    meanings: Mapping[Symbol, Expr],
    remark: str,
    relations: Mapping[Symbol, Expr] | None = None,
) -> Derivation:
    """The derivation of a theorem as the formulas of what a process asks.

    Args:
        theorem: its id.
        process: every line is checked at the values of its parameters.
        targets: what the theorem says that each ask is; see `summed`.
        meanings: of the symbols of the theorem, in the symbols of the process.
        remark: what else there is to say.
        relations: what the equations of fits without ridge say of symbols.

    Raises:
        DerivationError: an ask has another formula.
    """
    formulas = derive_process(process)
    kappas = {own: x for x, own in meanings.items() if x in {sy.kappa, sy.kappa0}}
    others = {x: meaning for x, meaning in meanings.items() if meaning not in kappas}
    said = {**meanings, **(relations or {})}
    named = ", ".join(f"{x} = {meaning}" for x, meaning in said.items()).replace("**", "^")

    def closed(section: Section) -> Section:
        target = targets[section.label]
        own = unfolded(section.result, formulas.unknowns).xreplace(kappas)
        if not vanishes(own - defined(summed(target)).xreplace(others), relations or {}):
            raise DerivationError(f"the process asks for {own}, which is not {target}")
        statement = f"is the catalogued formula, by canonical forms: {named}"
        if summed(target) != target:
            statement += "; B is an arbitrary diagonal matrix"
        collected = Rule("collect", RuleKind.ALGEBRA, statement, lambda _: target, (), meanings)
        return replace(section, steps=(*section.steps, Step(target, collected)))

    derivation = derivation_of(formulas)
    count = len(formulas.asks)
    return replace(
        derivation,
        id=theorem,
        sections=(*derivation.sections[:-count], *map(closed, derivation.sections[-count:])),
        remark=f"{derivation.remark}  {remark}",
        formulas=formulas,
        meanings=meanings,
    )


def vanishes(difference: Expr, relations: Mapping[Symbol, Expr]) -> bool:
    """Whether it does for every spectrum and signal where symbols are what relations say."""
    left = canonical(difference)
    for symbol, meaning in relations.items():
        left = cancel(left.subs(symbol, meaning))
    return bool(left == 0)


def summed(target: Expr) -> Expr:
    """What differs between directions as its sum with an arbitrary B over them; else as it is."""
    if not any(map(sy.is_level, target.free_symbols)):
        return target
    total: Expr = Rational(0)
    for term in Add.make_args(target):
        levels = filter(sy.is_level, term.free_symbols)
        outside, inside = term.as_independent(*levels, as_Add=False)
        total += outside * SpectralSum(sy.Level("B", real=True) * inside)
    return total


def _step(expression: Expr, statement: str) -> Step:
    return Step(expression, Rule("process", RuleKind.EQUIVALENT, statement, lambda line: line))


def _equation(left: Expr, right: Expr) -> Expr:
    return Eq(left, right, evaluate=False)


def _remark(formulas: ProcessFormulas, theorems: Mapping[str, str]) -> str:
    parts = [f"{name} is theorem {label} of the catalogue." for name, label in theorems.items()]
    if any(each.kind is UnknownKind.KAPPA for each in formulas.unknowns):
        parts.append(
            "kappa is the largest root: positive where lam is, and right of the spectral edge, "
            "where d lam/d kappa > 0, where lam is negative."
        )
    if any(each.kind is UnknownKind.RESPONSES for each in formulas.unknowns):
        parts.append("The responses h are the positive solution.")
    if formulas.assumptions:
        shown = (f"{x.lhs} {x.rel_op.replace('==', '=')} {x.rhs}" for x in formulas.assumptions)
        parts.append(f"Without ridge the formulas are those for {', '.join(shown)}.")
    return "  ".join(parts)


# --- what an unknown is


def _places(formulas: ProcessFormulas) -> tuple[dict[Symbol, str], dict[Symbol, str]]:
    """The fits that an unknown belongs to; and where it first stands in H_g and C_g, in words."""
    names = _Names(formulas)
    response, correlation = formulas.solution.response, formulas.solution.correlation
    fits: dict[Symbol, list[str]] = {}
    places: dict[Symbol, str] = {}
    for own in response.diagonals:
        for value in (own.kappa, *own.rows.values()):
            if value is not None:
                fits.setdefault(value.expression, []).extend(map(names.fit, own.rows))

    def note(lane: Lane, words: str) -> None:
        for x in {x for each in lane.entries for held in each.terms for x, _ in held}:
            places.setdefault(x, words)

    for j, row in enumerate(response.rows):
        for k, lane in row.items():
            if k != j:
                pair = (
                    f"the response of the residuals of {names.node(j)} to those of {names.node(k)}"
                )
                note(lane, f"(1) and (2): {pair}, summed over rows")
    for j, row in enumerate(correlation.rows):
        for k in sorted(row.keys() & set(range(j + 1))):
            one = f"the residuals of {names.node(j)}"
            pair = f"{one}, squared" if j == k else f"{one} times those of {names.node(k)}"
            note(row[k], f"(3) and (4): {pair} and summed over rows")
    return {x: " and ".join(dict.fromkeys(held)) for x, held in fits.items()}, places


def _reason(unknown: Unknown, fits: Mapping[Symbol, str], places: Mapping[Symbol, str]) -> str:
    if unknown.kind in {UnknownKind.KAPPA, UnknownKind.RESPONSES}:
        known = [fits[x] for x in unknown.symbols if x in fits]
        return _TITLES[unknown.kind].format(fits=" and ".join(dict.fromkeys(known)))
    # What has a reason of its own stands in many places.
    general = unknown.reason.startswith(("a response", "a correlation"))
    known = [places[x] for x in unknown.symbols if x in places and general]
    return "; ".join(dict.fromkeys(known)) or _TITLES.get(unknown.kind, unknown.reason)


class _Names:
    """The user's names for blocks and groups."""

    def __init__(self, formulas: ProcessFormulas) -> None:
        lowering, self.pencil = formulas.solution.lowering, formulas.solution.pencil
        given = lowering.graph.names
        self.groups = {
            group: given[index] or f"{group + 1}"
            for index, groups in lowering.groups.items()
            for group in groups
        }
        self.models: dict[int, str] = {}
        for index, blocks in lowering.models.items():
            if len(blocks) == 1:
                self.models.setdefault(next(iter(blocks)), given[index] or f"u{index}")
        self.owners = {
            row: node.features[0]
            for node in self.pencil.nodes
            if node.features
            for row in node.rows
        }

    def model(self, block: int) -> str:
        """A feature block."""
        return self.models.get(block, f"z{block}")

    def fit(self, row: int) -> str:
        """The model that a row block belongs to."""
        return self.model(self.owners[row]) if row in self.owners else "what is asked"

    def group(self, row: int) -> str:
        """The rows that a row block lives on."""
        return self.groups.get(self.pencil.rows[row].group, "F")

    def node(self, index: int) -> str:
        """What a node's rows are the residuals of."""
        return self.fit(self.pencil.nodes[index].rows[0])


# --- the pencil and the four equations


def _pencil(formulas: ProcessFormulas) -> Iterator[Expr]:
    """Fits in terms of the models themselves, not of their errors."""
    names = _Names(formulas)
    pencil = formulas.solution.pencil
    heard = {
        e: k for k, e in enumerate(dict.fromkeys(e for row in pencil.rows for e in row.noise), 1)
    }
    nu: dict[int, Laurent] = {}
    mu: dict[int, Laurent] = {}
    for own in formulas.solution.response.diagonals:
        nu.update(own.nu)
        mu.update(own.mu)

    def block(number: int) -> Expr:
        feature = pencil.features[number]
        off = (-value.expression * block(b) for b, value in feature.offset.items())
        return sum(off, start=_vector(names.model(number)))

    def rho(number: int) -> Expr:
        alone = sum(names.fit(row) == names.fit(number) for row in range(len(pencil.rows))) == 1
        own = names.fit(number).replace("what is asked", "asked")
        return _vector(f"rho_{own}" if alone else f"rho_{own}_{names.group(number)}")

    def design(number: int, *, turned: bool = False) -> Expr:
        name = names.group(number)
        letter = "F" if isinstance(_fit_of(pencil, number), RandomFeatures) and name == "F" else "X"
        return _vector(f"{letter}^T_{name}" if turned else f"{letter}_{name}")

    for node in pencil.nodes:
        for a in node.features:
            feature = pencil.features[a]
            if feature.source is not None:
                continue
            q = 1 if feature.metric is None else feature.metric.expression
            right = sum(
                (
                    q * beta.expression * design(row, turned=True) * rho(row)
                    for row, beta in feature.collects.items()
                ),
                start=sum(
                    (v.expression * block(b) for b, v in feature.maps.items()), start=Rational(0)
                ),
            )
            scale = nu[a].expression if a in nu else 1
            yield _equation(scale * _vector(names.model(a)), right)
        for number in node.rows:
            row = pencil.rows[number]
            read = sum((v.expression * block(b) for b, v in row.reads.items()), start=Rational(0))
            noise = sum(
                (v.expression * _vector(f"e_{heard[e]}") for e, v in row.noise.items()),
                start=Rational(0),
            )
            scale = mu[number].expression if number in mu else 1
            yield _equation(scale * rho(number), Mul(design(number), read.expand()) + noise)


def _fit_of(pencil: object, row: int) -> object:
    nodes = pencil.nodes  # type: ignore[attr-defined]
    return next((node.fit for node in nodes if row in node.rows), None)


def _vector(name: str) -> Symbol:
    return Symbol(name, commutative=False)


def four_equations() -> tuple[Expr, ...]:
    """(1) to (4), with matrices over blocks."""
    G, C, D, Q, q, nu = (_vector(name) for name in ("G", "C", "D", "Q", "q", "nu"))
    H, Cg, N, mu, alpha, beta = (
        _vector(f"{name}_g") for name in ("H", "C", "N", "mu", "alpha", "beta")
    )
    Gt, Ht, Nt, at, bt = (_vector(f"{name}^T") for name in ("G", "H_g", "N_g", "alpha_g", "beta_g"))
    T, s = Symbol("T_g"), Symbol("s_g")
    traced = Function("tr_g", commutative=False)
    return (
        _equation(G, (nu - D - T * s * q * beta * H * alpha) ** -1),
        _equation(H, (mu - alpha * traced(G * q) * beta) ** -1),
        _equation(C, G * (Q + T * s * q * beta * Cg * bt * q) * Gt),
        _equation(Cg, H * (N * Nt + alpha * traced(C) * at) * Ht),
    )


# --- an ask as it is written


def _written(tree: Expression) -> Expr:
    match tree:
        case Number(value):
            return Rational(value.numerator, value.denominator)
        case Name(name):
            return Symbol(name, commutative=False)
        case Negative(item):
            return -_written(item)
        case Binary("+", left, right):
            return _written(left) + _written(right)
        case Binary("-", left, right):
            return _written(left) - _written(right)
        case Binary("/", left, right):
            return _written(left) / _written(right)
        case Binary("^", left, right):
            return _written(left) ** _written(right)
        case Binary(_, left, right):
            return _written(left) * _written(right)
        case Call(function, arguments):
            return Function(function)(*map(_written, arguments))
    return Symbol(str(tree).strip("'"))
