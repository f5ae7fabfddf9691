"""Words of random matrices and their traces: the language in which derivations are written.

A letter is a noncommutative SymPy symbol (Sigma, X, R, ...); a word is a product of letters; a
scalar expression is built from traces ``Tr(word)`` with ordinary commutative coefficients.  Column
vectors are letters too: ||v||_Sigma^2 = Tr(Sigma v v').  Traces of equal value have one
spelling: words are cyclic, and may be read backwards with every letter transposed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from sympy import Add, Expr, Integer, Mul, Pow, Symbol, expand
from sympy.core.sympify import _sympify
from sympy.printing.pretty.stringpict import prettyForm

from ridgeproof.theory.errors import DerivationError

__all__ = [
    "InTurn",
    "Replacement",
    "Tr",
    "Vanishing",
    "Word",
    "letter",
    "map_words",
    "occurs",
    "replace_words",
    "spell",
    "trace",
    "traces",
    "transposed",
]

Word = tuple[Symbol, ...]

_TRANSPOSES: dict[Symbol, Symbol] = {}
_LATEX: dict[Symbol, str] = {}
_PRETTY: dict[Symbol, str] = {}
_RANDOM: set[Symbol] = set()


def letter(
    name: str, pretty: str, latex: str, *, symmetric: bool = True, random: bool = False
) -> Symbol:
    """Make a letter; a letter that is not symmetric gets a transpose named ``name'``.

    Raises:
        DerivationError: another letter has the name; the two would be one and the same.
    """
    made = Symbol(name, commutative=False)
    if _LATEX.setdefault(made, latex) != latex or _PRETTY.setdefault(made, pretty) != pretty:
        raise DerivationError(f"the letter {name} is {_LATEX[made]} already: choose another name")
    if random:
        _RANDOM.add(made)
    _TRANSPOSES[made] = made
    if not symmetric:
        other = Symbol(f"{name}'", commutative=False)
        plain = latex.removesuffix("^+")
        _LATEX[other] = f"{plain}^{{+\\top}}" if plain != latex else f"{latex}^\\top"
        _PRETTY[other] = f"{pretty}ᵀ"
        if random:
            _RANDOM.add(other)
        _TRANSPOSES[made], _TRANSPOSES[other] = other, made
    return made


def transposed(symbol: Symbol) -> Symbol:
    """The letter of the transposed matrix."""
    return _TRANSPOSES[symbol]


class Tr(Expr):
    """The trace of one word, in its canonical spelling; use `trace` to build one."""

    is_commutative = True
    is_real = True

    def __new__(cls, word: Any) -> Expr:
        """Wrap a noncommutative product; no expansion happens here."""
        return Expr.__new__(cls, _sympify(word))

    @property
    def word(self) -> Word:
        """The letters, in order."""
        return _word(self.args[0])

    @property
    def is_random(self) -> bool:
        """Whether a letter depends on the draws, so that an expectation is meant."""
        return any(x in _RANDOM for x in self.word)

    @property
    def free_symbols(self) -> set[Symbol]:
        """Letters are names of matrices, not variables of the scalar expression."""
        return set()

    def _text(self) -> str:
        return ("E tr(" if self.is_random else "tr(") + " ".join(x.name for x in self.word) + ")"

    def _pretty(self, printer: Any) -> Any:
        del printer
        head = "E tr(" if self.is_random else "tr("
        return prettyForm(head + " ".join(_PRETTY[x] for x in self.word) + ")")

    def _latex(self, printer: Any, **_: Any) -> str:
        body = " ".join(_LATEX[x] for x in self.word)
        head = r"\mathbb{E}\operatorname{tr}" if self.is_random else r"\operatorname{tr}"
        return rf"{head}\left({body}\right)"

    def _sympystr(self, printer: Any) -> str:
        del printer
        return self._text()


@lru_cache(maxsize=4096)
def _word(product: Expr) -> Word:
    return tuple(_letters(product))


def _letters(product: Expr) -> Iterator[Symbol]:
    for factor in Mul.make_args(product):
        base, power = factor.as_base_exp() if isinstance(factor, Pow) else (factor, Integer(1))
        if not (isinstance(base, Symbol) and power.is_Integer and power > 0):
            raise DerivationError(f"{factor} is not a letter or a positive power of one")
        yield from [base] * int(power)


def spell(word: Iterable[Symbol]) -> Word:
    """The canonical spelling of a trace: smallest over rotations and transposition."""
    forward = tuple(word)
    backward = tuple(transposed(x) for x in reversed(forward))
    rotations = [w[i:] + w[:i] for w in (forward, backward) for i in range(len(w))]
    return min(rotations, key=lambda w: [x.name for x in w])


def trace(matrix: Expr) -> Expr:
    """The trace of a noncommutative polynomial, as a combination of canonical words.

    >>> from ridgeproof.theory.calculus.alphabet import SIGMA, R
    >>> trace(SIGMA * R - R * SIGMA)
    0
    """
    total: Expr = Integer(0)
    for term in Add.make_args(expand(matrix)):
        scalars, letters = term.args_cnc()
        if not letters and term != 0:
            raise DerivationError("a trace needs at least one letter")
        if term != 0:
            total += Mul(*scalars) * Tr(Mul(*spell(_letters(Mul(*letters)))))
    return total


def traces(expression: Expr) -> list[Tr]:
    """Every trace in the expression, in a stable order."""
    return sorted(expression.atoms(Tr), key=str)


def occurs(symbol: Symbol, expression: Expr) -> bool:
    """Whether a letter occurs in some trace of the expression."""
    return any(symbol in found.word for found in traces(expression))


def _distribute(expression: Expr) -> Expr:
    """Multiply out sums of traces, and only those: denominators such as T (1 - gamma) stay."""
    terms = []
    for term in Add.make_args(expression):
        factors = Mul.make_args(term)
        sums = [f.args for f in factors if f.is_Add and f.has(Tr)]
        rest = [f for f in factors if not (f.is_Add and f.has(Tr))]
        terms += [Mul(*rest, *chosen) for chosen in product(*sums)]
    return Add(*terms)


def map_words(expression: Expr, change: Callable[[Word], Expr | None]) -> Expr:
    """Replace each trace by ``change(word)`` (None: leave it), until nothing changes."""
    for _ in range(100):
        replacement = {}
        for found in traces(expression):
            new = change(found.word)
            if new is not None:
                replacement[found] = new
        if not replacement:
            return expression
        expression = _distribute(expression.xreplace(replacement))
    raise DerivationError("a rewrite rule does not terminate")


@dataclass(frozen=True)
class Replacement:
    """Rewrites every occurrence of the pattern, or of its transpose, in a cyclic word."""

    pattern: Word
    value: Expr

    def placed(self, word: Word) -> tuple[Word, bool] | None:
        """The word turned so that it starts with the pattern, and whether it is read backwards."""
        backward = tuple(transposed(x) for x in reversed(word))
        for i in range(len(word)):
            forward = word[i:] + word[:i]
            if forward[: len(self.pattern)] == self.pattern:
                return forward, False
            turned = backward[-i:] + backward[:-i] if i else backward
            end = turned[-len(self.pattern) :] + turned[: -len(self.pattern)]
            if end[: len(self.pattern)] == self.pattern:
                return end, True
        return None

    def parts(self, word: Word) -> list[tuple[Expr, Word]]:
        """What a word that starts with the pattern becomes: coefficients and words."""
        parts = []
        for term in Add.make_args(self.value):
            scalars, letters = term.args_cnc()
            new = _letters(Mul(*letters)) if letters else ()
            parts.append((Mul(*scalars), (*new, *word[len(self.pattern) :])))
        return [(c, w) for c, w in parts if c != 0]

    def __call__(self, expression: Expr) -> Expr:
        """Rewrite until nothing changes."""

        def change(word: Word) -> Expr | None:
            found = self.placed(word)
            if found is None:
                return None
            return Add(*(c * trace(Mul(*w)) for c, w in self.parts(found[0])))

        return map_words(expression, change)


@dataclass(frozen=True)
class Vanishing:
    """Leaves out every word that holds the letter or its transpose once: it has mean zero."""

    letter: Symbol

    def placed(self, word: Word) -> tuple[Word, bool] | None:
        """The word turned so that it starts with the letter, and whether it is read backwards.

        Raises:
            DerivationError: the letter stands there more than once.
        """
        count = word.count(self.letter) + word.count(transposed(self.letter))
        if count > 1:
            raise DerivationError(
                f"no rule for a word with {count} noise vectors: {Tr(Mul(*word))}"
            )
        return Replacement((self.letter,), Integer(0)).placed(word)

    def parts(self, word: Word) -> list[tuple[Expr, Word]]:
        """Nothing."""
        del word
        return []

    def __call__(self, expression: Expr) -> Expr:
        """Rewrite."""
        return map_words(expression, lambda word: Integer(0) if self.placed(word) else None)


@dataclass(frozen=True)
class InTurn:
    """One rewriting after another."""

    rewritings: tuple[Replacement | Vanishing, ...]

    def __call__(self, expression: Expr) -> Expr:
        """Rewrite."""
        for each in self.rewritings:
            expression = each(expression)
        return expression


def replace_words(pattern: Word, replacement: Expr) -> Replacement:
    """Rewrite every occurrence of the pattern, or of its transpose, in a cyclic word."""
    return Replacement(pattern, expand(replacement))
