"""The formulas of a process as a Python module that needs numpy only.

    f(s, w0, **parameters) -> {ask: value}

s and w0 are arrays, one entry for each direction.  The code is printed from the expressions of
`theory.equivalent.formulas.derived`; only how an equation is solved is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from sympy import Add, Expr, Max, Min, Mul, Piecewise, Rational, Symbol, exp, log, oo, sqrt
from sympy.printing.numpy import NumPyPrinter

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.process.expressions import Expression, Text
from ridgeproof.theory.process.profiles import profile_values
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["python_module"]

_WIDTH = 96
_TAKEN = frozenset({"np", "s", "w0", "d", "i"})

_FUNCTIONS = {
    "sqrt": sqrt,
    "exp": exp,
    "log": log,
    "min": Min,
    "max": Max,
    "where": lambda x, a, b: Piecewise((a, x >= 0), (b, True)),
}

_HELPERS = '''

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
    distance = lambda at: np.max(np.abs(np.array(right(*at)) / at - 1))
    for _ in range(10000):
        value = np.array(right(*h))
        turned = [right(*(h + 1e-20j * unit)) for unit in np.eye(count)]
        step = np.linalg.solve(np.eye(count) - np.imag(turned).T / 1e-20, value - h)
        if np.all(np.abs(step) <= 1e-15 * h):
            return h + step
        newton = h + step
        helps = np.all(newton > 0) and distance(newton) < distance(h)
        h = newton if helps else value
    raise ValueError("the responses of a fit do not settle")
'''


class _Printer(NumPyPrinter):
    """SymPy to numpy, with spectral sums as sums over arrays."""

    def __init__(self, names: Mapping[Symbol, str]) -> None:
        super().__init__()
        self.names = names

    def _module_format(self, fqn: str, register: bool = True) -> str:
        del register
        return fqn.replace("numpy.", "np.")

    def _print_Symbol(self, expr: Symbol) -> str:
        return self.names.get(expr, expr.name)

    def _print_SpectralSum(self, expr: SpectralSum) -> str:
        return f"np.sum({self._print(expr.summand)})"

    def _print_Max(self, expr: Max) -> str:
        return self._joined("maximum", expr.args)

    def _print_Min(self, expr: Min) -> str:
        return self._joined("minimum", expr.args)

    def _joined(self, function: str, args: Iterable[Expr]) -> str:
        first, *others = map(self._print, args)
        for other in others:
            first = f"np.{function}({first}, {other})"
        return str(first)


class _Writer:
    """The lines of f, in order."""

    def __init__(self, formulas: ProcessFormulas) -> None:
        self.formulas = formulas
        self.names = {
            symbol: f"{name}_" if name in _TAKEN else name
            for name, symbol in formulas.parameters.items()
        }
        self.printer = _Printer(self.names)
        self.lines: list[str] = []
        self.sums: dict[Expr, Expr] = {}

    def code(self, expression: Expr) -> str:
        """An expression as code."""
        return str(self.printer.doprint(expression))

    def shared(self, expression: Expr) -> Expr:
        """The expression with a name for each of its sums, which is computed once."""
        for node in sorted(expression.atoms(SpectralSum) - self.sums.keys(), key=str):
            name = Symbol(f"_t{len(self.sums) + 1}")
            self.lines.append(f"{name} = {self.code(node)}")
            self.sums[node] = name
        return expression.xreplace(self.sums)

    def assign(self, target: str, expression: Expr) -> None:
        """One assignment, a term a line where it is long."""
        line = f"{target} = {self.code(expression)}"
        if len(line) > _WIDTH and expression.is_Add:
            terms = [self.code(term) for term in Add.make_args(expression)]
            line = f"{target} = (\n        " + "\n        + ".join(terms) + "\n    )"
        self.lines.append(line)

    def unknown(self, unknown: Unknown) -> None:
        """The lines that find an unknown."""
        names = [self.code(symbol) for symbol in unknown.symbols]
        listed = ", ".join(names)
        match unknown.kind:
            case UnknownKind.SIZE:
                self.lines.append(f"{names[0]} = np.floor({self.code(unknown.right[0])} + 0.5)")
            case UnknownKind.VALUE | UnknownKind.PROFILE:
                self.assign(names[0], self.shared(unknown.right[0]))
            case UnknownKind.KAPPA:
                self.kappa(unknown, names[0])
            case UnknownKind.RESPONSES:
                values = ", ".join(map(self.code, unknown.right))
                self.lines.append(
                    f"{listed} = _fixed_point(lambda {listed}: ({values}), {len(names)})"
                )
            case UnknownKind.SYSTEM:
                self.system(unknown, listed)

    def kappa(self, unknown: Unknown, name: str) -> None:
        """The largest root of a kappa equation."""
        ((left,), (right,), (symbol,)) = unknown.left, unknown.right, unknown.symbols
        factors = [x for x in Mul.make_args(right) if x.has(SpectralSum)]
        if sum(int(x.as_base_exp()[1]) for x in factors) == 1:
            assert unknown.level is not None
            slope = self.code(right.diff(symbol))
            low = f"-np.min({self.code(unknown.level)} * np.ones(d))"
            excess = self.code(right - left)
            self.lines.append(
                f"{name} = _largest_root(lambda {name}: {excess}, {low}, lambda {name}: {slope})"
            )
            return
        # A product of several factors, all positive at the root.
        clamped = Mul(*(Max(x.as_base_exp()[0], 0) ** x.as_base_exp()[1] for x in factors))
        excess = self.code(right / Mul(*factors) * clamped - left)
        self.lines += [
            f"if {self.code(left)} < 0:",
            '    raise ValueError("random features take a penalty lam >= 0")',
            f"{name} = _largest_root(lambda {name}: {excess}, 0.0)",
        ]

    def system(self, unknown: Unknown, listed: str) -> None:
        """A linear system x = b + N x."""
        right = [self.shared(each) for each in unknown.right]
        zero = dict.fromkeys(unknown.symbols, 0)
        rows = [
            ", ".join(self.code(Rational(x == y) - each.diff(y)) for y in unknown.symbols)
            for x, each in zip(unknown.symbols, right, strict=True)
        ]
        matrix = ", ".join(f"[{row}]" for row in rows)
        given = ", ".join(self.code(each.subs(zero)) for each in right)
        self.lines.append(f"{listed} = np.linalg.solve(np.array([{matrix}]), np.array([{given}]))")


def python_module(formulas: ProcessFormulas) -> str:
    """The text of the module."""
    writer = _Writer(formulas)
    given = []
    for symbol, profile in formulas.levels.items():
        if isinstance(profile, Text):
            given.append(writer.code(symbol))
        else:
            writer.assign(writer.code(symbol), _profile(profile))
    # Derived sizes are not rounded yet.
    sizes = {
        each.symbols[0]: each.right[0]
        for each in formulas.unknowns
        if each.kind is UnknownKind.SIZE
    }
    for assumed in formulas.assumptions:
        left, right = (writer.code(each.subs(sizes)) for each in assumed.args)
        shown = f"{left} {assumed.rel_op} {right}"
        writer.lines += [
            f"if not {shown}:",
            f'    raise ValueError("these formulas are for {shown}")',
        ]
    for unknown in formulas.unknowns:
        writer.unknown(unknown)
    asks = [(name, writer.shared(each)) for name, each in formulas.asks.items()]
    answers = [f"        {name!r}: {writer.code(each)}," for name, each in asks]
    defaults = formulas.process.defaults
    arguments = [
        writer.names[symbol] + (f"={_number(defaults[name])}" if name in defaults else "")
        for name, symbol in formulas.parameters.items()
    ]
    keywords = [*given, *sorted(arguments, key=lambda each: "=" in each)]
    signature = ", ".join(["s", "w0", *(["*", *keywords] if keywords else [])])
    body = [f"    {line}" for line in writer.lines]
    title = (formulas.process.title or "A process").replace("\\", "").replace('"', "'")
    return "\n".join(
        [
            f'"""{title}: its limit, by formulas that ridgeproof derived."""',
            "",
            "import numpy as np",
            _HELPERS,
            "",
            f"def f({signature}):",
            '    """Every ask; s and w0 have one entry for each direction."""',
            "    s, w0 = np.broadcast_arrays(np.asarray(s, float), np.asarray(w0, float))",
            "    d = len(s)",
            *(["    i = np.arange(1, d + 1)"] if any(_uses_i(formulas)) else []),
            *body,
            "    return {",
            *answers,
            "    }",
            "",
        ]
    )


def _uses_i(formulas: ProcessFormulas) -> Iterable[bool]:
    for profile in formulas.levels.values():
        if not isinstance(profile, Text):
            yield Symbol("i") in _profile(profile).free_symbols


def _profile(profile: Expression) -> Any:
    names = {"s": sy.s, "w0": sy.w0, "d": sy.d, "i": Symbol("i"), "inf": oo}
    return profile_values(profile, names, _rational, _FUNCTIONS)


def _rational(value: Fraction) -> Rational:
    return Rational(value.numerator, value.denominator)


def _number(value: Fraction) -> str:
    return str(value)
