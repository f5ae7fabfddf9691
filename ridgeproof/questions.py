"""What is asked about a setting or a process: derive, evaluate, optimum, simulate and verify."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import Setting

if TYPE_CHECKING:
    from ridgeproof.numerics.equivalent.evaluate import ProcessValue
    from ridgeproof.numerics.equivalent.optimum import ProcessOptimum
    from ridgeproof.numerics.optima.optimum import Optimum
    from ridgeproof.numerics.value import Value
    from ridgeproof.theory.equivalent.derived import ProcessFormulas
    from ridgeproof.verification.simulation.simulate import Estimate
    from ridgeproof.verification.simulation.simulate_process import ProcessEstimate
    from ridgeproof.verification.suite.verify_process import ProcessReport

__all__ = ["derive", "evaluate", "optimum", "simulate", "verify"]


def derive(question: Process | Path | str, **values: Any) -> ProcessFormulas:
    """The asks of a process as formulas in spectral sums, its parameters left as symbols.

    Args:
        question: a process: its record, a path, or its text.
        **values: what decides the shape of the formulas, as in
            `theory.equivalent.derived.derive_process`.

    Raises:
        RidgeproofError: as there.
    """
    from ridgeproof.theory.equivalent.derived import derive_process

    return derive_process(_process(question), **values)


@overload
def evaluate(question: Setting, **options: Any) -> Value: ...
@overload
def evaluate(question: Process | Path | str, **options: Any) -> ProcessValue: ...
def evaluate(question: Setting | Process | Path | str, **options: Any) -> Value | ProcessValue:
    """The test error of a setting, or the asks of a process in the limit.

    Args:
        question: a setting; or a process: its record, a path, or its text.
        **options: of a setting those of `numerics.evaluate.evaluate` (digits, form, certified); of
            a process those of `numerics.equivalent.evaluate.evaluate_process` (digits, certified,
            d, spectrum, signal and its parameters, which may be arrays).

    Raises:
        RidgeproofError: as these.
    """
    if isinstance(question, Setting):
        from ridgeproof.numerics.evaluate import evaluate as evaluate_setting

        return evaluate_setting(question, **options)
    from ridgeproof.numerics.equivalent.evaluate import evaluate_process

    return evaluate_process(_process(question), **options)


@overload
def optimum(question: Setting, **options: Any) -> Optimum: ...
@overload
def optimum(question: Process | Path | str, **options: Any) -> ProcessOptimum: ...
def optimum(question: Setting | Process | Path | str, **options: Any) -> Optimum | ProcessOptimum:
    """The best penalty of a setting, or the parameters at which an ask of a process is least.

    Args:
        question: a setting; or a process: its record, a path, or its text.
        **options: of a setting those of `numerics.optima.optimum.optimum` (digits, form); of a
            process those of `numerics.equivalent.optimum.optimum_of_process`: over (such as
            "lam=-1/10..1,lam0", or a mapping of names to ends), ask, d, spectrum, signal and
            parameters.

    Raises:
        RidgeproofError: as these.
    """
    if isinstance(question, Setting):
        from ridgeproof.numerics.optima.optimum import optimum as optimum_of_setting

        return optimum_of_setting(question, **options)
    from ridgeproof.numerics.equivalent.optimum import optimum_of_process

    return optimum_of_process(_process(question), **options)


@overload
def simulate(question: Setting, **options: Any) -> Estimate: ...
@overload
def simulate(question: Process | Path | str, **options: Any) -> ProcessEstimate: ...
def simulate(
    question: Setting | Process | Path | str, **options: Any
) -> Estimate | ProcessEstimate:
    """Simulate a setting, or a process literally.

    Args:
        question: a setting; or a process: its record, a path, or its text.
        **options: of a setting those of `verification.simulation.simulate.simulate`; of a process
            those of `verification.simulation.simulate_process.simulate_process`.

    Raises:
        RidgeproofError: as these.
    """
    if isinstance(question, Setting):
        from ridgeproof.verification.simulation.simulate import simulate as simulate_setting

        return simulate_setting(question, **options)
    from ridgeproof.verification.simulation.simulate_process import simulate_process

    return simulate_process(_process(question), **options)


def verify(question: Process | Path | str, **options: Any) -> ProcessReport:
    """Put the theory of a process on trial by its literal simulation, and altered equations too.

    Args:
        question: a process: its record, a path, or its text.
        **options: those of `verification.suite.verify_process.verify_process`: profile, seed,
            workers, d, spectrum, signal and its parameters.

    Raises:
        RidgeproofError: as it.
    """
    from ridgeproof.verification.suite.verify_process import verify_process

    return verify_process(_process(question), **options)


def _process(question: Process | Path | str) -> Process:
    from ridgeproof.theory.process.file import read_process

    if isinstance(question, Process):
        return question
    if isinstance(question, Path | str):
        return read_process(question)
    remedy = "give make_setting(...), process(...), a path, or the text of a process file"
    raise InputError("question", question, "is neither a setting nor a process", remedy)
