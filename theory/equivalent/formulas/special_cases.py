"""What the entries of the catalogue are to the one theorem: its special cases, or why they stay.

A special case is a process whose asks have the entry's formulas, proved by canonical forms: one
fit on the labels of any model, or a chain of the first few generators.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sympy import Add, Expr, Integer, Symbol, expand_func, fraction, together

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.definitions import defined
from ridgeproof.theory.equivalent.formulas import any_generator as given
from ridgeproof.theory.equivalent.formulas.derived import derive_process, unfolded
from ridgeproof.theory.equivalent.formulas.sections import summed, vanishes
from ridgeproof.theory.formula import Form
from ridgeproof.theory.process.file import make_process
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.spectral import SpectralSum

__all__ = ["DERIVED", "STAYS", "SpecialCase", "special_cases", "table"]

_KAPPA1, _KAPPA2 = Symbol("kappa1", real=True), Symbol("kappa2", real=True)
_SIZES = {"T": 60, "T0": 50, "T1": 30, "T2": 20, "sigma": 1, "sigma0": 1, "sigma_real": "1/2",
          "lam": "1/10", "lam0": "1/10"}  # fmt: skip
_ANY = "one fit on the labels of any model"

# Entries whose own derivation is that of a process.
DERIVED: Mapping[str, str] = {
    **dict.fromkeys(
        ("generator", "mixing", "moments", "random-features", "ridge-chain", "weighted-ridge"), _ANY
    ),
    "elliptical-least-squares": "rows of two scales",
}
# Entries that say more than a limit.
STAYS: Mapping[str, str] = {
    "power-law": "exponents in closed form, compared with the leading orders of the process",
    "accumulating-minimum-norm": "its first generation is T4 at lam0 = 0; the later ones relate "
    "kappas of several sizes by df1 = N, which canonical forms do not",
    "optimal-ridge": "a closed optimum: the stationary point of T2 for Sigma = I",
    "finite-size": "exact at finite size",
    "universality": "first corrections in 1/T, to traces whose limits are those of one fit",
    "clean-scaling": "asymptotic constants of the sums that the theorem gives",
    "process-limit": "the theorem itself",
}


@dataclass(frozen=True, eq=False)
class SpecialCase:
    """A process that an entry is about.

    Attributes:
        entry: of the catalogue.
        words: which case it is.
        process: whose asks are the targets.
        targets: formulas in the symbols of the entry, by ask.
        meanings: of those symbols in the process.
        isotropic: whether Sigma = I.
    """

    entry: str
    words: str
    process: Process
    targets: Mapping[str, Expr]
    meanings: Mapping[Symbol, Expr] = field(default_factory=dict)
    isotropic: bool = False

    def sides(self) -> Iterator[tuple[Expr, Expr]]:
        """What the theorem derives for each ask, and what the entry says."""
        formulas = derive_process(self.process)
        kappas = {own: x for x, own in self.meanings.items() if x in {sy.kappa, sy.kappa0}}
        others = {x: own for x, own in self.meanings.items() if own not in kappas}
        for name, target in self.targets.items():
            own = unfolded(formulas.asks[name], formulas.unknowns).xreplace(kappas)
            said = defined(expand_func(summed(target))).xreplace(others)
            yield (_isotropic(own), _isotropic(said)) if self.isotropic else (own, said)

    def holds(self) -> bool:
        """Whether they are equal: for every spectrum and signal, unless Sigma = I is said."""
        return all(self._vanishes(own - said) for own, said in self.sides())

    def _vanishes(self, difference: Expr) -> bool:
        if self.isotropic:
            return bool(fraction(together(difference))[0].expand() == 0)
        return vanishes(difference, {})


def special_cases() -> Iterator[SpecialCase]:
    """Every case but those of `DERIVED`."""
    for n in (1, 2):
        words = f"n = {n}"
        for entry, last in (("ridgeless", "least_squares({})"), ("ridge", "ridge({}, lam)")):
            process = _chain(n, last)
            yield SpecialCase(entry, words, process, _error(entry, n), {sy.kappa: _KAPPA1})
        for shared in (False, True):
            design = f"{words}, {'one design' if shared else 'fresh designs'}"
            process = _chain(n, "ridge({}, lam)", shared=shared, gathered=True)
            targets = _error("accumulate", n, shared)
            yield SpecialCase("accumulate", design, process, targets, {sy.kappa: _KAPPA1})
            for entry, last in (
                ("isotropic-overparametrized", "ridge({}, lam)"),
                ("noise-free", "least_squares({})"),
            ):
                if entry == "isotropic-overparametrized" and shared and n > 1:
                    continue  # minutes of algebra
                process = _chain(n, last, shared=shared, noise=entry != "noise-free", T0=8)
                meanings = {sy.kappa0: _KAPPA1, sy.kappa: _KAPPA2}
                targets = _error(entry, n, shared)
                yield SpecialCase(entry, design, process, targets, meanings, isotropic=True)
    yield from _steps()
    yield _gathered()


def _error(entry: str, n: int, shared: bool = False) -> dict[str, Expr]:
    """The limit of a test error after n generators."""
    limit = find(entry).expression(form=Form.LIMIT)
    return {"error": limit.subs({sy.n: n, sy.shared: shared})}


def _process(steps: list[str], asks: Mapping[str, str], **values: object) -> Process:
    text = "\n".join(steps)
    known = {name: value for name, value in _SIZES.items() if re.search(rf"\b{name}\b", text)}
    parameters = {
        "d": 20,
        "spectrum": "power-law:1",
        "signal": "source:1/2",
        **known,
        **values,
    }
    return make_process({"process": {"steps": text, "parameters": parameters}, "ask": dict(asks)})


def _chain(
    generators: int,
    last: str,
    *,
    shared: bool = False,
    gathered: bool = False,
    noise: bool = True,
    **values: object,
) -> Process:
    """Generators by least squares, each on the labels of the one before, and a downstream fit."""
    steps, labels, model = [], [], "w0"
    heard = (" + sigma0*noise({})", " + sigma*noise(A)") if noise else ("", "")
    for k in range(1, generators + 1):
        rows = "B1" if shared else f"B{k}"
        if k == 1 or not shared:
            steps.append(f"{rows} = rows(T0)")
        steps.append(f"y{k} = {rows}@{model}{heard[0].format(rows)}")
        labels.append(f"y{k}")
        used = f"[{', '.join(labels)}]" if gathered else f"y{k}"
        steps.append(f"g{k} = least_squares({used})")
        model = f"g{k}"
    steps += ["A = rows(T)", f"f = {last.format(f'A@{model}{heard[1]}')}"]
    return _process(steps, {"error": "risk(f)"}, **values)


def _steps() -> Iterator[SpecialCase]:
    """One fit on the labels of any model."""
    for entry, averaged in (("least-squares-generator", False), ("weighted-mixing", True)):
        process = given.next_generator("least_squares({})", averaged=averaged)
        targets = {n: find(entry).expression(n, Form.LIMIT) for n in ("mean", "second_moment")}
        targets["mean"] *= sy.w0
        yield SpecialCase(entry, _ANY, process, targets, given.NEXT)
    fit = "f = least_squares([A@w0 + sigma_real*noise(A), B@w + sigma*noise(B)])"
    sizes = {name: _SIZES[name] for name in ("T1", "T2", "sigma", "sigma_real")}
    both = given.process_of(["A = rows(T1)", "B = rows(T2)", fit], sizes, {"E_test": "risk(f)"})
    said = {"E_test": find("mixing-least-squares").expression(form=Form.LIMIT)}
    yield SpecialCase("mixing-least-squares", _ANY, both, said, given.MIXED)


def _gathered() -> SpecialCase:
    """The second generation on all sets so far, by least squares."""
    steps = ["A = rows(T0)", "y = A@w0 + sigma0*noise(A)", "g = least_squares(y)", "B = rows(T0)"]
    steps += ["f = least_squares([y, B@g + sigma0*noise(B)])"]
    first = sy.w0**2 + sy.sigma0**2 / (sy.s * (sy.T0 - sy.d))
    step = find("accumulating-generator").expression("second_moment", Form.LIMIT)
    targets = {"second": SpectralSum(sy.s * step.subs({sy.a: first, sy.gathered: 2 * sy.T0}))}
    process = _process(steps, {"second": "norm2(f)"})
    return SpecialCase("accumulating-generator", "the second generation", process, targets)


def _isotropic(expression: Expr) -> Expr:
    """The same for Sigma = I, where df1(kappa0) = T0 of a minimum-norm generator is solved."""

    def alone(node: SpectralSum) -> Expr:
        total: Expr = Integer(0)
        for term in Add.make_args(node.summand.subs(sy.s, 1).expand()):
            outside, inside = term.as_independent(sy.w0, as_Add=False)
            total += outside * (sy.d if inside == 1 else sy.b)
        return total

    expression = expression.replace(lambda x: isinstance(x, SpectralSum), alone)
    return expression.subs(sy.kappa0, sy.d / sy.T0 - 1)


def table() -> str:
    """Every entry of the catalogue in Markdown: which cases of the theorem it is, or why not."""
    cases: dict[str, list[str]] = {}
    for case in special_cases():
        cases.setdefault(case.entry, []).append(case.words)
    lines = ["| entry | its limit is a special case of the theorem | kind |", "|---|---|---|"]
    for formula in catalogue().values():
        what = "; ".join(dict.fromkeys(cases.get(formula.id, ()))) or DERIVED.get(formula.id)
        shown = what or f"no: {STAYS[formula.id]}"
        lines.append(f"| {formula.theorem} `{formula.id}` | {shown} | {formula.kind.value} |")
    return "\n".join(lines)
