"""Formulas of processes: what they evaluate to, what they are, and what has none."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.profiles import Directions, space_of
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.equivalent.formulas import laurent
from ridgeproof.theory.equivalent.formulas.code import code
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.equivalent.formulas.program import program_of
from ridgeproof.theory.equivalent.formulas.recognised import recognised
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.pipelines import processes

EXAMPLES = Path("examples/processes")


def _process(steps, parameters="d = 20\nT = 60", ask="risk(m)", more=""):
    return read_process(
        f'[process]\nsteps = """\n{steps}\n"""\n[process.parameters]\n{parameters}\n{more}'
        f'[ask]\nrisk = "{ask}"\n'
    )


def _exported(process, **values):
    """What the exported module says: its own code, its own roots."""
    formulas = derive_process(process, **values)
    module = {}
    exec(compile(code(program_of(formulas), "python"), "export", "exec"), module)  # noqa: S102
    setting = make_setting(T=1, **space_of(process, values.get("d"))._asdict())
    directions = Directions(build_spectrum(setting, Float64()), Float64(), one_by_one=True)
    numbers = {n: float(v) for n, v in values.items() if n in formulas.parameters}
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        return formulas, module["f"](directions.s, directions.w0, **numbers)


@settings(max_examples=6, deadline=None, derandomize=True)
@given(processes(fits=3))
def test_exports_of_random_pipelines_equal_evaluate(process):
    """Shared rows, pooled lists, weights, penalties, features: what is not refused agrees."""
    try:
        _, values = _exported(process)
    except NotBuilt:
        return
    expected = evaluate_process(process, terms=False).values
    for name, value in values.items():
        assert abs(value - expected[name]) <= 1e-12 * max(abs(expected[name]), 1e-2), name


def test_long_sums_are_named(monkeypatch):
    """With short sums only, profiles and numbers get names, and nothing changes."""
    monkeypatch.setattr(laurent, "LONGEST", 3)
    process = read_process(EXAMPLES / "iterated_ridge.toml")
    formulas, values = _exported(process)
    assert any(unknown.symbols[0].name.startswith("g") for unknown in formulas.unknowns)
    expected = evaluate_process(process, terms=False).values
    for name, value in values.items():
        assert value == pytest.approx(float(expected[name]), rel=1e-12)


@pytest.mark.parametrize(("T", "lam"), [(60, 0), (12, 0), (60, "-1/200"), (12, "1/10")])
def test_branches_of_one_fit(T, lam):
    """Without ridge on either side, and left of zero, the formulas are those of their branch."""
    process = _process(
        "A = rows(T)\nm = ridge(A@w0 + sigma*noise(A), lam)\nu = ridge(A@m, lam)",
        f'd = 20\nspectrum = "power-law:1"\nT = {T}\nlam = "{lam}"\nsigma = 1',
        "risk(u)",
    )
    formulas, values = _exported(process)
    expected = float(evaluate_process(process).values["risk"])
    assert values["risk"] == pytest.approx(expected, rel=1e-12)
    assert bool(formulas.assumptions) == (lam == 0)


def test_a_module_refuses_another_branch():
    """Formulas for lam = 0 on more rows than directions say so when they are given fewer."""
    process = _process("A = rows(T)\nm = least_squares(A@w0 + sigma*noise(A))")
    module = {}
    exec(code(program_of(derive_process(process)), "python"), module)  # noqa: S102
    assert module["f"](np.ones(20), np.ones(20), T=60, sigma=1)["risk"] == pytest.approx(0.5)
    with pytest.raises(ValueError, match="these formulas are for d < T"):
        module["f"](np.ones(20), np.ones(20), T=10, sigma=1)
    beyond = {}
    exec(code(program_of(derive_process(_process("m = ridge(rows(T)@w0, lam)"))), "python"), beyond)  # noqa: S102
    with pytest.raises(ValueError, match="beyond the spectral edge"):
        beyond["f"](np.ones(20), np.ones(20), T=60, lam=-1)


@pytest.mark.parametrize(
    ("steps", "theorem"),
    [
        ("A = rows(T)\nm = ridge(A@w0 + sigma*noise(A), lam)", "ridge, n = 0"),
        ("A = rows(T)\nm = least_squares(A@w0 + sigma*noise(A))", "ridgeless, n = 0"),
        (
            (
                "B = rows(T)\ng = least_squares(B@w0 + tau*noise(B))\n"
                "A = rows(T2)\nm = ridge(A@g + sigma*noise(A), lam)"
            ),
            "ridge, n = 1",
        ),
        (
            (
                "B = rows(T)\ng = ridge(B@w0 + tau*noise(B), nu)\n"
                "A = rows(T2)\nm = ridge(A@g + sigma*noise(A), lam)"
            ),
            "moments after generator, n = 1",
        ),
        (
            "B = rows(T)\ng = least_squares(B@w0 + tau*noise(B))\nm = ridge(B@g, lam)",
            "ridge, n = 0",
        ),
        ("B = rows(T)\ng = ridge(B@w0 + tau*noise(B), nu)\nm = ridge(B@g, lam)", None),
    ],
)
def test_theorems_are_recognised(steps, theorem):
    """A special case is named by its theorem whatever its parameters are called, others are not."""
    sizes = "d = 20\nT = 60" + ("\nT2 = 50" if "T2" in steps else "")
    assert recognised(derive_process(_process(steps, sizes))).get("risk") == theorem


@pytest.mark.parametrize(
    ("steps", "error", "said"),
    [
        ("A = rows(T)\nm = gradient_flow(A@w0, t)", NotBuilt, "gradient_flow has no formula"),
        ("A = rows(T)\nm = gradient_descent(A@w0, eta, 11)", NotBuilt, "55 pairs of them"),
        ("A = rows(T)\nm = least_squares(A@w0)", InputError, "T"),
        (
            "m = w0\nfor _ in range(500):\n    A = rows(T)\n    m = ridge(A@m, lam)",
            NotBuilt,
            "set a count of a few rounds",
        ),
    ],
)
def test_what_has_no_formula_is_refused(steps, error, said):
    """Filters by name, a branch without the numbers that decide it, and loops not unrolled."""
    with pytest.raises(error, match=said):
        derive_process(_process(steps, "d = 20"))
