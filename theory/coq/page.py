"""coq_page: a derivation as a file that Coq checks; its first page is all that is assumed.

Definitions, axioms of the calculus and deterministic equivalents become hypotheses; everything
that follows from them by algebra, by induction or by differentiation becomes a lemma with a proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sympy import Expr, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import ABBREVIATIONS, pieces
from ridgeproof.theory.calculus.derivation import Derivation, Section, Step
from ridgeproof.theory.calculus.eigenbasis import DIAGONAL
from ridgeproof.theory.calculus.rules import Rule, RuleKind
from ridgeproof.theory.calculus.words import Replacement, Tr, Vanishing, traces
from ridgeproof.theory.coq import words
from ridgeproof.theory.coq.prelude import PRELUDE, WORDS
from ridgeproof.theory.coq.text import coq, denominators, identifier
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.domains.positivity import PositivityProof
from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
from ridgeproof.theory.equivalent.formulas.sections import summed
from ridgeproof.theory.equivalent.formulas.unknowns import UnknownKind
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["CoqPage", "asked_symbol", "coq_page"]

_ASSUMED = {RuleKind.SCALING, RuleKind.CORRECTION, RuleKind.RESPONSE}


@dataclass(frozen=True)
class CoqPage:
    """The text of a file, and how many of its lines are proved and assumed."""

    text: str
    proved: int
    assumed: int


def coq_page(derivation: Derivation, source: str) -> CoqPage:
    """A derivation in the syntax of Coq 8.16.

    Args:
        derivation: of a theorem, or of a process with its formulas.
        source: what the command line calls it.

    Raises:
        NotBuilt: a step is of a kind that has no proof in Coq; the message names it.
    """
    return _Writer(derivation).page(source)


@dataclass
class _Lemma:
    """One statement with its proof."""

    note: str
    statement: str
    proof: list[str]


@dataclass
class _Put:
    """What holds within one section: symbols and what they are, with the name of the hypothesis."""

    closed: dict[Symbol, tuple[str, Expr]] = field(default_factory=dict)
    levels: dict[Symbol, tuple[str, Expr]] = field(default_factory=dict)


class _Writer:
    """Gathers what a page needs while its steps are proved."""

    def __init__(self, derivation: Derivation) -> None:
        self.derivation = derivation
        self.axioms: dict[object, tuple[str, str, str]] = {}
        self.given: list[tuple[str, str]] = []  # further hypotheses: a note and a line
        self.nonzero: dict[Expr, str] = {}
        self.meanings: dict[Symbol, Expr] = {}  # symbols that are defined, closed
        self.profiles: dict[Symbol, Expr] = {}  # and direction by direction
        self.seen: set[Symbol] = set()
        self.letters: set[Symbol] = set()
        self.bodies: list[str] = []
        self.derives = False
        self.proved = self.assumed = self.count = 0

    # --- the page

    def page(self, source: str) -> CoqPage:
        for number, (title, step) in enumerate(_steps(self.derivation), 1):
            if step.rule.kind in _ASSUMED:
                raise _refused(number, step, title, "this kind of step has no proof in Coq")
        formulas = self.derivation.formulas
        if formulas is not None:
            self._process(formulas)
            for section in self.derivation.sections[2 : 2 + len(formulas.asks)]:
                self._section(section, asked=True)
        for section in self.derivation.by_rules:
            self._section(section)
        for proof in self.derivation.proofs:
            self._positive(proof)
        head = [
            f"(* Written by: ridgeproof derive {source} --format coq",
            f"   {_comment(self.derivation.id)}.",
            "   Up to the first section within it, Section Page says all that is assumed. *)",
            *(["From Coquelicot Require Import Coquelicot."] if self.derives else []),
            PRELUDE,
        ]
        section_lines = ["Section Page."]
        if self.letters:
            definitions, diagonal = words.alphabet(self.letters)
            head += definitions
        section_lines += self._variables()
        if self.letters:
            section_lines += [WORDS.rstrip(), *diagonal]
        section_lines += self._assumptions()
        text = "\n".join([*head, *section_lines, "", *self.bodies, "End Page.", ""])
        return CoqPage(text, self.proved, self.assumed)

    def _variables(self) -> list[str]:
        closed = sorted(
            x
            for x in map(identifier, filter(lambda x: not sy.is_level(x), self.seen - {sy.d, sy.n}))
        )
        levels = sorted(identifier(x) for x in self.seen if sy.is_level(x) and x != sy.B)
        lines = ["  Variables d n : nat."]
        lines += [f"  Variables {' '.join(closed)} : R."] if closed else []
        return lines + ([f"  Variables {' '.join(levels)} : nat -> R."] if levels else [])

    def _assumptions(self) -> list[str]:
        lines = []
        for note, hypothesis in [
            *((note, f"{name} : {line}") for name, line, note in self.axioms.values()),
            *self.given,
        ]:
            lines += [f"  (* {_comment(note)} *)", f"  Hypothesis {hypothesis}."]
        shown = self._shown_meanings()
        if shown:
            lines += [
                "  (* What the names stand for; unknowns and asks of a process by (1) to (4). *)",
                *shown,
            ]
        if self.nonzero:
            lines.append("  (* Nothing is divided by zero. *)")
        for each, name in self.nonzero.items():
            lines.append(f"  Hypothesis {name} : {_at_levels(each, f'{coq(each)} <> 0')}.")
        at_i = "; ".join(
            f"pose proof ({name} i Hi)" for each, name in self.nonzero.items() if _has_levels(each)
        )
        closed = "; ".join(
            f'(let Z := fresh "Z" in pose proof {name} as Z; tac Z)'
            for each, name in self.nonzero.items()
            if not _has_levels(each)
        )
        return [
            *lines,
            f"  Ltac at_i i Hi := {at_i or 'idtac'}.",
            f"  Ltac conditions tac := {closed or 'idtac'}.",
        ]

    def _shown_meanings(self) -> list[str]:
        lines = [
            f"  Hypothesis is_{identifier(x)} : {coq(x)} = {coq(value)}."
            for x, value in self.meanings.items()
        ]
        return lines + [
            f"  Hypothesis is_{identifier(x)} : forall i, (i < d)%nat -> {coq(x)} = {coq(value)}."
            for x, value in self.profiles.items()
        ]

    def _process(self, formulas: ProcessFormulas) -> None:
        """The unknowns of a process and its asks, as what the theorem says."""
        for each in formulas.unknowns:
            sides = list(zip(each.left, each.right, strict=True))
            self.assumed += 1
            self.count += 1
            if len(each.symbols) > 1:
                raise NotBuilt(
                    f"the unknowns {', '.join(map(str, each.symbols))} ({each.reason}) are "
                    "solved for together, which is not exported to Coq"
                )
            for left, right in sides:
                if not left.is_Symbol or each.kind is UnknownKind.SIZE:
                    continue
                target = self.profiles if sy.is_level(left) else self.meanings
                target[left] = right
            for left, right in sides:
                self._note(left, right)

    # --- a section

    def _section(self, section: Section, *, asked: bool = False) -> None:
        title = section.title
        put = _Put()
        lemmas: list[_Lemma] = []
        run: list[str] = []
        line = first = section.start
        isotropic = any("isotropic" in step.rule.needs for step in section.steps)
        local: list[str] = []
        if isotropic:
            put.levels[sy.s] = ("isotropic", sy.d / sy.d)
            local.append("Hypothesis isotropic : forall i, (i < d)%nat -> s i = 1.")
        for step in section.steps:
            self.count += 1
            name = f"step{self.count}"
            if asked:
                # What is asked is a word of the process; its first formula is the theorem's.
                self.assumed += 1
                line = first = asked_symbol(section.label)
                self.meanings[line] = step.expression
                self._note(line, step.expression)
                asked = False
                continue
            try:
                if isotropic:
                    local += self._totals(put, _symbols(line) | _symbols(step.expression))
                line, inserted = _renamed(line, step.rule)
                local += self._insert(inserted, step.rule, put)
                self._note(line, step.expression)
                lemma, follows = self._lemma(name, line, step, put, first, run)
            except NotBuilt as error:
                raise _refused(self.count, step, title, str(error)) from error
            lemmas.append(lemma)
            if follows:
                run.append(name)
            else:
                run, first = [], step.expression
            line = step.expression
        if not lemmas:
            return
        self.bodies += [f"Section S{self.count}.  (* {_comment(title)} *)", *local]
        for each in lemmas:
            self.bodies += [
                f"(* {_comment(each.note)} *)",
                f"{each.statement}.",
                "Proof.",
                *(f"  {x}" for x in each.proof),
                "Qed.",
            ]
        self.bodies += [f"End S{self.count}.", ""]

    def _insert(self, inserted: Mapping[Symbol, Expr], rule: Rule, put: _Put) -> list[str]:
        """Hypotheses that a rule brings for its section."""
        if rule.kind in {RuleKind.RECURRENCE, RuleKind.DERIVATIVE, RuleKind.DEFINITION}:
            return []
        lines = []
        for symbol, value in inserted.items():
            name = f"put_{identifier(symbol)}"
            where = put.levels if sy.is_level(symbol) else put.closed
            if symbol == value or where.get(symbol) == (name, value):
                continue
            where[symbol] = (name, value)
            self._note(symbol, value)
            statement = f"{coq(symbol)} = {coq(value)}"
            lines.append(f"Hypothesis {name} : {_at_levels(symbol, statement)}.")
        return lines

    def _totals(self, put: _Put, used: set[Symbol]) -> list[str]:
        """What an isotropic generator's totals are sums of."""
        lines = []
        for symbol, value in _TOTALS.items():
            if symbol in used and symbol not in put.closed:
                put.closed[symbol] = (f"total_{symbol}", value)
                self._note(symbol, value)
                lines.append(f"Hypothesis total_{symbol} : {coq(symbol)} = {coq(value)}.")
        return lines

    def _lemma(
        self, name: str, line: Expr, step: Step, put: _Put, first: Expr, run: list[str]
    ) -> tuple[_Lemma, bool]:
        """A step as a lemma, and whether it is an equality of the two lines."""
        rule, after = step.rule, step.expression
        if rule.kind is RuleKind.ALGEBRA and _has_levels(after) and not _has_levels(line):
            after = summed(after)
            self._note(after)
        note = step.justification
        self.proved += 1
        if rule.kind is RuleKind.RECURRENCE:
            return _Lemma(note, *self._recurrence(name, line, step)), False
        if rule.kind is RuleKind.DERIVATIVE:
            self.derives = True
            ((symbol, _),) = rule.substitution.items()
            x = identifier(symbol)
            statement = f"Lemma {name} : is_derive (fun {x} : R => {coq(line)}) {x} ({coq(after)})"
            return _Lemma(note, statement, ["auto_derive; [side | field; side]."]), False
        if rule.kind is RuleKind.COMPONENTS:
            proof = ["intros c H. apply components. intros B. rewrite <- H."]
            proof += [f"rewrite {x}." for x in run]
            probed = SpectralSum(sy.B * after)
            proof += self._algebra(line, probed, put)
            statement = (
                f"Lemma {name} : forall c : nat -> R, (forall B, {coq(first)} = "
                f"sum d (fun i => B i * c i)) -> forall i, (i < d)%nat -> c i = {coq(after)}"
            )
            return _Lemma(note, statement, proof), False
        levels = any(map(_has_levels, (line, after)))
        tested = bool(traces(line) or sy.B in _symbols(line))
        at = "forall B : nat -> R, " if tested else ""
        at += "forall i, (i < d)%nat ->" if levels else ""
        statement = f"Lemma {name} : {at}\n  {coq(line)}\n  = {coq(after)}"
        if not traces(line):
            proof = self._algebra(line, after, put)
        elif not traces(after) and rule.name == "eigenbasis":
            proof, _ = words.to_sums(line)
            proof.append("field; side.")
        elif words.axioms_of(rule):
            names = {each: self._axiom(each, rule) for each in words.axioms_of(rule)}
            proof = [*words.rewritten(line, rule, names), "field; side."]
        else:
            self.proved, self.assumed = self.proved - 1, self.assumed + 1
            used = [self._instance(found, new, rule) for found, new in words.instances(line, rule)]
            proof = [f"rewrite ?{', ?'.join(used)}.", "field; side."]
        return _Lemma(
            note, statement, [f"intros{' B' * tested}{' i Hi. at_i i Hi' * levels}.", *proof]
        ), True

    def _axiom(self, each: Replacement | Vanishing, rule: Rule) -> str:
        if each not in self.axioms:
            name = f"axiom{len(self.axioms) + 1}"
            self.axioms[each] = (
                name,
                words.axiom(each, rule),
                f"{rule.kind.value}: {rule.statement}",
            )
            pattern = words.pattern_of(each)
            self._spell(pattern)
            for coefficient, word in each.parts(pattern):
                self._spell(word)
                self._note(coefficient)
        return self.axioms[each][0]

    def _instance(self, found: Tr, new: Expr, rule: Rule) -> str:
        key = (found, new)
        self._note(found, new)
        if key not in self.axioms:
            name = f"axiom{len(self.axioms) + 1}"
            note = f"{rule.kind.value}: {rule.statement}; as it is used"
            self.axioms[key] = (name, f"forall B, {coq(found)} = {coq(new)}", note)
        return self.axioms[key][0]

    def _recurrence(self, name: str, line: Expr, step: Step) -> tuple[str, list[str]]:
        ((unknown, start),) = step.rule.substitution.items()
        level = any(map(sy.is_level, line.free_symbols | step.expression.free_symbols))
        at = "forall i, (i < d)%nat -> " if level else ""
        names = {sy.n: "INR k"}
        statement = (
            f"Lemma {name} : {at}forall x : nat -> R, x O = {coq(start)} ->\n"
            f"  (forall k, x (S k) = {coq(line, {unknown: 'x k', **names})}) ->\n"
            f"  forall k, x k = {coq(step.expression, names)}"
        )
        nz = "at_i i Hi. " if level else ""
        return statement, [
            f"intros {'i Hi ' if level else ''}x H0 HS k. {nz}induction k as [|k IH].",
            "- rewrite H0. cbn [INR pow]. field; side.",
            "- rewrite HS, IH, ?S_INR. rewrite ?pow_mult. cbn [pow]. field; side.",
        ]

    # --- algebra

    def _algebra(self, before: Expr, after: Expr, put: _Put) -> list[str]:
        """Sums in terms of partial fractions, names by what they stand for, then a field."""
        closed = {**{x: (f"is_{identifier(x)}", v) for x, v in self.meanings.items()}, **put.closed}
        levels = {**{x: (f"is_{identifier(x)}", v) for x, v in self.profiles.items()}, **put.levels}
        wanted: set[Symbol] = set()
        names = _symbols(before) | _symbols(after)
        while wanted != names:
            wanted = names
            names = names | {
                y
                for x in names
                if x in closed or x in levels
                for y in _symbols((closed.get(x) or levels[x])[1])
            }
        closed = {x: held for x, held in closed.items() if x in names}
        levels = {x: held for x, held in levels.items() if x in names}
        # What is put in may be written in a name that is defined by it: phi = d/T, and T = d/phi.
        for x, (_, value) in put.closed.items():
            for y in _symbols(value):
                if x in names and y in self.meanings and x in _symbols(self.meanings[y]):
                    closed.pop(y, None)
        with_sums = _ordered({x: h for x, h in closed.items() if h[1].has(SpectralSum)})
        plain = _ordered({x: h for x, h in closed.items() if not h[1].has(SpectralSum)})
        sums = {
            node
            for e in (before, after, *(h[1] for h in closed.values()))
            for node in e.atoms(SpectralSum)
        }
        substitution = {x: value for x, (_, value) in plain}
        inside = [f"rewrite ?{name} by assumption." for name, _ in levels.values()]
        rewrites = [f"rewrite ?{name}." for _, (name, _) in plain]
        lines = []
        used = []
        for k, node in enumerate(sorted(sums, key=str), 1):
            summand = node.summand
            for _ in range(3):
                summand = summand.subs({x: v for x, (_, v) in levels.items()}).subs(substitution)
            parts = [(c, w * b) for c, w, b in pieces(summand)]
            self._note(summand, *(e for part in parts for e in part), node.summand)
            listed = "; ".join(f"({coq(c)}, fun i => {coq(b)})" for c, b in parts)
            lines += [
                f"assert (E{k} : {coq(node)} = slin d [{listed}]).",
                "{ apply sum_lin; intros j Hj; at_i j Hj. cbn [lin]. "
                + " ".join([*inside, *rewrites])
                + " field; side. }",
            ]
            used.append(f"E{k}")
        once = [f"rewrite ?{x}." for x in used]
        steps = [
            *once,
            *rewrites,
            *(f"rewrite ?{name}." for _, (name, _) in with_sums),
            *once,
            *rewrites,
        ]
        steps += ["cbn [slin].", "rewrite ?sum_one."]
        lines += steps
        within = "; ".join(f"{x.rstrip('.')} in Z" for x in steps)
        if _has_levels(before) or _has_levels(after):
            lines += [*inside, *rewrites]
        return [*lines, f"conditions ltac:(fun Z => {within}).", "field; side."]

    def _positive(self, proof: PositivityProof) -> None:
        """An inequality on the image of an orthant, by a polynomial without negative terms."""
        self.count += 1
        self.proved += 1
        above, below = proof.numerator, proof.denominator
        free = sorted({*above.gens, *below.gens}, key=str)
        own = {x: f"{identifier(x)}_" for x in (*free, *proof.substitution)}
        inner = [x for x in free if (below.as_expr().subs(x, 0)) == 0]
        bounds = "".join(f"0 {'<' if x in inner else '<='} {own[x]} -> " for x in free)
        images = "".join(f"{own[x]} = {coq(v, own)} -> " for x, v in proof.substitution.items())
        names = " ".join(own[x] for x in [*free, *proof.substitution])
        numerator, denominator = (
            coq(above.as_expr().expand(), own),
            coq(below.as_expr().factor(), own),
        )
        self.bodies += [
            f"(* {_comment(proof.statement)}: {proof.region} *)",
            f"Lemma step{self.count} : forall {names} : R, {bounds}{images}",
            f"  0 <= {coq(proof.expression, own)}.",
            "Proof.",
            f"  intros. subst {' '.join(own[x] for x in proof.substitution)}.",
            "  match goal with |- 0 <= ?e =>",
            f"    replace e with ({numerator} / {denominator}) by (field; orthant) end.",
            "  apply Rmult_le_pos; [nonneg | apply Rlt_le, Rinv_0_lt_compat; positive].",
            "Qed.",
            "",
        ]

    # --- what is used

    def _spell(self, letters: Iterable[Symbol]) -> None:
        new = set(letters) - self.letters
        self.letters |= new
        self._note(*(DIAGONAL[x] for x in new if x in DIAGONAL))

    def _note(self, *expressions: Expr) -> None:
        """Collect symbols, letters, definitions and what must not vanish."""
        for expression in expressions:
            self._spell(x for each in traces(expression) for x in each.word)
            new = _symbols(expression) - self.seen
            self.seen |= new
            for x in sorted(new, key=str):
                if x in self.meanings or x in self.profiles:
                    continue
                if x in {sy.lam, sy.lam0} and (
                    self.derivation.formulas or _has_kappa(self.derivation)
                ):
                    self.meanings[x] = ABBREVIATIONS[x]
                elif x in DEFINITIONS:
                    self.meanings[x] = DEFINITIONS[x]
                if x in self.meanings:
                    self._note(self.meanings[x])
            plain = {x: v for x, v in self.meanings.items() if not v.has(SpectralSum)}
            for each in denominators(expression):
                for one in (each, *denominators(1 / each.subs(plain).subs(plain))):
                    if not one.is_number and one not in self.nonzero and not one.has(Tr):
                        self.nonzero[one] = f"nonzero{len(self.nonzero) + 1}"


def asked_symbol(name: str) -> Symbol:
    """What stands for an ask of a process."""
    return Symbol(f"ask_{name}", real=True)


_TOTALS = {
    sy.alpha: SpectralSum(sy.a),
    sy.mu: SpectralSum(sy.m * sy.w0),
}


def _steps(derivation: Derivation) -> Iterable[tuple[str, Step]]:
    return ((section.title, step) for section in derivation.sections for step in section.steps)


def _refused(number: int, step: Step, title: str, why: str) -> NotBuilt:
    rule = step.rule
    return NotBuilt(
        f"step {number} of '{title}' ({rule.kind.value}: {rule.name}) is not exported to Coq: {why}"
    )


def _renamed(line: Expr, rule: Rule) -> tuple[Expr, Mapping[Symbol, Expr]]:
    """The line, and what is put in, with other names where the old ones stand in what is put in."""
    inserted = rule.substitution
    if rule.kind is not RuleKind.INSERTION or not inserted.keys() & {
        y for value in inserted.values() for y in _symbols(value)
    }:
        return line, inserted
    new = {
        x: (sy.Level if sy.is_level(x) else Symbol)(f"{x.name}_new", real=True) for x in inserted
    }
    return line.xreplace(new), {new[x]: value for x, value in inserted.items()}


def _has_kappa(derivation: Derivation) -> bool:
    return any(
        sy.kappa in _symbols(e) or sy.kappa0 in _symbols(e)
        for s in derivation.sections
        for e in (s.start, *(x.expression for x in s.steps))
    )


def _symbols(expression: Expr) -> set[Symbol]:
    held = {y for x in expression.atoms(Tr) for y in x.atoms(Symbol)}
    return expression.atoms(Symbol) - held


def _has_levels(expression: Expr) -> bool:
    return any(map(sy.is_level, expression.free_symbols))


def _at_levels(expression: Expr, statement: str) -> str:
    return f"forall i, (i < d)%nat -> {statement}" if _has_levels(expression) else statement


def _ordered(held: Mapping[Symbol, tuple[str, Expr]]) -> list[tuple[Symbol, tuple[str, Expr]]]:
    """Each before those that it is defined by."""
    left, out = dict(held), []
    while left:
        free = [
            x for x in left if not any(x in _symbols(v) for y, (_, v) in left.items() if y != x)
        ]
        if not free:
            raise NotBuilt(f"circular definitions: {', '.join(map(str, left))}")
        out += [(x, left.pop(x)) for x in sorted(free, key=str)]
    return out


def _comment(text: str) -> str:
    return text.replace("(*", "( *").replace("*)", "* )")
