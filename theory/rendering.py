"""Formulas and derivations as Unicode text, LaTeX, Markdown and plain data.

Nothing here decides anything: whether a step was checked is passed in by the caller.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeAlias

from sympy import Add, Eq, Expr, Mul, Symbol, Tuple, fraction
from sympy import pretty as sympy_pretty
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.str import StrPrinter

from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.calculus.words import Tr
from ridgeproof.theory.definitions import DEFINITIONS, MEANINGS
from ridgeproof.theory.formula import Form, Formula
from ridgeproof.theory.paper import document, in_words, latex, on_paper, sections
from ridgeproof.theory.shown import aligned
from ridgeproof.theory.spectral import SpectralSum

__all__ = [
    "Checks",
    "catalogue_text",
    "derivation_data",
    "derivation_fragment",
    "derivation_in",
    "derivation_latex",
    "derivation_markdown",
    "derivation_text",
    "formula_data",
    "formula_in",
    "formula_latex",
    "formula_markdown",
    "formula_text",
    "latex",
    "one_line",
    "pretty",
    "results_in",
    "results_text",
]

_SUPERSCRIPT = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def pretty(expression: Any) -> str:
    """Two-dimensional Unicode."""
    return sympy_pretty(on_paper(expression), use_unicode=True, wrap_line=False)


@lru_cache(maxsize=1024)
def _symbol(symbol: Symbol) -> str:
    return pretty(symbol).replace("__T", "ᵀ")


class _LinePrinter(StrPrinter):
    """One line of Unicode: sigma**2*SpectralSum(s) reads σ² [Σᵢ sᵢ]."""

    # Skip the nodes' own plain-text form, which is what str() shows.
    printmethod = "_one_line"

    def _print_Symbol(self, expr: Symbol) -> str:
        return _symbol(expr)

    def _print_Tr(self, expr: Tr) -> str:
        return sympy_pretty(expr, use_unicode=True, wrap_line=False)

    def _print_SpectralSum(self, expr: SpectralSum) -> str:
        return _sum(expr)

    def _print_Equality(self, expr: Any) -> str:
        return f"{self._print(expr.lhs)} = {self._print(expr.rhs)}"

    def _print_Implies(self, expr: Any) -> str:
        return " ⇒ ".join(self._print(part) for part in expr.args)

    def _print_And(self, expr: Any) -> str:
        return " and ".join(self._print(part) for part in expr.args)

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if expr.exp.is_Integer and expr.exp > 1:
            base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
            return base + str(expr.exp).translate(_SUPERSCRIPT)
        return super()._print_Pow(expr, rational).replace("**", "^")

    def _print_Mul(self, expr: Any) -> str:
        return super()._print_Mul(expr).replace("*", " ")


@lru_cache(maxsize=4096)
def _sum(node: SpectralSum) -> str:
    inner = one_line(node.indexed().function)
    return f"[Σᵢ ({inner})]" if node.summand.is_Add else f"[Σᵢ {inner}]"


def one_line(expression: Any) -> str:
    """One line of Unicode, for lists of steps.

    >>> from ridgeproof.theory import symbols as sy
    >>> one_line(sy.sigma**2 * sy.gamma / (1 - sy.gamma))
    'γ σ²/(1 - γ)'
    """
    return _LinePrinter().doprint(on_paper(expression))


# Of a line of text.
_WIDTH = 100


def _terms(expression: Expr) -> list[str]:
    """A sum by its terms, equations each by itself, a long product by the terms of its sum."""
    if isinstance(expression, Tuple):
        return [row for part in expression for row in _terms(part)]
    if isinstance(expression, Add):
        return _signed([one_line(term) for term in expression.args])
    whole = one_line(expression)
    if len(whole) <= _WIDTH:
        return [whole]
    if isinstance(expression, Eq):
        first, *others = _terms(expression.rhs)
        return [f"{one_line(expression.lhs)} = {first}", *others]
    above, below = fraction(expression)
    sums = [part for part in Mul.make_args(above) if isinstance(part, Add)]
    if not sums:
        return [whole]
    longest = max(sums, key=lambda part: len(part.args))
    factor = above / longest
    inside = _terms(longest)
    inside[0] = f"{'' if factor == 1 else one_line(factor) + ' '}({inside[0]}"
    inside[-1] += ")"
    if below != 1:
        # What stands under a product is printed as a quotient, whatever its power.
        product = Symbol("_")
        quotient = one_line(product / below).removeprefix(one_line(product))
        inside[-1] += quotient
    return inside


def _signed(terms: list[str]) -> list[str]:
    return [term if i == 0 or term.startswith("-") else f"+ {term}" for i, term in enumerate(terms)]


def _symbols_of(formula: Formula) -> list[Symbol]:
    """Every symbol of the formula, followed through the definitions, level symbols included."""
    seen: set[Symbol] = set()
    stack: list[Any] = list(formula.expressions.values())
    while stack:
        node = stack.pop()
        symbols = set(node.free_symbols)
        for found in node.atoms(SpectralSum):
            symbols |= set(found.bound_symbols)
        stack += [DEFINITIONS[symbol] for symbol in symbols - seen if symbol in DEFINITIONS]
        seen |= symbols
    return [symbol for symbol in MEANINGS if symbol in seen]


def formula_text(formula: Formula) -> str:
    """The catalogue entry in full, as Unicode text."""
    lines = [f"{formula.theorem}  {formula.id}: {formula.title}", "", formula.statement, ""]
    for name, expression in formula.expressions.items():
        lines += [f"{name} =", _indent(pretty(expression)), ""]
        limit = _limit(formula, name)
        if limit is not None:
            lines += [f"{name}, in the proportional limit =", _indent(pretty(limit)), ""]
    lines += [f"features {formula.law}"] if formula.law else []
    lines += [
        f"regime   {formula.regime}",
        f"kind     {formula.kind.value}",
        f"source   {formula.source}",
    ]
    if formula.exact_pieces:
        lines.append(f"exact    {formula.exact_pieces}")
    symbols = _symbols_of(formula)
    lines += ["", "where"] if symbols else []
    lines += [f"  {pretty(x):<4} {x.name:<7} {MEANINGS[x]}" for x in symbols]
    return "\n".join(lines)


def _limit(formula: Formula, name: str) -> Expr | None:
    """The proportional limit of an expression, where it differs from the typed one."""
    if not formula.is_test_error:
        return None
    limit = formula.expression(name, Form.LIMIT)
    return None if limit == formula.expression(name) else limit


def _indent(block: str, by: int = 4) -> str:
    return "\n".join(" " * by + line if line else line for line in block.splitlines())


def formula_latex(formula: Formula) -> str:
    """The formula's expressions as LaTeX display equations."""
    return "\n".join(
        rf"\[ \mathrm{{{name.replace('_', chr(92) + '_')}}} = {latex(expression)} \]"
        for name, expression in formula.expressions.items()
    )


def formula_markdown(formula: Formula) -> str:
    """The catalogue entry as Markdown with LaTeX formulas."""
    lines = [f"### {formula.theorem} `{formula.id}`: {formula.title}", "", formula.statement, ""]
    for name, expression in formula.expressions.items():
        shown = name.replace("_", r"\_")
        lines += [f"$$\\mathrm{{{shown}}} = {latex(expression)}$$", ""]
    lines += [f"- features: {formula.law}"] if formula.law else []
    lines += [
        f"- regime: {formula.regime}",
        f"- kind: {formula.kind.value}",
        f"- source: {formula.source}",
    ]
    if formula.exact_pieces:
        lines.append(f"- exact pieces: {formula.exact_pieces}")
    return "\n".join(lines)


formula_in = {"text": formula_text, "latex": formula_latex, "markdown": formula_markdown}


def catalogue_text(formulas: Iterable[Formula], heading: Callable[[str], str] = str) -> str:
    """Each formula in a few lines: what it says, and of what."""
    blocks = []
    for formula in formulas:
        details = [
            *([("features", formula.law)] if formula.law else []),
            ("regime", formula.regime),
            ("kind", formula.kind.value),
            ("source", formula.source),
        ]
        title = heading(f"{formula.theorem}  {formula.id}")
        body = f"    {formula.statement}\n{aligned(details, indent='    ')}"
        blocks.append(f"{title}: {formula.title}\n{body}")
    return "\n\n".join(blocks)


def formula_data(formula: Formula) -> dict[str, Any]:
    """The catalogue entry as plain data."""
    return {
        "id": formula.id,
        "theorem": formula.theorem,
        "title": formula.title,
        "statement": formula.statement,
        "regime": formula.regime,
        "features": formula.law,
        "kind": formula.kind.value,
        "source": formula.source,
        "exact_pieces": formula.exact_pieces,
        "expressions": {name: str(e) for name, e in formula.expressions.items()},
        "latex": {name: latex(e) for name, e in formula.expressions.items()},
    }


# What is said of each step: whether it holds, or None of a name, or of a step that was not checked.
Checks: TypeAlias = Sequence[Sequence[bool | None]] | None


def derivation_text(derivation: Derivation, checks: Checks = None) -> str:
    """The derivation as numbered Unicode lines, each with its justification."""
    lines: list[str] = []
    number = 0
    for section_index, section in enumerate(derivation.sections):
        lines += [f"{section.title}  ({section.label})", f"  {section.start_reason}"]
        lines += [f"      {line}" for line in _terms(section.start)]
        for step_index, step in enumerate(section.steps):
            number += 1
            mark = _mark(checks, section_index, step_index)
            lines.append(f"  {number:>2}. {step.justification}{mark}")
            lines += [f"      {line}" for line in _terms(step.expression)]
        lines.append("")
    if derivation.remark:
        lines += [f"Remark. {derivation.remark}", ""]
    return "\n".join([*lines, results_text(derivation.results)])


def results_text(results: Mapping[str, Expr]) -> str:
    """Each result by its name: in two dimensions, or a term a line where that is too wide."""
    blocks = []
    for name, result in results.items():
        short = len(results) == 1 or len(one_line(result)) <= _WIDTH
        block = pretty(result) if short else "\n".join(_terms(result))
        blocks.append(f"{name} =\n\n{_indent(block)}")
    return "\n\n".join(blocks)


def results_in(derivation: Derivation, style: str) -> str:
    """The results alone, as text, latex, fragment or markdown."""
    if style == "text":
        alone = None if derivation.asks else pretty(derivation.result)
        return alone or results_text(derivation.results)
    shown = map(latex, derivation.results.values())
    return "\n".join(f"$${text}$$" if style == "markdown" else text for text in shown)


def _mark(checks: Checks, section: int, step: int) -> str:
    if checks is None or checks[section][step] is None:
        return ""
    return "  [checked]" if checks[section][step] else "  [CHECK FAILED]"


def derivation_data(derivation: Derivation, checks: Checks = None) -> dict[str, Any]:
    """The derivation as plain data: id, steps, result, latex; the last two by name if several."""
    steps = []
    for i, section in enumerate(derivation.sections):
        for j, step in enumerate(section.steps):
            steps.append(
                {
                    "section": section.title,
                    "quantity": section.label,
                    "expression": _plain(step.expression),
                    "justification": step.justification,
                    "checked": None if checks is None else checks[i][j],
                }
            )
    results = derivation.results
    shown: Any = {name: str(each) for name, each in results.items()}
    typeset: Any = {name: latex(each) for name, each in results.items()}
    if not derivation.asks:
        ((shown,), (typeset,)) = shown.values(), typeset.values()
    return {"id": derivation.id, "steps": steps, "result": shown, "latex": typeset}


def _plain(expression: Any) -> str:
    if isinstance(expression, Tuple):
        return "; ".join(map(_plain, expression))
    if isinstance(expression, Eq):
        return f"{expression.lhs} = {expression.rhs}"
    return str(expression)


def derivation_markdown(derivation: Derivation, checks: Checks = None) -> str:
    """The derivation as Markdown with LaTeX formulas."""
    lines: list[str] = []
    number = 0
    for i, section in enumerate(derivation.sections):
        lines += [f"#### {section.title}", "", f"{section.start_reason}:", ""]
        lines += [f"$${line}$$\n" for line in _displays(section.start)]
        for j, step in enumerate(section.steps):
            number += 1
            lines += [f"{number}. {step.justification}{_mark(checks, i, j)}", ""]
            lines += [f"   $${line}$$\n" for line in _displays(step.expression)]
    if derivation.remark:
        lines += [f"Remark. {derivation.remark}", ""]
    results = derivation.results
    lines += ["Result:", "", *(f"$${line}$$" for line in _named(results))]
    return "\n".join(lines)


def _displays(expression: Any) -> list[str]:
    parts = expression if isinstance(expression, Tuple) else [expression]
    return [latex(part) for part in parts]


def _named(results: Mapping[str, Expr]) -> list[str]:
    """The results in LaTeX, with their names where there are several."""
    if len(results) == 1:
        return [latex(each) for each in results.values()]
    return [rf"\mathrm{{{in_words(name)}}} = {latex(each)}" for name, each in results.items()]


def derivation_fragment(derivation: Derivation, checks: Checks = None) -> str:
    """The derivation as LaTeX that a paper can input."""

    def mark(section: int, step: int) -> str:
        return _mark(checks, section, step)

    return sections(derivation, derivation.results, mark)


def derivation_latex(derivation: Derivation, checks: Checks = None) -> str:
    """The derivation as a LaTeX document that compiles on its own."""
    return document(derivation_fragment(derivation, checks))


# As a command's --format, and a result of its own, is written.
derivation_in = {
    "text": derivation_text,
    "latex": derivation_latex,
    "fragment": derivation_fragment,
    "markdown": derivation_markdown,
}
