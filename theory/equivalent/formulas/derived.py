"""derive_process: the asks of a process as formulas in spectral sums, with their unknowns."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING, Any

from sympy import Dummy, Expr, Symbol, linsolve
from sympy.core.relational import Relational

from ridgeproof.theory.checks import exact
from ridgeproof.theory.equivalent.asks import Solution, answer
from ridgeproof.theory.equivalent.correlation import correlate
from ridgeproof.theory.equivalent.formulas.symbolic import SymbolicRing, SymbolicSources
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.equivalent.lowering import lower
from ridgeproof.theory.equivalent.response import respond
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.builder import Expectation
from ridgeproof.theory.process.expressions import Expression, parts
from ridgeproof.theory.process.facts import require_known, size_names
from ridgeproof.theory.process.graph import Fit, Graph, Iteration, reached
from ridgeproof.theory.process.names import free_names
from ridgeproof.theory.process.normal import count_names, normal_form
from ridgeproof.theory.process.operators.asks import Extremum, MeanSquare
from ridgeproof.theory.process.operators.gradient import GradientDescent, GradientFlow
from ridgeproof.theory.process.operators.pcr import PrincipalComponents
from ridgeproof.theory.process.operators.rows import Noisy
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.shown import Written
from ridgeproof.theory.spectral import SpectralSum

if TYPE_CHECKING:
    from ridgeproof.theory.calculus.derivation import Derivation

__all__ = ["ProcessFormulas", "derive_process", "needed", "unfolded"]

# Beyond these nobody reads the formulas, which grow with every pair of fits on common rows.
MOST_FITS, MOST_SHARED = 24, 10


@dataclass(frozen=True, eq=False)
class ProcessFormulas(Written):
    """What a process asks, as formulas.

    Attributes:
        process: the record.
        asks: the formulas by name, in the parameters, the unknowns and spectral sums.
        refused: why an ask has none, by name.
        unknowns: in order; each in terms of the parameters and of those before it.
        parameters: that the formulas depend on, by name.
        sizes: those that are whole numbers.
        levels: profiles with a symbol of their own.
        assumptions: on sizes, of fits without ridge.
        solution: what the asks were read off.
    """

    process: Process
    asks: Mapping[str, Expr]
    refused: Mapping[str, str]
    unknowns: tuple[Unknown, ...]
    parameters: Mapping[str, Symbol]
    sizes: frozenset[str]
    levels: Mapping[Symbol, Expression]
    assumptions: tuple[Relational, ...]
    solution: Solution

    def derivation(self) -> Derivation:
        """Every line, and which theorems of the catalogue the asks are."""
        from ridgeproof.theory.equivalent.formulas.recognised import recognised
        from ridgeproof.theory.equivalent.formulas.sections import derivation_of

        return replace(derivation_of(self, recognised(self)), asks=dict(self.asks))

    def data(self) -> dict[str, Any]:
        """The steps and the formulas of the asks as plain data, theorems, and what has none."""
        return {**self.derivation().data(), **self.noted()}

    def noted(self) -> dict[str, Any]:
        """The theorem that each ask is, or None; and why others have no formula."""
        from ridgeproof.theory.equivalent.formulas.recognised import recognised

        theorems = recognised(self)
        return {"theorems": {name: theorems.get(name) for name in self.asks},
                "refused": dict(self.refused)}  # fmt: skip

    def written(self, style: str) -> str:
        """The derivation as `ridgeproof derive FILE --format` prints it, unchecked."""
        return self.derivation().written(style)


def derive_process(process: Process, **parameters: object) -> ProcessFormulas:
    """The formulas of a process in the proportional limit.

    Parameters stay symbols.  Their values are needed for counts of loops and steps, and decide the
    branch of a fit without ridge.

    Args:
        process: the record.
        **parameters: exact numbers; what the process says unless given, as for d, spectrum, signal.

    Raises:
        InputError: a value that decides the shape of the formulas is missing.
        NotBuilt: no ask has a formula; NoTheorem: the theorem does not cover the process.
    """
    require_known(process, parameters)
    said = {n: exact(n, v) for n, v in parameters.items() if n not in {"spectrum", "signal"}}
    known = {**process.defaults, **said}
    counts = {name: known[name] for name in count_names(process) if name in known}
    graph = normal_form(process, counts)
    asks, refused = {}, {}
    for name, ask in graph.asks:
        why = _refusal(graph, ask)
        if why:
            refused[name] = why
        else:
            asks[name] = ask
    if not asks:
        raise NotBuilt("; ".join(f"ask {name}: {why}" for name, why in refused.items()))
    names = (free_names(process) | process.defaults.keys()) - counts.keys() - {"d"}
    profiles = {p: n for n, p in (*process.covariances, *process.signals)}
    reserved = frozenset({*names, *asks, "s", "w0", "d", "i"})
    ring = SymbolicRing(size_names(graph.nodes) | {"d"}, known, profiles, reserved)
    values = {name: ring.parameter(name) for name in (*names, "d")}
    leaves = tuple(leaf for ask in asks.values() for leaf in _leaves(ask))
    lowering = lower(graph, values, ring, reached(graph.nodes, leaves))
    for leaf in leaves:
        if isinstance(leaf, MeanSquare):
            lowering.probe(leaf.vector)
    pencil = lowering.assembly.pencil(ring.multiplicity)
    ring.reason = "a response, by (1) and (2)"
    response = respond(pencil, ring)
    ring.reason = "a correlation of residuals, by (3) and (4)"
    correlation = correlate(pencil, response, SymbolicSources(pencil))
    solution = Solution(lowering, pencil, response, correlation, ("all",))
    found = {name: answer(ask, solution, {}).value.expression for name, ask in asks.items()}
    unknowns = needed(ring.unknowns, found.values())
    sides = [side for each in unknowns for side in (*each.left, *each.right)]
    used = _symbols((*found.values(), *sides, *ring.assumptions))
    return ProcessFormulas(
        process,
        found,
        refused,
        tuple(unknowns),
        {name: ring.symbol(name) for name in sorted(names) if ring.symbol(name) in used},
        size_names(graph.nodes),
        {x: profile for x, profile in ring.levels.items() if x in used},
        tuple(ring.assumptions),
        solution,
    )


def _leaves(ask: Expression) -> Iterator[Expectation]:
    if isinstance(ask, Expectation):
        yield ask
        return
    for part in parts(ask):
        yield from _leaves(part)


def _refusal(graph: Graph, ask: Expression) -> str:
    """Why an ask has no formula; empty where it has one."""
    leaves = tuple(_leaves(ask))
    if any(isinstance(leaf, Extremum) for leaf in leaves):
        return "a minimum over a parameter is no formula: ask for what is minimised"
    nodes = [graph.nodes[index] for index in reached(graph.nodes, leaves)]
    for node in nodes:
        if isinstance(node, GradientFlow | GradientDescent):
            word = "gradient_flow" if isinstance(node, GradientFlow) else "gradient_descent"
            return (
                f"{word} has no formula in finitely many spectral sums: evaluate it, or take "
                "gradient_descent of few steps"
            )
        if isinstance(node, PrincipalComponents):
            return "pcr has no formula in finitely many spectral sums: evaluate it"
        if isinstance(node, Noisy):
            return "rows seen with noise have no formula yet: evaluate them"
        if isinstance(node, Iteration):
            return f"a loop of {node.count} rounds is not unrolled: set a count of a few rounds"
    rows = [{group.labels.rows for group in node.groups} for node in nodes if isinstance(node, Fit)]
    shared = sum(bool(first & second) for first, second in combinations(rows, 2))
    if len(rows) > MOST_FITS or shared > MOST_SHARED:
        return (
            f"{len(rows)} fits, {shared} pairs of them on common rows, are too many for a formula "
            f"(at most {MOST_FITS} and {MOST_SHARED}): set fewer rounds or steps, or evaluate it"
        )
    return ""


def needed(unknowns: Sequence[Unknown], asks: Iterable[Expr]) -> list[Unknown]:
    """The unknowns that the asks depend on, in order."""
    wanted = _symbols(asks)
    kept = []
    for unknown in reversed(unknowns):
        if wanted & set(unknown.symbols):
            kept.append(unknown)
            wanted |= _symbols((*unknown.left, *unknown.right))
    return kept[::-1]


def unfolded(formula: Expr, unknowns: Sequence[Unknown]) -> Expr:
    """The formula with names given up, and the solutions of linear systems put in.

    What is left are the parameters, the kappas and the responses of fits on several kinds of rows.
    """
    for unknown in reversed(unknowns):
        if unknown.kind is UnknownKind.SYSTEM:
            opaque = {x: Dummy() for each in unknown.right for x in each.atoms(SpectralSum)}
            sums = {dummy: x for x, dummy in opaque.items()}
            sides = zip(unknown.left, unknown.right, strict=True)
            (found,) = linsolve([left - x.xreplace(opaque) for left, x in sides], unknown.symbols)
            values = [each.xreplace(sums) for each in found]
        elif unknown.kind in {UnknownKind.KAPPA, UnknownKind.RESPONSES}:
            continue
        else:
            values = list(unknown.right)
        formula = formula.xreplace(dict(zip(unknown.symbols, values, strict=True)))
    return formula


def _symbols(expressions: Iterable[Expr]) -> set[Symbol]:
    """Those within spectral sums included."""
    return {x for each in expressions for x in each.atoms(Symbol)}
