"""SettingSubject: a claim about settings as the rungs of a check see it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import mpmath

from ridgeproof.numerics.spectra.number_files import check_files
from ridgeproof.theory.domains.entries import used_symbols
from ridgeproof.theory.domains.holds import named_values
from ridgeproof.theory.errors import SolverError, UndecidedLimit
from ridgeproof.theory.settings.folds import relevant
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.conjectures.admissible import admissible
from ridgeproof.verification.conjectures.conjecture import Conjecture
from ridgeproof.verification.conjectures.drawing import Drawn, draw
from ridgeproof.verification.conjectures.ladder.case import (
    DIGITS,
    Case,
    Finding,
    Proof,
    Side,
    Subject,
    compared,
    distance,
    examined,
    failed,
    undefined,
)
from ridgeproof.verification.conjectures.settings.claimed import (
    another_limit,
    claimed_value,
    limits_in_words,
)
from ridgeproof.verification.conjectures.settings.idle import without_idle
from ridgeproof.verification.conjectures.settings.optimal import judge_optimum, judge_optimum_change
from ridgeproof.verification.conjectures.settings.scaling import decide_scaling
from ridgeproof.verification.conjectures.settings.symbolic import excess, gaps
from ridgeproof.verification.conjectures.settings.truth import Known, known_value
from ridgeproof.verification.proofs.all_sizes import proof_of
from ridgeproof.verification.proofs.boxes.certificate import certificate
from ridgeproof.verification.proofs.inequality import stated
from ridgeproof.verification.proofs.positivity import Certificate
from ridgeproof.verification.proofs.whole_domain import on_whole_domain
from ridgeproof.verification.simulation.quantity_draws import Sampler
from ridgeproof.verification.testing.counterexample import Counterexample
from ridgeproof.verification.testing.judge import Judge
from ridgeproof.verification.testing.progress import Trial
from ridgeproof.verification.testing.verdict import Outcome, Verdict

__all__ = ["SettingSubject"]

# Claims and theorems closer than this, relatively, are taken as equal: 40 digits and more.
_SEPARATION = 40
# Margins that a search may compute; an optimum takes fifteen times as long as an error.
_SEARCHED, _OPTIMA = 1200, 120
# Draws of a pilot that looks for where a claim is tightest; chunks from 0 on are those of the test.
_PILOT, _PILOT_CHUNK = 32, -3000
_TRIVIAL = Finding(is_known=True, margin=1.0)  # needs no theorem


@dataclass(frozen=True)
class SettingSubject(Subject):
    """A claim about a quantity of settings."""

    claim: Conjecture
    theory = "the derived theory"

    @property
    def evaluations(self) -> int:
        """Margins that the search may compute."""
        return _OPTIMA if self.name == "optimal_lam" else _SEARCHED

    @property
    def literal(self) -> int:
        """One; a difference of literal runs would drown in its own noise."""
        return int(self.claim.variable is None)

    @property
    def judged(self) -> str:
        """The quantity itself."""
        return self.name

    def draw(self, count: int, seed: int) -> Drawn[Setting]:
        """Settings that simulation can judge; where there are none, others: theory may speak."""
        drawn = super().draw(count, seed)
        if drawn.places or drawn.is_empty:
            return drawn
        return replace(drawn, places=draw(self.claim.domain, count, seed, "").places)

    def begin(self, trial: Trial, places: list[Setting]) -> Verdict | None:
        """Slopes, the limit in words, and proof by a catalogued theorem."""
        for setting in places:
            check_files(setting, "domain ")
        if self.claim.relation == "scales-as":
            measured = decide_scaling(trial, self.claim)
            proof = None if measured.verdict is Outcome.REFUTED else proof_of(self.claim)
            return measured if proof is None else _proved(trial, proof)
        if self.claim.kind == "limit" and self.claim.variable is None:
            trial.note("limit", limits_in_words(self.claim, places))
        proof = proof_of(self.claim)
        if proof is None:
            trial.note("symbolic", "does not follow from a catalogued theorem on the whole domain")
            return None
        return _proved(trial, proof)

    def everywhere(self, trial: Trial) -> Proof | Counterexample | str | None:
        """By boxes that fill the domain, where a theorem covers it."""
        follows = set().union(*(used_symbols(entry) for _, entry in self.claim.domain.items))
        # A second reader knows entries that follow d.
        written = certificate if {x.name for x in follows} <= {"d"} else None
        return on_whole_domain(trial, self, lambda claim: stated(without_idle(claim)), written)

    def starts(self, place: Setting) -> Iterator[Setting]:
        """Of n: clean data under every design and kind of chain that they may begin."""
        if place.n or str(self.claim.variable) != "n":
            yield place
            return
        domain = self.claim.domain
        for design, chain in product(domain.options("design"), domain.options("chain")):
            yield place.with_(design=design, chain=chain)

    def examine(self, case: Case) -> Finding:
        """What the formula's own definition and the derived theory say of a case.

        A quantity that no theorem gives is still at least 0 and at most infinite.
        """
        claim, setting = self.claim, case.place
        if case.before is not None:
            same = relevant(case.before, self.name) == relevant(setting, self.name)
            return Finding(is_known=True, margin=0.0) if same else examined(self, case)
        try:
            claimed = claimed_value(claim, setting)
        except UndecidedLimit as error:
            return Finding(is_known=True, unclear=str(error))
        except SolverError:
            claimed = None
        if claimed is not None and (
            (self.sign < 0 and claimed == mpmath.inf) or (self.sign > 0 and claimed <= 0)
        ):
            return _TRIVIAL
        if claimed is not None and claimed < 0:
            what = "a penalty" if self.name == "optimal_lam" else "an error"
            shown = mpmath.nstr(claimed, 12).replace("inf", "infinite")
            return failed(self.example(case, shown, ">= 0", f"{what} is never negative"))
        known = self._known(setting)
        if claimed is None or claimed == mpmath.inf:
            if known is not None and mpmath.isinf(known.value):
                return _TRIVIAL  # infinite on either side
            if claimed is None or known is None:
                why = f"{claim.formula_text or claim.formula} has no finite real value there"
                return undefined(self, case, why, "undefined" if claimed is None else "infinite")
        if known is None:
            return Finding(is_known=False)
        return compared(self, case, _side(known), Side(claimed), known.formulas)

    def sides(self, case: Case) -> tuple[Side, Side, tuple[str, ...]] | None:
        """The quantity after and before a change."""
        first, last = map(self._known, case.places[::-1])
        if first is None or last is None:
            return None
        return _side(first), _side(last), (*first.formulas, *last.formulas)

    def example(self, case: Case, claimed: str, observed: str, method: str = "") -> Counterexample:
        """The counterexample of a case; its lines evaluate the quantity."""
        known, exact = self._shown(case) if not method else None, False
        if known is not None:
            digits = f", {DIGITS} digits" if known.formulas and case.before is None else ""
            method, exact = f"{known.source}{digits}", known.exact and bool(known.formulas)
        found = super().example(case, claimed, observed, method)
        term = "" if case.before is None else self.name
        return replace(found, term=term, before=case.before, exact=exact)

    def gaps(self) -> Iterator[Callable[[Setting], float | None]]:
        """The pieces of the formula that are not proved to be defined."""
        for guard, value in gaps(self.claim).items():
            yield distance(guard, value, named_values)

    def off(self, places: Sequence[Setting]) -> Counterexample | None:
        """A counterexample where claim and theorem differ by an exact share that no digits show."""
        if self.name == "optimal_lam" or self.claim.variable is not None:
            return None
        share = excess(self.claim)
        if {0: share == 0, -1: share >= 0, 1: share <= 0}[self.sign]:
            return None
        for place in places:
            known = self._known(place)
            if known is not None and 0 < known.value < mpmath.inf:
                value = mpmath.nstr(known.value, 15)
                claimed = f"{value}*(1 {'+' if share > 0 else '-'} {abs(share)})"
                found = self.example(Case(place), claimed, value, f"{known.source}, exactly")
                return replace(found, exact=known.exact)
        return None

    def remark(self, example: Counterexample, places: Sequence[Setting]) -> str:
        """What the formula tends to at the counterexample, where it does not elsewhere."""
        if self.claim.kind != "limit" or self.claim.variable is not None:
            return ""
        assert isinstance(example.setting, Setting)
        return another_limit(self.claim, example.setting, places)

    def why_not(self, place: Setting) -> str:
        """Why the simulated quantity has no tame variance, or ""."""
        return admissible(place, self.name) or ""

    def why_none(self, reasons: Mapping[str, int]) -> str:
        """Why no place can be put on trial."""
        return (
            "next to a threshold the simulated error has no finite variance "
            f"({next(iter(reasons), '')}): let the domain go further from T = d or T0 = d"
        )

    def put(self, case: Case, judge: Judge, method: str) -> None:
        """Put a case on trial: a mean, a difference on common draws, or an optimal penalty.

        Raises:
            Refutation: the simulated quantity does not stand in the claimed relation.
        """
        claim, limit = self.claim, self.claim.kind == "limit"
        if case.before is not None:
            if self.name == "optimal_lam":
                judge_optimum_change(claim, case.before, case.place, judge)
            else:
                variable = str(claim.variable)
                judge.changes(case.before, case.place, self.sign, self.name, variable, limit=limit)
        elif self.name == "optimal_lam":
            judge_optimum(claim, case.place, judge, method)
        else:
            judge.mean(
                case.place,
                float(claimed_value(claim, case.place)),
                quantity=self.name,
                limit=limit,
                relation=claim.relation,
                method=method,
            )

    def pilot(self, case: Case, seed: int) -> float | None:
        """How tight the claim looks by a few draws, on common random numbers."""
        if self.name == "optimal_lam":
            return None
        stream = case.places[0]
        last, *first = (
            float(self._sampler(place, seed, stream)(_PILOT_CHUNK, _PILOT).mean())
            for place in case.places
        )
        if not first:
            first, last = [last], float(claimed_value(self.claim, case.place))
        above = (first[0] - last) / max(abs(first[0]), abs(last), 1e-300)
        return math.exp(self.sign * above if self.sign else -abs(above))

    def _sampler(self, setting: Setting, seed: int, stream: Setting) -> Sampler:
        return Sampler(setting, seed, self.claim.statement, self.name, "conditional", stream=stream)

    def _known(self, setting: Setting) -> Known | None:
        return known_value(setting, self.name, self.claim.kind)

    def _shown(self, case: Case) -> Known | None:
        """The value that says where a counterexample comes from: of a change the infinite one."""
        known = [self._known(place) for place in case.places]
        infinite = [each for each in known[1:] if each and mpmath.isinf(each.value)]
        return next(iter([*infinite, *known]), None)


def _proved(trial: Trial, proof: Certificate) -> Verdict:
    trial.note(proof.how, proof.text, **({"certificate": proof.parts} if proof.parts else {}))
    return trial.verdict(Outcome.PROVED, how=proof.how)


def _side(known: Known) -> Side:
    if mpmath.isinf(known.value):
        return Side(known.value)
    return Side(known.value, known.radius + abs(known.value) * mpmath.mpf(10) ** -_SEPARATION)
