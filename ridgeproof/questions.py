"""What is asked about a setting, a process or a claim, under the names of the commands.

A setting may be given by its parts, `evaluate(d=300, T=1000, lam=0.01)`; a process as a record, a
path or the text of a file, with its parameters by name.  Numbers are of any type, or texts such as
"1/3".  `evaluate` takes arrays of them too, and gives `Curves`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ridgeproof.theory.errors import MISSING, InputError, NotBuilt
from ridgeproof.theory.process.record import Process
from ridgeproof.theory.settings.setting import Setting, make_setting

if TYPE_CHECKING:
    from ridgeproof.curves import Curves
    from ridgeproof.numerics.equivalent.optimum import ProcessOptimum
    from ridgeproof.numerics.optima.optimum import Optimum
    from ridgeproof.numerics.process_value import ProcessValue
    from ridgeproof.numerics.scaling.slopes import AskExponents
    from ridgeproof.numerics.value import Value
    from ridgeproof.theory.calculus.derivation import Derivation
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
    from ridgeproof.theory.exponents import Exponents, Formulas
    from ridgeproof.theory.formula import Form, Formula
    from ridgeproof.verification.conjectures.conjecture import Conjecture
    from ridgeproof.verification.conjectures.declared import Declared
    from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture
    from ridgeproof.verification.figures.figure import FigureData
    from ridgeproof.verification.simulation.simulate import Estimate
    from ridgeproof.verification.simulation.simulate_process import ProcessEstimate
    from ridgeproof.verification.suite.claim import ClaimReport
    from ridgeproof.verification.suite.verify_process import ProcessReport
    from ridgeproof.verification.sweep.run import Summary
    from ridgeproof.verification.testing.verdict import Verdict

__all__ = [
    "DEFAULT_SEED",
    "check",
    "derive",
    "evaluate",
    "exponents",
    "figure",
    "formulas",
    "gradient",
    "optimum",
    "simulate",
    "sweep",
    "verify",
]

# Of every random result, on the command line and in Python, unless another is given.
DEFAULT_SEED = 20240212

Question = Setting | Process | Path | str


def formulas(formula_id: str | None = None) -> dict[str, Formula] | Formula:
    """The catalogue by id, or one of its entries.

    Raises:
        InputError: there is no such entry.

    >>> formulas("ridge").theorem
    'T2'
    """
    from ridgeproof.theory.catalogue import catalogue, find

    if formula_id is not None and not isinstance(formula_id, str):
        raise InputError("formula", formula_id, "is no id", "give one, such as ridge")
    return catalogue() if formula_id is None else find(formula_id)


def derive(question: Process | Path | str, **values: Any) -> ProcessFormulas | Derivation:
    """The derivation of a theorem, by its id; or the asks of a process as formulas.

    Args:
        question: an id of the catalogue, such as "ridge"; or a process: its record, a path, or its
            text.  Its parameters stay symbols.
        **values: what decides the shape of a process's formulas, as in
            `theory.equivalent.formulas.derived.derive_process`.

    Raises:
        RidgeproofError: as there.
    """
    from ridgeproof.theory.catalogue import catalogue, find

    if isinstance(question, str) and question.upper() in {
        name.upper() for formula in catalogue().values() for name in (formula.id, formula.theorem)
    }:
        if values:
            raise InputError(
                "derive", question, "is a theorem, and takes no values", "leave them out"
            )
        return find(question).derive()
    from ridgeproof.theory.equivalent.formulas.derived import derive_process

    return derive_process(_process(question), **values)


def function(
    question: Process | Path | str, *, backend: str = "numpy", **values: Any
) -> Callable[..., dict[str, Any]]:
    """The derived formulas as a plain function of s, w0 and parameters by name.

    ``f(s, w0, T=..., lam=...)`` is a dictionary of values by name, s and w0 arrays over directions.
    It is the module that `derive --format python` (or jax) prints, and needs nothing of ridgeproof.
    With jax, grad and vmap go through it.

    Args:
        question: an id of the catalogue, or a process: its record, a path, or its text.
        backend: "numpy" or "jax".
        **values: as in `derive`.

    Raises:
        InputError: the backend is another, or is not installed.
        RidgeproofError: as of `derive`.

    >>> f = function("ridgeless")
    >>> answers = f([1.0] * 10, [0.5] * 10, T=20, T0=30, n=0, sigma=1, sigma0=0)
    >>> round(float(answers["variance"]), 4)
    1.1111
    """
    from ridgeproof.theory.catalogue import find
    from ridgeproof.theory.equivalent.formulas.code import code
    from ridgeproof.theory.equivalent.formulas.derived import ProcessFormulas
    from ridgeproof.theory.equivalent.formulas.program import program_of, program_of_theorem

    languages = {"numpy": "python", "jax": "jax"}
    if backend not in languages:
        raise InputError("backend", backend, "is none", "give numpy or jax")
    if find_spec(backend) is None:
        raise InputError("backend", backend, "is not installed", f"pip install {backend}")
    found = derive(question, **values)
    if isinstance(found, ProcessFormulas):
        program = program_of(found)
    else:
        program = program_of_theorem(find(str(question)))
    # Printed by ourselves from expressions; of a user's text it has checked names only.
    text = code(replace(program, title="formulas"), languages[backend])
    module: dict[str, Any] = {"__name__": "formulas"}
    exec(compile(text, "<formulas>", "exec"), module)  # noqa: S102
    made: Callable[..., dict[str, Any]] = module["f"]
    return made


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
    digits: int | None = None,
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
    given = _given(d, T, T0, n, sigma, sigma0, lam, lam0, spectrum, signal, parameters)
    options: dict[str, Any] = {} if digits is None else {"digits": digits}
    asked = _asked(question, given)
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

    Args:
        question: as for `evaluate`, and so are the numbers.
        d: as for `evaluate`.
        T: as for `evaluate`.
        T0: as for `evaluate`.
        n: as for `evaluate`.
        sigma: as for `evaluate`.
        sigma0: as for `evaluate`.
        lam: of a process that is not searched over lam.
        lam0: as for `evaluate`.
        spectrum: as for `evaluate`.
        signal: as for `evaluate`.
        over: of a process: "lam=-1/10..1,lam0", or a mapping of names to ends.
        ask: of a process: which ask, where there are several.
        **options: digits, form; other fields or parameters.

    Raises:
        RidgeproofError: as `numerics.optima.optimum.optimum` and `optimum_of_process`.
    """
    own = {name: options.pop(name) for name in ("digits", "form") if name in options}
    given = _given(d, T, T0, n, sigma, sigma0, lam, lam0, spectrum, signal, options)
    asked = _asked(question, given)
    if isinstance(asked, Setting | dict):
        from ridgeproof.numerics.optima.optimum import optimum as optimum_of_setting

        if lam is not None:
            raise InputError("lam", lam, "is what is searched", "leave it out")
        for name, value in (("over", over), ("ask", ask)):
            if value is not None:
                remedy = "give one, or leave it out: the lam of a setting is searched"
                raise InputError(name, value, "is for a process", remedy)
        return optimum_of_setting(
            make_setting(**asked) if isinstance(asked, dict) else asked, **own
        )
    from ridgeproof.numerics.equivalent.optimum import optimum_of_process

    if over is None:
        raise InputError("over", MISSING, "which parameters are searched", 'give over="lam"')
    if str(own.pop("form", "limit")) != "limit":
        raise NotBuilt("the optimum of a process is found in the limit: leave the form out")
    return optimum_of_process(asked, over, ask=ask, **given, **own)


def gradient(process: Process | Path | str, over: Any, **given: Any) -> dict[str, dict[str, Any]]:
    """The derivative of every ask of a process along parameters, in the proportional limit.

    Args:
        process: a process, or the path or text of one.
        over: the parameters, a list or text with commas; a number of rows may be one.
        **given: d, spectrum, signal, digits, and parameters, arrays included.

    Returns:
        By ask and parameter.

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

    return gradient_of_process(_process(process), over, **given)


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
    repetitions: int | None = None,
    relative_error: float | None = None,
    method: str = "literal",
    seed: int = DEFAULT_SEED,
    workers: int = 1,
    **options: Any,
) -> Estimate | ProcessEstimate:
    """Simulate a setting, or a process, and compare with its theory.

    Args:
        question: as for `evaluate`, and so are the numbers.
        d: as for `evaluate`.
        T: as for `evaluate`.
        T0: as for `evaluate`.
        n: as for `evaluate`.
        sigma: as for `evaluate`.
        sigma0: as for `evaluate`.
        lam: as for `evaluate`.
        lam0: as for `evaluate`.
        spectrum: as for `evaluate`.
        signal: as for `evaluate`.
        repetitions: how many; or
        relative_error: stop when every standard error / mean is below it.
        method: "literal", the process as written; or "conditional", label noise integrated out.
        seed: of every draw, whatever the number of workers.
        workers: processes to draw with.
        **options: quantity and minus (of a setting), ask (of a process); other parameters.

    Raises:
        RidgeproofError: as `verification.simulation.simulate.simulate` and `simulate_process`.
    """
    own: dict[str, Any] = {
        "repetitions": repetitions, "relative_error": relative_error, "method": method,
        "seed": seed, "workers": workers,
    }  # fmt: skip
    more = ("ask", "quantity", "minus", "executor", "watch")
    own |= {name: options.pop(name) for name in more if name in options}
    given = _given(d, T, T0, n, sigma, sigma0, lam, lam0, spectrum, signal, options)
    asked = _asked(question, given)
    if isinstance(asked, Setting | dict):
        from ridgeproof.verification.simulation.simulate import simulate as simulate_setting

        return simulate_setting(make_setting(**asked) if isinstance(asked, dict) else asked, **own)
    from ridgeproof.verification.simulation.simulate_process import simulate_process

    return simulate_process(asked, **own, **given)


def exponents(
    process: Process | Path | str | None = None,
    *,
    scale: str | None = None,
    beta: Any = None,
    r: Any = None,
    c: Any = None,
    clean: bool = False,
    noise_free: bool = False,
    ell: Any = None,
    **given: Any,
) -> Exponents | Formulas | dict[str, AskExponents]:
    """Scaling exponents under a power law: the error as T^rate, the ridge as lam = T^-ell.

    Args:
        process: every ask of it, in place of the error of fake data.
        scale: what grows how in the process, as in "T0 = T^c, lam = T^-ell".
        beta: capacity, s_i = i^-beta; what is left out stays a symbol.
        r: source, s_i w0_i^2 ~ i^-(1 + 2 beta r).
        c: T0 = T^c rows per generator.
        clean: no fake data.
        noise_free: no label noise at all.
        ell: also the rate at lam = T^-ell.
        **given: of a process: ask, and the values of parameters and of names in the scale.

    Raises:
        InputError: a number is out of its range, or the scale does not fit the process.
        NotBuilt: an ask of the process has no exponents.

    >>> str(exponents(beta="3/2", r="2/5", c="3/10").rate)
    '-9/55'
    """
    if process is not None:
        from ridgeproof.numerics.scaling.slopes import process_exponents

        if clean or noise_free or scale is None:
            condition = "is how a process grows; its noise is its own"
            remedy = 'give scale="lam = T^-ell", and neither clean nor noise_free'
            raise InputError("scale", scale or MISSING, condition, remedy)
        given |= {} if c is None else {"c": c}
        return process_exponents(_process(process), scale, beta=beta, r=r, ell=ell, **given)
    if scale is not None or given:
        raise InputError("scale", scale or MISSING, "is of a process", "give a process too")
    from ridgeproof.theory import exponents as scaling
    from ridgeproof.theory.checks import exact

    known: dict[str, Fraction] = {
        name: scaling.check_parameter(name, exact(name, value), name=name)
        for name, value in (("beta", beta), ("r", r), ("c", c))
        if value is not None
    }
    at = None if ell is None else scaling.check_parameter("ell", exact("ell", ell), name="ell")
    found: Exponents | Formulas
    if len(known) == 3:
        found = scaling.exponents(**known, clean=clean, noise_free=noise_free, ell=at)
    else:
        noise = scaling.check_noise(clean=clean, noise_free=noise_free)
        found = scaling.formulas(known, noise, at)
    flags = {"clean": clean or None, "noise_free": noise_free or None}
    return replace(found, setting={**known, **flags, "ell": at})


def check(
    conjecture: Conjecture | Declared | ProcessConjecture | Path | str,
    *,
    seed: int = DEFAULT_SEED,
    **options: Any,
) -> Verdict:
    """Decide a conjecture: a record, a path, or the text of a conjecture file.

    Args:
        conjecture: a .toml file is read as data; a .py file is run, which passing it consents to.
        seed: of every draw.
        **options: alpha, tolerance, budget, time_limit, workers, watch: those of
            `verification.conjectures.check.check`.

    Raises:
        InputError: it states no conjecture, or no setting is in its domain.
    """
    from ridgeproof.verification.conjectures.check import check as check_record
    from ridgeproof.verification.conjectures.conjecture import read_conjecture
    from ridgeproof.verification.conjectures.declared import load_declared

    if isinstance(conjecture, Path | str):
        is_text = isinstance(conjecture, str) and "\n" in conjecture
        is_code = not is_text and Path(conjecture).suffix == ".py"
        conjecture = load_declared(Path(conjecture)) if is_code else read_conjecture(conjecture)
    elif not isinstance(conjecture, _conjectures()):
        condition = "is no conjecture"
        raise InputError("conjecture", conjecture, condition, "give a record, a path or a text")
    return check_record(conjecture, seed=seed, **options)


def verify(
    question: Process | Path | str | None = None,
    *,
    profile: str = "quick",
    seed: int = DEFAULT_SEED,
    workers: int = 1,
    **options: Any,
) -> ProcessReport | ClaimReport | list[ClaimReport]:
    """Put a claim on trial, all of them, or the theory of a process.

    Args:
        question: a process: its record, a path, or its text; or the id of a claim, such as "C1";
            without it every claim of the profile.
        profile: "quick" or "full".
        seed: of every draw.
        workers: processes to draw with.
        **options: of a process: d, spectrum, signal and its parameters.

    Raises:
        RidgeproofError: as `verification.suite.verify_process.verify_process`.
    """
    from ridgeproof.verification.claims import all_claims, claims_of, find_claim
    from ridgeproof.verification.suite.claim import PROFILES, verify_claim

    if profile not in PROFILES:
        raise InputError("profile", profile, "is none", f"choose from {', '.join(PROFILES)}")
    if question is None:
        names = claims_of(profile)
        return [verify_claim(find_claim(name), PROFILES[profile], seed) for name in names]
    if isinstance(question, str) and question.upper() in all_claims():
        return verify_claim(find_claim(question), PROFILES[profile], seed)
    from ridgeproof.verification.suite.verify_process import verify_process

    own: dict[str, Any] = {"profile": profile, "seed": seed, "workers": workers}
    return verify_process(_process(question), **own, **options)


def figure(
    name: str, out: Path | str | None = None, *, seed: int = DEFAULT_SEED, **options: Any
) -> FigureData:
    """Measure a figure of the source, and draw it where a file is named.

    Args:
        name: as `ridgeproof figure --list` shows.
        out: FILE.png, FILE.svg or FILE.pdf.
        seed: of the simulated points.
        **options: effort, shrink, workers, watch: those of `measure_figure`.

    Raises:
        RidgeproofError: there is no such figure, or nothing to draw with.
    """
    from ridgeproof.verification.figures.experiments import find_figure
    from ridgeproof.verification.figures.figure import measure_figure

    if not isinstance(name, str):
        raise InputError("figure", name, "is no name", "ridgeproof figure --list shows them")
    found = find_figure(name)
    if out is not None:
        from ridgeproof.plot import check_path, require_matplotlib

        check_path(_path("out", out))
        require_matplotlib()
    data = measure_figure(found, seed=seed, **options)
    if out is not None:
        from ridgeproof.plot import save_figure

        save_figure(data, Path(out))
    return data


def sweep(
    spec: Path | str, out: Path | str, *, seed: int = DEFAULT_SEED, **options: Any
) -> Summary:
    """Tabulate theory and simulation over a grid: SPEC.toml to a .csv or .parquet table.

    Args:
        spec: the path of a sweep file.
        out: the table; finished rows are kept beside it, in OUT.store.
        seed: of every draw.
        **options: workers, resume, overwrite, watch, note: those of `run_sweep`.

    Raises:
        RidgeproofError: as `verification.sweep.run.run_sweep`.
    """
    from ridgeproof.verification.sweep.run import read_sweep, run_sweep

    return run_sweep(read_sweep(_path("spec", spec), seed), _path("out", out), **options)


def _conjectures() -> tuple[type, ...]:
    from ridgeproof.verification.conjectures.conjecture import Conjecture
    from ridgeproof.verification.conjectures.declared import Declared
    from ridgeproof.verification.conjectures.processes.stated import ProcessConjecture

    return Conjecture, Declared, ProcessConjecture


def _path(name: str, value: Any) -> Path:
    if not isinstance(value, Path | str) or not str(value):
        raise InputError(name, value, "is no path", "give a path or its text")
    return Path(value)


def _given(
    d: Any, T: Any, T0: Any, n: Any, sigma: Any, sigma0: Any, lam: Any, lam0: Any,
    spectrum: Any, signal: Any, others: dict[str, Any],
) -> dict[str, Any]:  # fmt: skip
    """What was given of a question's numbers."""
    named = {
        "d": d, "T": T, "T0": T0, "n": n, "sigma": sigma, "sigma0": sigma0, "lam": lam,
        "lam0": lam0, "spectrum": spectrum, "signal": signal,
    }  # fmt: skip
    return {name: value for name, value in {**named, **others}.items() if value is not None}


def _asked(question: Question | None, given: dict[str, Any]) -> Setting | Process | dict[str, Any]:
    """A setting, the fields of one, or a process; arrays of a spectrum become its text."""
    from ridgeproof.curves import is_curve

    if not all(isinstance(given.get(name), str | None) for name in ("spectrum", "signal")):
        from ridgeproof.profiles import read_profiles

        given.update(read_profiles(given.get("spectrum"), given.get("signal"), given.get("d")))
    if isinstance(question, Setting):
        if not is_curve(given):
            return question.with_(**given)
        stated = {name: value for name, value in question.stated().items() if value is not None}
        return {**stated, **given}
    return given if question is None else _process(question)


def _process(question: Process | Path | str) -> Process:
    from ridgeproof.theory.process.file import read_process

    if isinstance(question, Process):
        return question
    if isinstance(question, Path | str):
        return read_process(question)
    remedy = "give make_setting(...), process(...), a path, or the text of a process file"
    raise InputError("question", question, "is neither a setting nor a process", remedy)
