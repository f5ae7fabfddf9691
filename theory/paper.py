r"""Formulas and derivations in LaTeX, as a person would set them.

Signs stand where they are read (d/(T_0 - d - 1)), sums of powers of s/(s + kappa) are \mathrm{df},
displays are broken where the page ends, and what is mathematics in a justification is set as such.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from sympy import Add, Eq, Expr, Mul, Pow, Symbol, Tuple, fraction
from sympy.printing.latex import LatexPrinter

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.derivation import Derivation
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["document", "in_words", "latex", "on_paper", "sections"]

# Spelled out in Python because lambda is a keyword there; Greek on paper.
_PAPER = {sy.lam: Symbol("lambda"), sy.lam0: Symbol("lambda0")}
# Degrees of freedom are one word, not d times f.
_NAMES = {
    sy.df1: r"\mathrm{df}_1",
    sy.df2: r"\mathrm{df}_2",
    sy.df1_0: r"\mathrm{df}_{1,0}",
    sy.df2_0: r"\mathrm{df}_{2,0}",
    sy.df2_width: r"\mathrm{df}_{2,\mathrm{width}}",
    sy.synthetic_fraction: r"P_2",
}
_GREEK = re.findall(
    r"\w+",
    """
    alpha beta gamma delta eta zeta kappa lambda mu nu xi pi rho sigma tau phi psi chi
    Gamma Delta Sigma Pi Omega
    """,
)
# Characters of the size of text that a line of a display holds.
_WIDTH = 56


def on_paper(expression: Any) -> Any:
    """The expression with the names that symbols have on paper."""
    return expression.xreplace(_PAPER) if hasattr(expression, "xreplace") else expression


class _Printer(LatexPrinter):
    """SymPy to LaTeX."""

    def _print_Symbol(self, expr: Symbol, style: str = "plain") -> str:
        del style
        return _NAMES.get(expr) or _named(expr.name)

    _print_Dummy = _print_Symbol

    def _print_Add(self, expr: Add, order: Any = None) -> str:
        terms = list(self._as_ordered_terms(expr, order=order))
        terms.sort(key=lambda term: bool(term.could_extract_minus_sign()))
        return _joined(map(self._print, terms))

    def _print_Mul(self, expr: Mul) -> str:
        return str(super()._print_Mul(_positive(expr)))

    def _print_polygamma(self, expr: Any, exp: Any = None) -> str:
        order, at = expr.args
        power = f"^{{{exp}}}" if exp else ""
        return rf"\psi{f'^{{({order})}}' if order else ''}({self._print(at)}){power}"

    def _print_EulerGamma(self, expr: Any) -> str:
        del expr
        return r"\gamma_E"

    def _print_SpectralSum(self, expr: SpectralSum) -> str:
        if power := _degrees(expr):
            return rf"\operatorname{{df}}_{{{power[1]}}}({self._print(power[0])})"
        summand = expr.indexed().function
        shown = self._print(summand)
        bracketed = isinstance(summand, Add) or shown.startswith("-")
        return rf"\sum_{{i}} {rf'({shown})' if bracketed else shown}"

    def _print_Pow(self, expr: Pow) -> str:
        base = expr.base
        if isinstance(base, SpectralSum) and expr.exp.is_Integer and expr.exp > 1:
            if power := _degrees(base):
                below, of = power[1], self._print(power[0])
                return rf"\operatorname{{df}}_{{{below}}}^{{{expr.exp}}}({of})"
            return rf"\Bigl({self._print(base)}\Bigr)^{{{expr.exp}}}"
        return str(super()._print_Pow(expr))


def _named(name: str) -> str:
    r"""The name of a symbol: kappa1, X^T_A, sigma_real, m#2.

    >>> print(_named("X^T_m#2"), _named("sigma_real"))
    X_{m^{(2)}}^{\mathsf T} \sigma_{\operatorname{real}}
    """
    head, *below = name.replace("*", "_ast").split("_")
    head, _, turned = head.partition("^")
    match = re.fullmatch(r"(\D*?)(\d*)(?:#(\d+))?", head)
    if match is None:
        return name
    letters, digits, again = match.groups()
    known = {**{each: rf"\{each}" for each in _GREEK}, "ast": r"\ast"}
    shown = known.get(letters, letters if len(letters) < 2 else rf"\operatorname{{{letters}}}")
    if not letters:
        shown, digits = digits, ""
    turned = turned or ("T" if any("^T" in each for each in below) else "")
    indices = [digits, *(_named(each.replace("^T", "")) for each in below)]
    indices = [each for each in indices if each]
    below_all = f"_{{{','.join(indices)}}}" if indices else ""
    above = r"^{\mathsf T}" if turned else f"^{{({again})}}" if again else ""
    return f"{shown}{below_all}{above}"


def _positive(expression: Mul) -> Mul:
    """-x/(d + 1 - T) as x/(T - d - 1): a sign goes into a difference that it turns."""
    if not expression.could_extract_minus_sign():
        return expression
    for factor in expression.args:
        base, power = factor.as_base_exp()
        if isinstance(base, Add) and power.is_Integer and int(power) % 2:
            turned = Add(*(-term for term in base.args))
            if _signs(turned) > _signs(base):
                return -Mul(*(x for x in expression.args if x != factor)) * turned**power
    return expression


def _signs(expression: Add) -> tuple[bool, int]:
    """What reads better first: sizes of rows are positive, then few signs."""
    terms = expression.args
    negative = [term for term in terms if term.could_extract_minus_sign()]
    rows = any(term in {sy.T, sy.T0, sy.gathered} for term in terms)
    return rows, -len(negative)


def _degrees(expression: SpectralSum) -> tuple[Expr, int] | None:
    """Kappa and p of a sum of (s/(s + kappa))^p, for the kappa of a process."""
    base, power = expression.summand, 1
    kappas = [x for x in expression.free_symbols if x.name.startswith("kappa")]
    if len(kappas) != 1 or kappas[0] in {sy.kappa, sy.kappa0}:
        return None
    (kappa,) = kappas
    for power in (1, 2):
        if base == (sy.s / (sy.s + kappa)) ** power:
            return kappa, power
    return None


def latex(expression: Any) -> str:
    """LaTeX, without delimiters."""
    return _Printer().doprint(on_paper(expression))


# --- displays


def _joined(terms: Iterable[str]) -> str:
    first, *others = terms
    signed = (f"- {x[1:].lstrip()}" if x.startswith("-") else f"+ {x}" for x in others)
    return " ".join([first, *signed])


def _width(text: str, depth: int = 0) -> float:
    """How wide LaTeX is, in characters: the wider part of a fraction, indices small."""
    place, total, scale = 0, 0.0, (1, 1, 0.75, 0.6)[min(depth, 3)]
    while place < len(text):
        word = re.match(r"\\([A-Za-z]+|.)|.", text[place:], re.DOTALL)
        assert word is not None
        place += len(word.group())
        match word.group():
            case r"\frac":
                above, place = _group(text, place)
                below, place = _group(text, place)
                total += max(_width(above, depth + 1), _width(below, depth + 1)) + 0.5
            case "_" | "^":
                inside, place = _group(text, place)
                total += 0.7 * _width(inside, depth)
            case r"\sum":
                total += 2 * scale
            case "+" | "-" | "=":
                total += 2.2 * scale
            case r"\left" | r"\right" | r"\Bigl" | r"\Bigr" | r"\mathrm" | r"\operatorname":
                total += 0.3
            case " " | "{" | "}" | r"\mathsf":
                pass
            case _:
                total += scale
    return total


def _group(text: str, place: int) -> tuple[str, int]:
    """A group in braces, or a character, and where it ends."""
    if text[place] != "{":
        match = re.match(r"\\[a-zA-Z]+|.", text[place:])
        assert match is not None
        return match.group(), place + len(match.group())
    depth = 0
    for end in range(place, len(text)):
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        if not depth:
            return text[place + 1 : end], end + 1
    return text[place + 1 :], len(text)


def _pieces(expression: Any) -> list[str]:
    """Where a sum may be broken: between its terms, and those of the sum in a long product."""
    if isinstance(expression, Add):
        terms = sorted(expression.as_ordered_terms(), key=lambda x: x.could_extract_minus_sign())
        pieces = [_pieces(term) for term in terms]
        return [*pieces[0], *(piece for each in pieces[1:] for piece in _added(each))]
    whole = latex(expression)
    if _width(whole) <= _WIDTH or not isinstance(expression, Mul | Pow | SpectralSum):
        return [whole]
    if isinstance(expression, SpectralSum):
        summand = expression.indexed().function
        inside = _pieces(summand)
        if isinstance(summand, Add):
            inside = [r"\Bigl(", *inside[:-1], rf"{inside[-1]}\Bigr)"]
        return [rf"\sum_{{i}} {inside[0]}", *inside[1:]]
    above, below = fraction(expression)
    sums = [part for part in Mul.make_args(above) if isinstance(part, Add)]
    longest = max(sums, key=lambda part: _width(latex(part)), default=None)
    if longest is None or (len(longest.args) < 3 and _width(latex(longest)) < _WIDTH / 2):
        factors = [part for part in Mul.make_args(above) if part.has(SpectralSum)]
        if len(factors) < 2:
            return [whole]
        last = max(factors, key=lambda part: _width(latex(part)))
        return [*_pieces(expression / last), rf"\times {latex(last)}"]
    factor = above / longest / below
    shown = "" if factor == 1 else "-" if factor == -1 else latex(factor)
    inside = _pieces(longest)
    return [rf"{shown} \Bigl(", *inside[:-1], rf"{inside[-1]}\Bigr)"]


def _added(pieces: list[str]) -> list[str]:
    first, *others = pieces
    return [first if first.startswith("-") else f"+ {first}", *others]


def _rows(expression: Any, left: str) -> Iterator[str]:
    """The rows of a display with what stands left of the sign, each as long as the page is wide."""
    first, *others = _pieces(expression)
    row, used = f"{left} &= {first}" if left else f"& {first}", _width(left) + _width(first)
    for piece in others:
        width = _width(piece)
        if used + width > _WIDTH:
            yield row
            row, used = rf"& \quad {piece}", _width(left) + width
        else:
            row, used = f"{row} {piece}", used + width
    yield row


def _display(expression: Any, name: str = "") -> str:
    """An align environment that fits a page."""
    rows: list[str] = []
    for part in expression if isinstance(expression, Tuple) else [expression]:
        if isinstance(part, Eq):
            rows += _rows(part.rhs, latex(part.lhs))
        else:
            rows += _rows(part, name)
    lines = "\\begin{align*}\n" + " \\\\\n".join(rows) + "\n\\end{align*}"
    # What cannot be broken is set smaller.
    return f"{{\\footnotesize\n{lines}}}" if max(map(_width, rows)) > _WIDTH + 4 else lines


# --- words with mathematics in them

_WORDS = {
    **{name: rf"\{name}" for name in _GREEK},
    "lam": r"\lambda",
    "ell": r"\ell",
    "tr": r"\operatorname{tr}",
    "E": r"\mathbb{E}",
    "Cov": r"\operatorname{Cov}",
    "df": r"\mathrm{df}",
    "sum": r"\sum",
    "log": r"\log",
    "min": r"\min",
    "max": r"\max",
    "oo": r"\infty",
    "infinity": r"\infty",
    "hat": r"\hat w",
    "Rbar": r"\bar R",
    "dlam": r"d\lambda",
    "dkappa": r"d\kappa",
    "wall": r"w_{\mathrm{all}}",
    "Vall": r"V_{\mathrm{all}}",
    "wagain": r"w_{\mathrm{again}}",
    "wW": r"w_W",
}
_SIGNS = {"=", "+", "-", "~", "<", ">", "<=", ">=", "->", "|", "/"}
_NAME = re.compile(r"(?:w_hat|[A-Za-z]+)(?:_?\d+)?(?:_[A-Za-z0-9]+)?")


def _is_name(word: str) -> bool:
    """Whether a word in letters is a symbol."""
    head = re.split(r"[_\d]", word)[0]
    return (head in _WORDS and head not in {"min", "max", "sum", "log", "infinity"}) or (
        len(head) == 1 and head.isalpha() and head not in "aAI"
    )


def _kind(token: str) -> str:
    """m: mathematics; o: so beside it; t: text."""
    core = token.strip("(),.;:[]")
    if not core:
        return "t"
    if core in _SIGNS or re.fullmatch(r"\d+(/\d+)?|[aAI]|min|max|sum|log|infinity|-", core):
        return "t" if re.fullmatch(r"\(\d\)[.,;:]?", token) else "o"
    names = re.findall(r"[A-Za-z]+(?:_[A-Za-z]+)?", core)
    if (
        any(
            len(name) > 1
            and not _is_name(name)
            and name not in {"min", "max", "sum", "log", "ii"}
            and not re.search(rf"[_^']{re.escape(name)}|{re.escape(name)}_", core)
            for name in names
        )
        or re.fullmatch(r"[A-Za-z]+'s", core)
        or (re.fullmatch(r"[A-Za-z]{2,}(_[A-Za-z]{2,})+\d*", core) and not _is_name(core))
    ):
        return "t"
    if _is_name(core) or (re.search(r"[\^_=<>+*/'|~]|\d|\(.*\)", core) and names):
        return "m"
    return "t"


def _mathematics(text: str) -> str:
    text = re.sub(r"W\*(?=\*\*|[ ),^]|$)", r"W_star", text).replace("**", "^").replace("*", " ")
    text = re.sub(r"\|\|(.*?)\|\|", r"\\lVert \1\\rVert ", text)

    def name(match: re.Match[str]) -> str:
        word = match.group()
        if word.startswith("\\"):
            return word
        head, digits, index = re.fullmatch(r"(w_hat|[A-Za-z]+?)_?(\d*)(?:_(\w+))?", word).groups()  # type: ignore[union-attr]
        shown = r"\hat w" if head == "w_hat" else _WORDS.get(head, head)
        if len(head) > 1 and head not in _WORDS and head != "w_hat":
            shown = rf"\mathrm{{{head}}}"
        below = [digits] if digits else []
        if index:
            shown = head if head == "E" else shown
            small = len(index) <= 2 or index in _WORDS
            below.append(_WORDS.get(index, index if small else rf"\mathrm{{{index}}}"))
        return shown + (f"_{{{','.join(below)}}}" if below else "") + " "

    text = re.sub(r"\\[A-Za-z]+|" + _NAME.pattern, name, text)
    text = re.sub(r"\^\s*\(([^()]*)\)", r"^{\1}", text)
    text = re.sub(r"\^\s*(-?\d+|-?\\?[A-Za-z]+|\+)\s*('?)", _raised, text)
    for plain, written in (
        ("<=", r"\le "),
        (">=", r"\ge "),
        ("->", r"\to "),
        ("~", r"\simeq "),
        ("#", r"\#"),
        ("%", r"\%"),
        ("&", r"\&"),
    ):
        text = text.replace(plain, written)
    return re.sub(r" +(?![A-Za-z])", "", re.sub(r" +", " ", text)).strip()


def _raised(match: re.Match[str]) -> str:
    power, prime = match.groups()
    return f"^{{{power}{chr(92) + 'prime' if prime else ''}}} "


def in_words(text: str) -> str:
    r"""A sentence in LaTeX, with the mathematics in it set as mathematics.

    >>> print(in_words("the mean of w_hat0, at T0 >= d+2 and lam = 0"))
    the mean of $\hat w_{0}$, at $T_{0}\ge d+2$ and $\lambda=0$
    """
    tokens = text.split()
    kinds = [_kind(token) for token in tokens]
    for order in (range(len(tokens)), range(len(tokens) - 1, -1, -1)):
        for k in order:
            near = [kinds[j] for j in (k - 1, k + 1) if 0 <= j < len(kinds)]
            if kinds[k] == "o" and "m" in near:
                kinds[k] = "m"
    words: list[str] = []
    run: list[str] = []

    def close(mark: str = "") -> None:
        if run:
            words.append(f"${_mathematics(' '.join(run))}${mark}")
            run.clear()

    for token, kind in zip(tokens, kinds, strict=True):
        if kind != "m":
            close()
            words.append(_escaped(token))
            continue
        core = token.rstrip(".,;:")
        run.append(core)
        if core != token:
            close(token[len(core) :])
    close()
    return " ".join(words)


def _escaped(text: str) -> str:
    text = re.sub(r"`([^`]*)`", r"\\texttt{\1}", text)
    for plain, escaped in (
        ("_", r"\_"),
        ("^", r"\^{}"),
        ("&", r"\&"),
        ("~", r"$\sim$"),
        ("#", r"\#"),
        ("%", r"\%"),
        ("<", r"$<$"),
        (">", r"$>$"),
    ):
        text = text.replace(plain, escaped)
    return text


# --- derivations

_PREAMBLE = r"""\documentclass{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\begin{document}
"""


def sections(
    derivation: Derivation, results: Mapping[str, Expr], mark: Callable[[int, int], str]
) -> str:
    """A derivation as sections that a paper can input; it needs amsmath.

    Args:
        derivation: what is set.
        results: by name.
        mark: what is said of each step, after its justification.
    """
    lines = [rf"\section*{{Derivation: {in_words(derivation.id)}}}", r"\begingroup\raggedright"]
    for i, section in enumerate(derivation.sections):
        title = section.title[:1].upper() + section.title[1:]
        lines += [
            rf"\subsection*{{{in_words(title)}}}",
            rf"\noindent {in_words(section.start_reason)}.",
        ]
        lines.append(_display(section.start))
        for j, step in enumerate(section.steps):
            lines.append(rf"\noindent {in_words(step.justification)}{mark(i, j)}:")
            lines.append(_display(step.expression))
    if derivation.remark:
        lines.append(rf"\noindent {in_words(derivation.remark)}")
    lines.append(rf"\subsection*{{Result{'s' if len(results) > 1 else ''}}}")
    for name, each in results.items():
        shown = name if re.fullmatch(r"\w", name) else rf"\mathrm{{{_escaped(name)}}}"
        lines.append(_display(each, shown if len(results) > 1 or name.isidentifier() else ""))
    if any(r"\operatorname{df}_{" in line for line in lines):
        lines.append(
            r"\noindent Here $\operatorname{df}_p(\kappa) = \sum_i (s_i/(s_i + \kappa))^p$."
        )
    return "\n".join([*lines, r"\par\endgroup"])


def document(body: str) -> str:
    """What compiles on its own."""
    return f"{_PREAMBLE}{body}\n\\end{{document}}"
