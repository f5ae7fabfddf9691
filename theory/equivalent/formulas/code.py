"""Formulas as code, in any of the languages of `formulas.languages`.

    f(s, w0, **parameters) -> {ask: value}

s and w0 are arrays, one entry for each direction.  The code is printed from the expressions of a
`Program`; only how an equation is solved is written by hand, once for each language.
"""

from __future__ import annotations

from collections.abc import Sequence

from sympy import Add, Expr, Max, Mul, Rational, Symbol
from sympy.printing.codeprinter import PrintMethodNotImplementedError

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.equivalent.formulas.languages import LANGUAGES
from ridgeproof.theory.equivalent.formulas.program import Program
from ridgeproof.theory.equivalent.formulas.unknowns import Unknown, UnknownKind
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["code"]

_WIDTH = 96


def code(program: Program, language: str) -> str:
    """The text of a module.

    Args:
        program: what is computed.
        language: python (which needs numpy only), jax or javascript.
    """
    writer = _Writer(program, language)
    written = writer.language
    for assumed in program.assumptions:
        left, right = map(writer.code, assumed.args)
        shown = f"{left} {assumed.rel_op} {right}"
        writer.lines.append(written.required.format(condition=shown, shown=shown))
    for level, profile in program.profiles.items():
        writer.assign([level], writer.printer.each(profile))
    for unknown in program.unknowns:
        writer.unknown(unknown)
    answers = [(name, writer.answer(each)) for name, each in program.answers.items()]
    title = program.title.replace("\\", "").replace('"', "'")
    return "\n".join(
        [
            written.title.format(title=title) + written.helpers,
            written.header.format(signature=writer.signature()),
            *writer.lines,
            written.answers,
            *(written.answer.format(name=name, value=value) for name, value in answers),
            written.closing,
        ]
    )


class _Writer:
    """The lines of f, in order."""

    def __init__(self, program: Program, language: str) -> None:
        self.program, self.language = program, LANGUAGES[language]
        self.names = {
            symbol: f"{symbol.name}_"
            for symbol in program.parameters
            if symbol.name in self.language.taken or symbol.name.startswith("_")
        }
        self.printer = self.language.printer(self.names)
        self.lines: list[str] = []
        self.sums: dict[Expr, Expr] = {}

    def signature(self) -> str:
        """The arguments, those with a default last."""
        written, parameters = self.language, self.program.parameters
        named = [written.needed.format(name=each) for each in self.program.given]
        for symbol in sorted(parameters, key=lambda each: parameters[each] is not None):
            shape = written.needed if parameters[symbol] is None else written.default
            named.append(shape.format(name=self.code(symbol), value=parameters[symbol]))
        if not named:
            return "s, w0"
        return written.signature.format(positional="s, w0", named=", ".join(named))

    def code(self, expression: Expr) -> str:
        """An expression as code.

        Raises:
            NotBuilt: the language has no word for a function in it.
        """
        try:
            return str(self.printer.doprint(expression))
        except PrintMethodNotImplementedError as unknown:
            raise NotBuilt(f"{self.program.title} is not written in this language") from unknown

    def long(self, expression: Expr) -> str:
        """The same, a term a line where it is long."""
        written = self.code(expression)
        if len(written) <= _WIDTH or not expression.is_Add:
            return written
        terms = "\n        + ".join(map(self.code, Add.make_args(expression)))
        return f"(\n        {terms}\n    )"

    def answer(self, expression: Expr) -> str:
        """A number, or where directions differ one for each."""
        expression = self.shared(expression)
        each = any(map(sy.is_level, expression.free_symbols))
        return self.printer.each(expression) if each else self.long(expression)

    def array(self, items: Sequence[str]) -> str:
        """What is written, as an array."""
        return self.language.array.format(items=", ".join(items))

    def function(self, names: Sequence[Symbol], value: str) -> str:
        """A function of names."""
        return self.language.function.format(names=", ".join(map(str, names)), value=value)

    def assign(self, names: Sequence[Symbol], value: str) -> None:
        """One line."""
        shape = self.language.assigned if len(names) == 1 else self.language.several
        self.lines.append(shape.format(names=", ".join(map(str, names)), value=value))

    def shared(self, expression: Expr) -> Expr:
        """The expression with a name for each of its sums, which is computed once."""
        for node in sorted(expression.atoms(SpectralSum) - self.sums.keys(), key=str):
            name = Symbol(f"_t{len(self.sums) + 1}")
            self.assign([name], self.code(node))
            self.sums[node] = name
        return expression.xreplace(self.sums)

    def unknown(self, unknown: Unknown) -> None:
        """The lines that find an unknown."""
        names, right = unknown.symbols, unknown.right
        match unknown.kind:
            case UnknownKind.SIZE:
                self.assign(names, self.language.rounded.format(value=self.code(right[0])))
            case UnknownKind.VALUE:
                self.assign(names, self.long(self.shared(right[0])))
            case UnknownKind.PROFILE:
                self.assign(names, self.printer.each(self.shared(right[0])))
            case UnknownKind.KAPPA:
                self.kappa(unknown)
            case UnknownKind.RESPONSES:
                self.responses(unknown)
            case UnknownKind.SYSTEM:
                self.system(unknown)

    def kappa(self, unknown: Unknown) -> None:
        """The largest root of a kappa equation."""
        ((left,), (right,), (symbol,)) = unknown.left, unknown.right, unknown.symbols
        factors = [x for x in Mul.make_args(right) if x.has(SpectralSum)]
        if sum(int(x.as_base_exp()[1]) for x in factors) == 1:
            assert unknown.level is not None
            low = f"-{self.printer.least(unknown.level)}"
            slope = [self.function([symbol], self.code(right.diff(symbol)))]
        else:
            # A product of several factors, all positive at the root.
            clamped = Mul(*(Max(x.as_base_exp()[0], 0) ** x.as_base_exp()[1] for x in factors))
            right, low, slope = right / Mul(*factors) * clamped, "0.0", []
        excess = self.function([symbol], self.code(right - left))
        self.assign([symbol], f"_largest_root({', '.join([excess, low, *slope])})")

    def responses(self, unknown: Unknown) -> None:
        """The responses of a fit on several kinds of rows, with the slopes of their equations."""
        names, right = unknown.symbols, unknown.right
        slopes = [f"[{', '.join(self.code(each.diff(x)) for x in names)}]" for each in right]
        both = f"[{', '.join(map(self.code, right))}], [{', '.join(slopes)}]"
        self.assign(names, f"_fixed_point({self.function(names, f'[{both}]')}, {len(names)})")

    def system(self, unknown: Unknown) -> None:
        """A linear system x = b + N x."""
        right = [self.shared(each) for each in unknown.right]
        zero = dict.fromkeys(unknown.symbols, 0)
        rows = [
            f"[{', '.join(self.code(Rational(x == y) - each.diff(y)) for y in unknown.symbols)}]"
            for x, each in zip(unknown.symbols, right, strict=True)
        ]
        given = [self.code(each.subs(zero)) for each in right]
        solved = self.language.solved.format(matrix=self.array(rows), right=self.array(given))
        self.assign(unknown.symbols, solved)
