"""Languages that formulas are written in: numpy, jax and JavaScript.

What differs between them: how a sum over directions is written, how a function and an assignment
are, and how an equation is solved.  The statements themselves are those of `formulas.code`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sympy import Dummy, Expr, Max, Min, Symbol
from sympy.printing.jscode import JavascriptCodePrinter
from sympy.printing.numpy import NumPyPrinter

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["LANGUAGES", "Language"]


class _Printer(Protocol):
    def doprint(self, expr: Expr) -> str: ...
    def each(self, expr: Expr) -> str: ...
    def least(self, expr: Expr) -> str: ...


@dataclass(frozen=True)
class Language:
    """How things are written; most of these are formats.

    Attributes:
        title: the first lines, with {title}.
        helpers: what solves an equation.
        header: of the function, with {signature}.
        closing: after its answers.
        taken: words that no parameter may be called.
        assigned: one name, {names}, for a {value}.
        several: several names.
        function: of a number, or of several: {names} and {value}.
        array: of {items}.
        solved: a linear system, {matrix} and {right}.
        rounded: the nearest whole number to {value}.
        required: a {condition}, which is {shown}.
        signature: {positional} and named arguments, {named}.
        default: an argument with a {value}.
        needed: one without.
        answer: one, with {name} and {value}.
        answers: what stands before them.
        printer: of SymPy, given other names of symbols.
    """

    title: str
    helpers: str
    header: str
    closing: str
    taken: frozenset[str]
    assigned: str
    several: str
    function: str
    array: str
    solved: str
    rounded: str
    required: str
    signature: str
    default: str
    needed: str
    answer: str
    answers: str
    printer: Callable[[Mapping[Symbol, str]], _Printer]


class _Arrays(NumPyPrinter):
    """SymPy to arrays, with spectral sums as sums over them."""

    def __init__(self, names: Mapping[Symbol, str], module: str) -> None:
        super().__init__()
        self.names, self.module = names, module

    def _module_format(self, fqn: str, register: bool = True) -> str:
        del register
        return fqn.replace("numpy.", f"{self.module}.")

    def _print_Symbol(self, expr: Symbol) -> str:
        return self.names.get(expr, expr.name)

    def _print_Dummy(self, expr: Dummy) -> str:
        del expr
        return f"{self.module}.arange(1, d + 1)"

    def _print_SpectralSum(self, expr: SpectralSum) -> str:
        return f"{self.module}.sum({self._print(expr.summand)})"

    def _print_Max(self, expr: Max) -> str:
        return self._joined("maximum", expr.args)

    def _print_Min(self, expr: Min) -> str:
        return self._joined("minimum", expr.args)

    def _joined(self, function: str, args: Iterable[Expr]) -> str:
        first, *others = map(self._print, args)
        for other in others:
            first = f"{self.module}.{function}({first}, {other})"
        return str(first)

    def each(self, expr: Expr) -> str:
        """A number of every direction."""
        return f"{self.parenthesize(expr, 50)} * {self.module}.ones(d)"

    def least(self, expr: Expr) -> str:
        """The least of the numbers of all directions."""
        return f"{self.module}.min({self.each(expr)})"


class _Loops(JavascriptCodePrinter):
    """SymPy to JavaScript, where what a direction has is an element of an array."""

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__()
        self.names = names

    def _print_Symbol(self, expr: Symbol) -> str:
        name = self.names.get(expr, expr.name)
        return f"{name}[_k]" if sy.is_level(expr) else name

    def _print_Dummy(self, expr: Dummy) -> str:
        del expr
        return "(_k + 1)"

    def _print_SpectralSum(self, expr: SpectralSum) -> str:
        return f"_sum(d, _k => {self._print(expr.summand)})"

    def each(self, expr: Expr) -> str:
        """A number of every direction."""
        return f"Array.from({{ length: d }}, (_, _k) => {self._print(expr)})"

    def least(self, expr: Expr) -> str:
        """The least of the numbers of all directions."""
        return f"Math.min(...{self.each(expr)})"


_NUMPY = '''

def _bisected(function, low, high):
    """Where a function that rises through zero does so, to the last digit."""
    while low < (middle := (low + high) / 2) < high:
        low, high = (low, middle) if function(middle) > 0 else (middle, high)
    return high


def _largest_root(excess, low, slope=None):
    """The largest root: right of the edge, where the slope vanishes, the excess rises."""
    low = low or 1e-100  # where a direction is not fitted, or has no variance
    high = max(1.0, 2 * abs(low))
    while not (excess(high) > 0 and (slope is None or slope(high) > 0)):
        high *= 2
        if high > 1e300:
            raise ValueError("an equation for kappa has no root")
    if slope is not None:
        low = _bisected(slope, low, high)
    if excess(low) > 0:
        raise ValueError("lam lies beyond the spectral edge")
    kappa = _bisected(excess, low, high)
    if abs(kappa) < 1e-90:
        raise ValueError("kappa = 0: derive the formulas anew with lam = 0")
    return kappa


def _fixed_point(right, count):
    """h = right(h) > 0, where right rises and is concave: Newton where it helps."""
    h = np.ones(count)
    for _ in range(10000):
        value, slopes = map(np.array, right(*h))
        step = np.linalg.solve(np.eye(count) - slopes, value - h)
        newton = h + step
        if np.all(np.abs(step) <= 1e-15 * h):
            return newton
        helps = np.all(newton > 0)
        if helps:
            off = np.max(np.abs(np.array(right(*newton)[0]) / newton - 1))
            helps = off < np.max(np.abs(value / h - 1))
        h = newton if helps else value
    raise ValueError("the responses of a fit do not settle")
'''

_JAX = '''
jax.config.update("jax_enable_x64", True)


def _bisected(function, low, high):
    """Where a function that rises through zero does so, to the last digit."""

    def inside(ends):
        middle = (ends[0] + ends[1]) / 2
        return (ends[0] < middle) & (middle < ends[1])

    def halved(ends):
        middle = (ends[0] + ends[1]) / 2
        above = function(middle) > 0
        return jnp.where(above, ends[0], middle), jnp.where(above, middle, ends[1])

    return lax.while_loop(inside, halved, (low, high))[1]


def _largest_root(excess, low, slope=None):
    """The largest root: right of the edge, where the slope vanishes, the excess rises."""
    low = lax.stop_gradient(jnp.asarray(low, float))
    low = jnp.where(low == 0, 1e-100, low)  # where a direction is not fitted, or has no variance

    def solve(excess, start):
        def left(high):
            found = excess(high) > 0
            return ~(found if slope is None else found & (slope(high) > 0)) & (high < 1e300)

        high = lax.while_loop(left, lambda high: 2 * high, start)
        edge = low if slope is None else _bisected(slope, low, high)
        kappa = _bisected(excess, edge, high)
        solved = (excess(edge) <= 0) & (high < 1e300) & (jnp.abs(kappa) >= 1e-90)
        return jnp.where(solved, kappa, jnp.nan)

    start = jnp.maximum(1.0, 2 * jnp.abs(low))
    return lax.custom_root(excess, start, solve, lambda linear, y: y / linear(1.0))


def _fixed_point(right, count):
    """h = right(h) > 0, where right rises and is concave: Newton where it helps."""

    def excess(h):
        return h - jnp.array(right(*h)[0])

    def solve(excess, start):
        def moving(state):
            h, step, turn = state
            return jnp.any(jnp.abs(step) > 1e-15 * h) & (turn < 10000)

        def moved(state):
            h, _, turn = state
            off = excess(h)
            step = -jnp.linalg.solve(jax.jacfwd(excess)(h), off)
            newton = h + step
            helps = jnp.all(newton > 0)
            helps &= jnp.max(jnp.abs(excess(newton) / newton)) < jnp.max(jnp.abs(off / h))
            helps |= jnp.all(jnp.abs(step) <= 1e-15 * h)
            return jnp.where(helps, newton, h - off), step, turn + 1

        h, _, turn = lax.while_loop(moving, moved, (start, jnp.full(count, jnp.inf), 0))
        return jnp.where(turn < 10000, h, jnp.nan)

    def tangent(linear, y):
        return jnp.linalg.solve(jax.jacfwd(linear)(y), y)

    return lax.custom_root(excess, jnp.ones(count), solve, tangent)
'''

_JAVASCRIPT = """
function _missing(name) {
  throw new Error(`${name} has no value`);
}

function _sum(d, term) {
  let total = 0;
  for (let k = 0; k < d; k++) total += term(k);
  return total;
}

// Where a function that rises through zero does so, to the last digit.
function _bisected(excess, low, high) {
  for (let middle = (low + high) / 2; low < middle && middle < high; middle = (low + high) / 2) {
    if (excess(middle) > 0) high = middle;
    else low = middle;
  }
  return high;
}

// The largest root: right of the edge, where the slope vanishes, the excess rises.
function _largest_root(excess, low, slope = null) {
  low = low || 1e-100; // where a direction is not fitted, or has no variance
  let high = Math.max(1, 2 * Math.abs(low));
  while (!(excess(high) > 0 && (slope === null || slope(high) > 0))) {
    high *= 2;
    if (!(high < 1e300)) throw new Error("an equation for kappa has no root");
  }
  if (slope !== null) low = _bisected(slope, low, high);
  if (excess(low) > 0) throw new Error("lam lies beyond the spectral edge");
  const kappa = _bisected(excess, low, high);
  if (Math.abs(kappa) < 1e-90) throw new Error("kappa = 0: derive the formulas anew with lam = 0");
  return kappa;
}

// A linear system, by elimination with the largest pivot.
function _solved(matrix, right) {
  const rows = matrix.map((row, k) => [...row, right[k]]);
  const size = rows.length;
  for (let k = 0; k < size; k++) {
    let best = k;
    for (let j = k; j < size; j++) if (Math.abs(rows[j][k]) > Math.abs(rows[best][k])) best = j;
    [rows[k], rows[best]] = [rows[best], rows[k]];
    for (let j = 0; j < size; j++) {
      if (j === k) continue;
      const factor = rows[j][k] / rows[k][k];
      for (let c = k; c <= size; c++) rows[j][c] -= factor * rows[k][c];
    }
  }
  return rows.map((row, k) => row[size] / row[k]);
}

// h = right(h) > 0, where right rises and is concave: Newton where it helps.
function _fixed_point(right, count) {
  let h = Array(count).fill(1);
  const off = (value, at) => Math.max(...value.map((x, k) => Math.abs(x / at[k] - 1)));
  for (let turn = 0; turn < 10000; turn++) {
    const [value, slopes] = right(...h);
    const matrix = slopes.map((row, k) => row.map((x, c) => (k === c ? 1 : 0) - x));
    const step = _solved(matrix, value.map((x, k) => x - h[k]));
    const newton = h.map((x, k) => x + step[k]);
    if (step.every((x, k) => Math.abs(x) <= 1e-15 * h[k])) return newton;
    const helps = newton.every(x => x > 0) && off(right(...newton)[0], newton) < off(value, h);
    h = helps ? newton : value;
  }
  throw new Error("the responses of a fit do not settle");
}
"""

_WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        s w0 d f Array Error Infinity Math NaN Number module undefined arguments await break case
        catch class const continue debugger default delete do else enum eval export extends false
        finally for function if implements import in instanceof interface let new null package
        private protected public return static super switch this throw true try typeof var void
        while with yield
        """,
    )
)

_PYTHON = {
    "closing": "    }\n",
    "assigned": "    {names} = {value}",
    "several": "    {names} = {value}",
    "function": "lambda {names}: {value}",
    "signature": "{positional}, *, {named}",
    "default": "{name}={value}",
    "needed": "{name}",
    "answers": "    return {",
    "answer": "        {name!r}: {value},",
}
_ARRAYS = '''
def f({signature}):
    """Every ask; s and w0 have one entry for each direction."""
    s, w0 = np.broadcast_arrays(np.asarray(s, float), np.asarray(w0, float))
    d = len(s)'''

LANGUAGES: Mapping[str, Language] = {
    "python": Language(
        **_PYTHON,
        title='"""{title}, by formulas that ridgeproof derived."""\n\nimport numpy as np\n',
        helpers=_NUMPY,
        header=_ARRAYS,
        taken=frozenset({"np", "s", "w0", "d"}),
        array="np.array([{items}])",
        solved="np.linalg.solve({matrix}, {right})",
        rounded="np.floor({value} + 0.5)",
        required="    if not {condition}:\n"
        '        raise ValueError("these formulas are for {shown}")',
        printer=lambda names: _Arrays(names, "np"),
    ),
    "jax": Language(
        **_PYTHON,
        title='"""{title}, by formulas that ridgeproof derived.\n\n'
        "f may be differentiated, mapped and compiled: what solves an equation has the derivative\n"
        "of its solution.  Where there is none, or the formulas are for other sizes, it is NaN.\n"
        '"""\n\nimport jax\nimport jax.numpy as jnp\nfrom jax import lax\n',
        helpers=_JAX,
        header=_ARRAYS.replace("np.", "jnp."),
        taken=frozenset({"jax", "jnp", "lax", "s", "w0", "d"}),
        array="jnp.array([{items}])",
        solved="jnp.linalg.solve({matrix}, {right})",
        rounded="jnp.floor({value} + 0.5)",
        required="    s = jnp.where({condition}, s, jnp.nan)  # these formulas are for {shown}",
        printer=lambda names: _Arrays(names, "jnp"),
    ),
    "javascript": Language(
        title="// {title}, by formulas that ridgeproof derived.\n",
        helpers=_JAVASCRIPT,
        header="\n// Every ask; s and w0 have one entry for each direction.\n"
        "function f({signature}) {{\n  const d = s.length;",
        closing='  };\n}\n\nif (typeof module !== "undefined") module.exports = { f };\n',
        taken=_WORDS,
        assigned="  const {names} = {value};",
        several="  const [{names}] = {value};",
        function="({names}) => {value}",
        array="[{items}]",
        solved="_solved({matrix}, {right})",
        rounded="Math.floor({value} + 0.5)",
        required='  if (!({condition})) throw new Error("these formulas are for {shown}");',
        signature="{positional}, {{ {named} }} = {{}}",
        default="{name} = {value}",
        needed='{name} = _missing("{name}")',
        answers="  return {",
        answer="    {name}: {value},",
        printer=_Loops,
    ),
}
