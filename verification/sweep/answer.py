"""answer: one row of a sweep, the theory and the simulation of one setting side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from typing import Any

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.optima.optimum import Optimum, optimum
from ridgeproof.theory.errors import RidgeproofError
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.verification.simulation.deviation import deviation, finite, scale_of
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.sweep.process_rows import limits, simulated
from ridgeproof.verification.sweep.question import OPTIMA, Question

__all__ = ["answer"]

Cells = dict[str, float | int | str | None]


def answer(
    question: Question, point: Setting | Mapping[str, Any]
) -> list[float | int | str | None]:
    """The cells of `Question.columns` at a setting, or at a point of the question's process.

    What has no number there (no theorem, an infinite expectation, a penalty that does not exist)
    leaves its cells empty, with a reason, and does not stop the others.

    >>> from ridgeproof.theory.settings.setting import make_setting
    >>> question = Question(theory=("test_error",), forms=("limit", "exact"))
    >>> answer(question, make_setting(d=10, T=40, sigma=1))
    [0.333333333333333, 0.344827586206897, 'exact', '']
    """
    reasons: dict[str, None] = {}
    if isinstance(point, Setting):
        cells = _of_setting(question, point, reasons)
    else:
        cells = _of_process(question, point, reasons)
    cells["reason"] = "; ".join(reasons)
    return [cells.get(column.name) for column in question.columns()]


def _of_setting(question: Question, setting: Setting, reasons: dict[str, None]) -> Cells:
    cells: Cells = {}
    for form in question.forms:
        cells |= _attempt(reasons, partial(_theory, question, setting, form))
        cells |= _attempt(reasons, partial(_optima, question, setting, form))
    for quantity in question.simulation:
        cells |= _attempt(reasons, partial(_simulation, question, setting, quantity, reasons))
        for form in question.forms:
            cells[f"{quantity}_z_{form}"] = _deviation(cells, quantity, form, setting)
    return cells


def _of_process(question: Question, given: Mapping[str, Any], reasons: dict[str, None]) -> Cells:
    process, cells = question.process, Cells()
    assert process is not None
    try:
        if question.theory:
            cells |= limits(process, question.theory, given)
    except RidgeproofError:  # of one ask: it leaves the others theirs
        for name in question.theory:
            cells |= _attempt(reasons, partial(limits, process, (name,), given))
    if question.simulation:
        found = partial(simulated, process, question.simulation, given, reasons, question.effort)
        cells |= _attempt(reasons, found)
    return cells


def _attempt(reasons: dict[str, None], compute: Callable[[], Cells]) -> Cells:
    try:
        return compute()
    except RidgeproofError as error:
        reasons[str(error).partition(". ")[0]] = None  # without the remedy
        return {}


def _theory(question: Question, setting: Setting, form: str) -> Cells:
    wanted = [quantity for quantity in question.theory if quantity not in OPTIMA]
    if not wanted:
        return {}
    found = evaluate(setting, form=Form(form))
    cells: Cells = {
        f"{quantity}_{form}": float(
            found.shown(found.terms[quantity] if quantity in ERROR_TERMS else found.value)
        )
        for quantity in wanted
    }
    if form == Form.EXACT.value:
        cells["theory_kind"] = "exact" if found.is_exact else "limit"
    return cells


def _optima(question: Question, setting: Setting, form: str) -> Cells:
    wanted = [quantity for quantity in question.theory if quantity in OPTIMA]
    if not wanted:
        return {}
    found = _optimum(setting.with_(lam=0), Form(form))
    return {
        f"{quantity}_{form}": float(found.shown(getattr(found, OPTIMA[quantity])))
        for quantity in wanted
    }


@lru_cache(maxsize=64)
def _optimum(setting: Setting, form: Form) -> Optimum:
    # It minimises over lam, so that the rows of a grid that differ in lam alone share it.
    return optimum(setting, form=form)


def _simulation(
    question: Question, setting: Setting, quantity: str, reasons: dict[str, None]
) -> Cells:
    found = simulate(setting, quantity=quantity, method=question.method, **question.effort)
    if found.tails:
        reasons[f"{quantity} has {found.tails}"] = None
    return {
        f"{quantity}_simulated": found.mean,
        f"{quantity}_standard_error": found.standard_error,
        f"{quantity}_repetitions": found.repetitions,
    }


def _deviation(cells: Cells, quantity: str, form: str, setting: Setting) -> float | None:
    """How many standard errors the simulation lies from the theory."""
    theory, mean = cells.get(f"{quantity}_{form}"), cells.get(f"{quantity}_simulated")
    error = cells.get(f"{quantity}_standard_error")
    if not (isinstance(theory, float) and isinstance(mean, float) and isinstance(error, float)):
        return None
    return finite(deviation(mean, theory, error, scale=scale_of(setting, quantity)))
