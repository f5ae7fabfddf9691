"""Expressions in the syntax of Coq, and what has to be non-zero for them to mean something.

Real numbers are of the type R; the dimension d and the generations n are natural numbers, written
INR d and INR n; what differs between directions is a function of i.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from sympy import (
    Add,
    Dummy,
    Expr,
    Integer,
    Mul,
    Number,
    Pow,
    Rational,
    Symbol,
    exp,
    factor_list,
    fraction,
    log,
    pi,
    preorder_traversal,
    together,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.words import Tr, Word
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["coq", "denominators", "identifier", "letter", "spelled"]

_WORDS = """
INR PI R S O I sum lin slin tr turn back diag plain moment fixed estimate letter transposed
components
fun forall exists match with end if then else let in nat list exp ln pow rev length filter map
Set Prop Type as fix return where at using i j k c x B d n
"""
_TAKEN = frozenset(_WORDS.split())


def identifier(symbol: Symbol) -> str:
    """A name that Coq takes."""
    name = re.sub(r"\W", "_", symbol.name)
    return f"{name}_" if name in _TAKEN or not name[0].isalpha() else name


def letter(symbol: Symbol) -> str:
    """The name of a letter."""
    name = symbol.name.replace("'", "t").replace("^-1", "inv")
    return "L" + re.sub(r"\W", "_", name)


def spelled(word: Word) -> str:
    """A word as a list of letters."""
    return f"[{'; '.join(map(letter, word))}]"


def coq(expression: Expr, names: Mapping[Symbol, str] | None = None) -> str:
    """An expression as a term of type R.

    Raises:
        NotBuilt: it holds a function that the export does not know.
    """

    def show(each: Expr) -> str:
        return coq(each, names)

    if isinstance(expression, Symbol):
        if names and expression in names:
            return names[expression]
        if expression in {sy.d, sy.n}:
            return f"INR {expression.name}"
        if expression == sy.B:
            return "B i"
        name = identifier(expression)
        return f"{name} i" if sy.is_level(expression) else name
    if isinstance(expression, SpectralSum):
        return f"sum d (fun i => {show(expression.summand)})"
    if isinstance(expression, Tr):
        return f"tr B {spelled(expression.word)}"
    if isinstance(expression, Integer):
        return f"{expression}" if expression >= 0 else f"({expression})"
    if isinstance(expression, Rational):
        return f"({expression.p} / {expression.q})"
    if expression == pi:
        return "PI"
    if isinstance(expression, Add):
        return f"({' + '.join(map(show, expression.args))})"
    if isinstance(expression, exp | log):
        return f"{'exp' if isinstance(expression, exp) else 'ln'} ({show(expression.args[0])})"
    if isinstance(expression, Mul | Pow):
        above, below = fraction(expression)
        if below != 1:
            return f"({show(above)} / {show(below)})"
    if isinstance(expression, Mul):
        return f"({' * '.join(map(show, expression.args))})"
    if isinstance(expression, Pow):
        return _power(show(expression.base), expression.exp, names)
    raise NotBuilt(f"{type(expression).__name__} is not exported to Coq")


def _power(base: str, exponent: Expr, names: Mapping[Symbol, str] | None) -> str:
    many = (names or {}).get(sy.n, "n").removeprefix("INR ")
    factors = []
    for term in Add.make_args(exponent):
        count, rest = term.as_coeff_Mul()
        if not (count.is_Integer and count > 0 and rest in {1, sy.n}):
            raise NotBuilt(f"a power with the exponent {exponent} is not exported to Coq")
        inner = f"({base})" if count == 1 and rest == sy.n else f"({base}) ^ {count}"
        factors.append(inner if rest == 1 else f"({inner}) ^ {many}")
    return f"({' * '.join(factors)})"


def denominators(expression: Expr) -> Iterator[Expr]:
    """The factors of all that is divided by, within sums too."""
    for node in preorder_traversal(expression):
        if isinstance(node, SpectralSum):
            yield from denominators(node.summand)
        elif isinstance(node, Pow) and node.exp.could_extract_minus_sign():
            opaque = {x: Dummy() for x in node.base.atoms(SpectralSum, Tr)}
            back = {dummy: x for x, dummy in opaque.items()}
            for part in fraction(together(node.base.xreplace(opaque))):
                for base, _ in factor_list(part)[1]:
                    if not isinstance(base, Number):
                        lead = -1 if base.could_extract_minus_sign() else 1
                        yield (lead * base).xreplace(back)
