"""Numbers: errors, optima, gradients, estimates and exponents, of settings and processes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.questions.asked import (
    DEFAULT_SEED,
    Question,
    given_numbers,
    process_of,
    seed_of,
    subject_of,
)
from ridgeproof.theory.checks import check_integer
from ridgeproof.theory.errors import MISSING, InputError, NotBuilt
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import Setting, make_setting

if TYPE_CHECKING:
    from ridgeproof.curves import Curves
    from ridgeproof.numerics.equivalent.gradients.gradient import Gradient
    from ridgeproof.numerics.equivalent.optimum import ProcessOptimum
    from ridgeproof.numerics.optima.optimum import Optimum
    from ridgeproof.numerics.process_value import ProcessValue
    from ridgeproof.numerics.scaling.process_exponents import ProcessExponents
    from ridgeproof.numerics.value import Value
    from ridgeproof.theory.formula import Form
    from ridgeproof.theory.scaling.answers import Exponents
    from ridgeproof.verification.simulation.simulate import Estimate
    from ridgeproof.verification.simulation.simulate_process import ProcessEstimate

__all__ = ["evaluate", "exponents", "gradient", "optimum", "simulate"]


def evaluate(
    question: Question | None = None,
    *,
    d: Any = None,
    T: Any = None,
    T0: Any = None,
    n: Any = None,
    sigma: Any = None,
    sigma0: Any = None,
    lam: Any = None,
    lam0: Any = None,
    spectrum: Any = None,
    signal: Any = None,
    digits: Any = None,
    form: Form | str | None = None,
    certified: bool = False,
    **parameters: Any,
) -> Value | ProcessValue | Curves:
    """The test error of a setting, or the asks of a process, in the limit of large sizes.

    Args:
        question: a setting; or a process: its record, a path, or its text.  Without it the setting
            is made of what follows.
        d: dimension; like all numbers here a number of any type, or its text; or an array.
        T: rows of the last fit.
        T0: rows of each generator; a list is a schedule, one entry a generation, an array a curve.
        n: number of generators.
        sigma: label noise of the last fit, a standard deviation.
        sigma0: label noise of the generators.
        lam: penalty of the last fit: scikit-learn's alpha is T lam.
        lam0: penalty of the generators.
        spectrum: such as "power-law:3/2", or the eigenvalues, or a covariance matrix.
        signal: such as "source:1/2", or w0 in the eigenbasis (with a covariance matrix: in the
            space of the rows).
        digits: significant digits; 15 of a setting, 12 of a process and of arrays unless given.
        form: of a setting: "limit", or "exact" for every known exact finite-size piece.
        certified: promise a radius that is a theorem.
        **parameters: other fields of a setting (design, chain, ...), or a process's own parameters.

    Returns:
        One record; `Curves` where a number is an array.

    Raises:
        RidgeproofError: as `numerics.evaluate.evaluate` and `evaluate_process`.

    >>> round(float(evaluate(d=10, T=40, sigma=1).value), 6)
    0.333333
    >>> evaluate(d=10, T=range(20, 50, 10), sigma=1).values["test_error"].round(6)
    array([1.      , 0.5     , 0.333333])
    """
    given = given_numbers(d, T, T0, n, sigma, sigma0, lam, lam0, spectrum, signal, parameters)
    options: dict[str, Any] = _digits(digits)
    asked = subject_of(question, given)
    from ridgeproof.curves import curves_of_process, curves_of_setting, is_curve

    if certified and is_curve(given):
        condition, remedy = "is a radius of one value, and a number is an array", "give one number"
        raise InputError("certified", certified, condition, remedy)
    if isinstance(asked, Setting | dict):
        options |= {} if form is None else {"form": form}
        if isinstance(asked, dict) and is_curve(asked):
            return curves_of_setting(asked, **options)
        from ridgeproof.numerics.evaluate import evaluate as evaluate_setting
        from ridgeproof.numerics.evaluate import with_exact

        setting = make_setting(**asked) if isinstance(asked, dict) else asked
        return with_exact(evaluate_setting(setting, certified=certified, **options))
    if form is not None and str(form) != "limit":
        raise NotBuilt(
            "an exact finite-size form of a process is not built in this version: take its limit; "
            "of a setting, leave the process out"
        )
    if is_curve(given):
        return curves_of_process(asked, given, **options)
    from ridgeproof.numerics.equivalent.evaluate import evaluate_process

    return evaluate_process(asked, certified=certified, **given, **options)


def optimum(
    question: Question | None = None,
    *,
    d: Any = None,
    T: Any = None,
    T0: Any = None,
    n: Any = None,
    sigma: Any = None,
    sigma0: Any = None,
    lam: Any = None,
    lam0: Any = None,
    spectrum: Any = None,
    signal: Any = None,
    over: Any = None,
    ask: str | None = None,
    **options: Any,
) -> Optimum | ProcessOptimum:
    """The best penalty of a setting, or the parameters at which an ask of a process is least.

    The question and its numbers are those of `evaluate`; lam is for a process that is not searched
    over it.  ``over`` is for a process: "lam=-1/10..1,lam0", or a mapping of names to ends; ``ask``
    says which of several asks.  Options are digits, form, and other fields or parameters.

    Raises:
        RidgeproofError: as `numerics.optima.optimum.optimum` and `optimum_of_process`.
    """
    own: dict[str, Any] = _digits(options.pop("digits", None))
    own |= {"form": options.pop("form")} if "form" in options else {}
    given = given_numbers(d, T, T0, n, sigma, sigma0, lam, lam0, spectrum, signal, options)
    asked = subject_of(question, given)
    if isinstance(asked, Setting | dict):
        from ridgeproof.numerics.optima.optimum import optimum as optimum_of_setting

        if lam is not None:
            raise InputError("lam", lam, "is what is searched", "leave it out")
        remedy = "give one, or leave it out: the lam of a setting is searched"
        _refuse({"over": over, "ask": ask}, "is for a process", remedy, "over", "ask")
        return optimum_of_setting(
            make_setting(**asked) if isinstance(asked, dict) else asked, **own
        )
    from ridgeproof.numerics.equivalent.optimum import optimum_of_process

    if over is None:
        raise InputError("over", MISSING, "which parameters are searched", 'give over="lam"')
    if str(own.pop("form", "limit")) != "limit":
        raise NotBuilt("the optimum of a process is found in the limit: leave the form out")
    return optimum_of_process(asked, over, ask=ask, **given, **own)


def gradient(process: Process | Path | str, over: Any, **given: Any) -> Gradient:
    """The derivative of every ask of a process along parameters, in the proportional limit.

    Args:
        process: a process, or the path or text of one.
        over: the parameters, a list or text with commas; a number of rows may be one.
        **given: d, spectrum, signal, digits, certified, and parameters, arrays included.

    Returns:
        By ask and parameter; its `radii` likewise, beyond 12 digits or certified.

    Raises:
        RidgeproofError: as `numerics.equivalent.gradients.gradient.gradient_of_process`.

    >>> text = '''[process]
    ... steps = "m = least_squares(rows(T)@w0)"
    ... [ask]
    ... risk = "risk(m)"
    ... '''
    >>> gradient(text, "T", d=10, T=[5, 2])["risk"]["T"].round(12)  # risk = 1 - T/d
    array([-0.1, -0.1])
    """
    from ridgeproof.numerics.equivalent.gradients.gradient import gradient_of_process

    return gradient_of_process(process_of(process), over, **given)


def simulate(
    question: Question | None = None,
    *,
    d: Any = None,
    T: Any = None,
    T0: Any = None,
    n: Any = None,
    sigma: Any = None,
    sigma0: Any = None,
    lam: Any = None,
    lam0: Any = None,
    spectrum: Any = None,
    signal: Any = None,
    repetitions: Any = None,
    relative_error: Any = None,
    method: str = "literal",
    seed: int = DEFAULT_SEED,
    workers: int = 1,
    **options: Any,
) -> Estimate | ProcessEstimate:
    """Simulate a setting, or a process, and compare with its theory.

    The question and its numbers are those of `evaluate`.  ``repetitions`` says how many, or
    ``relative_error`` to stop when every standard error / mean is below it.  The method is
    "literal", the process as written, or "conditional", label noise integrated out.  ``seed`` is
    that of every draw, whatever the number of workers.  Options are quantity and minus of a
    setting, ask of a process, and other fields or parameters.

    Raises:
        RidgeproofError: as `verification.simulation.simulate.simulate` and `simulate_process`.
    """
    own: dict[str, Any] = {
        "repetitions": repetitions, "relative_error": relative_error, "method": method,
        "seed": seed_of(seed), "workers": workers,
    }  # fmt: skip
    more = ("ask", "quantity", "minus", "executor", "watch")
    own |= {name: options.pop(name) for name in more if name in options}
    given = given_numbers(d, T, T0, n, sigma, sigma0, lam, lam0, spectrum, signal, options)
    asked = subject_of(question, given)
    if isinstance(asked, Setting | dict):
        from ridgeproof.verification.simulation.simulate import simulate as simulate_setting

        _refuse(own, "is for a process", "leave it out, or give quantity", "ask")
        return simulate_setting(make_setting(**asked) if isinstance(asked, dict) else asked, **own)
    from ridgeproof.verification.simulation.simulate_process import simulate_process

    _refuse(own, "is for a setting", "leave it out, or give ask", "quantity", "minus")
    return simulate_process(asked, **own, **given)


def _digits(digits: Any) -> dict[str, int]:
    if digits is None:
        return {}
    return {"digits": check_integer("digits", digits, least=1, most=2000)}


def _refuse(given: dict[str, Any], condition: str, remedy: str, *names: str) -> None:
    """Take options out that say nothing here.

    Raises:
        InputError: one of them is given.
    """
    for name in names:
        value = given.pop(name, None)
        if value is not None:
            raise InputError(name, value, condition, remedy)


def exponents(
    process: Process | Path | str | None = None,
    *,
    scale: str | None = None,
    ask: str | None = None,
    beta: Any = None,
    r: Any = None,
    c: Any = None,
    clean: bool = False,
    noise_free: bool = False,
    ell: Any = None,
    **given: Any,
) -> Exponents | ProcessExponents:
    """Scaling exponents under a power law: the error as T^rate, the ridge as lam = T^-ell.

    Args:
        process: every ask of it, in place of the error of fake data.
        scale: what grows how in the process, as in "T0 = T^c, lam = T^-ell".
        ask: of the process: of this one only.
        beta: capacity, s_i = i^-beta; what is left out stays a symbol.
        r: source, s_i w0_i^2 ~ i^-(1 + 2 beta r).
        c: T0 = T^c rows per generator.
        clean: no fake data.
        noise_free: no label noise at all.
        ell: also the rate at lam = T^-ell.
        **given: of a process: the values of parameters and of names in the scale.

    Raises:
        InputError: a number is out of its range, or the scale does not fit the process.
        NotBuilt: an ask of the process has no exponents.

    >>> str(exponents(beta="3/2", r="2/5", c="3/10").rate)
    '-9/55'
    """
    if process is not None:
        from ridgeproof.numerics.scaling.process_exponents import ProcessExponents
        from ridgeproof.numerics.scaling.slopes import process_exponents

        if clean or noise_free:
            name = "clean" if clean else "noise_free"
            condition = "belongs to the built-in process"
            raise InputError(name, "given", condition, "set sigma of the process")
        if scale is None:
            condition = "says what grows how"
            raise InputError("scale", MISSING, condition, 'give scale "lam = T^-ell"')
        record = process_of(process)
        values = given | ({} if c is None else {"c": c})
        found = process_exponents(record, scale, ask=ask, beta=beta, r=r, ell=ell, **values)
        asked = {"scale": scale, "beta": beta, "r": r, "ell": ell, **values}
        return ProcessExponents(found, record.title, asked)
    for name, value in {"scale": scale, "ask": ask, **given}.items():
        if value is not None:
            raise InputError(name, value, "is for a process", "give one, or leave it out")
    from ridgeproof.theory.scaling import answers

    return answers.exponents(beta, r, c, clean=clean, noise_free=noise_free, ell=ell)
