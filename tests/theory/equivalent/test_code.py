"""Formulas as code: each language runs what is printed for it, and says what evaluate says."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from functools import lru_cache
from pathlib import Path

import pytest

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.profiles import Directions, space_of
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.equivalent.formulas.code import code
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.equivalent.formulas.languages import LANGUAGES
from ridgeproof.theory.equivalent.formulas.program import program_of, program_of_theorem
from ridgeproof.theory.errors import NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.settings.setting import make_setting

EXAMPLES = sorted(p for p in Path("examples/processes").glob("*.toml"))
# Gradient flow and loops of many fits on common rows are left out, with a reason.
REFUSED = {
    "accumulate_or_replace": {"accumulated"},
    "early_stopping": {"flow", "descent", "ratio"},
    "weak_to_strong": {"stopped_early"},
}
PYTHON = """
import importlib.abc, inspect, json, sys
class OnlyNumpy(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        known = name.split(".")[0] in sys.stdlib_module_names | {"numpy"}
        if not known: raise ImportError(name)
sys.meta_path.insert(0, OnlyNumpy())
answers = []
for text, arguments, options in json.load(sys.stdin):
    module = {}
    exec(text, module)
    f = module["f"]
    answers.append({name: float(x) for name, x in f(*arguments, **options).items()})
    if "jax" in module and "lam" in inspect.signature(f).parameters:
        answers[-1] = [answers[-1], slopes(module["jax"], f, arguments, options)]
print(json.dumps(answers))
"""
# The derivative by the penalty, mapped over two of them, and the slope between neighbours.
SLOPES = """
def slopes(jax, f, arguments, options):
    lam = {"lam": 0.1, **options}["lam"]
    total = lambda x: sum(f(*arguments, **{**options, "lam": x}).values())
    mapped = jax.jit(jax.vmap(jax.grad(total)))(jax.numpy.array([2 * lam, lam]))
    step = 1e-4 * lam
    return float(mapped[1]), float(total(lam + step) - total(lam - step)) / (2 * step)
"""
NODE = """
const cases = JSON.parse(require("fs").readFileSync(0, "utf8"));
const answers = cases.map(([text, args, options]) => {
  const module = {};
  new Function("module", text)(module);
  return module.exports.f(...args, options);
});
console.log(JSON.stringify(answers));
"""


@lru_cache
def _programs():
    """Every example with its numbers and what evaluate says of them; and the theorem of ridge."""
    made = []
    for path in EXAMPLES:
        process = read_process(path)
        try:
            formulas = derive_process(process)
        except NotBuilt:
            continue
        setting = make_setting(T=1, **space_of(process, None)._asdict())
        directions = Directions(build_spectrum(setting, Float64()), Float64(), one_by_one=True)
        values = evaluate_process(process, terms=False).values
        options = {
            x.name: directions.profile(formulas.levels[x], infinite=True).tolist()
            for x in program_of(formulas).given
        }
        numbers = [directions.s.tolist(), directions.w0.tolist()]
        made.append((program_of(formulas), numbers, options, values))
        minima = {name for name, ask in process.asks if re.search(r"(minimum|argmin)\(", str(ask))}
        assert set(formulas.refused) == minima | REFUSED.get(path.stem, set())
    said = {"T": 60, "T0": 50, "sigma": 0.5, "sigma0": 0.25, "lam": 0.1, "n": 3}
    setting = make_setting(d=20, spectrum="power-law:1", signal="source:1/2", **said)
    directions = Directions(build_spectrum(setting, Float64()), Float64(), one_by_one=True)
    numbers = [directions.s.tolist(), directions.w0.tolist()]
    value = evaluate(setting, form="exact").value
    made.append((program_of_theorem(find("ridge")), numbers, said, {"test_error": value}))
    return made


def _run(command, language, programs):
    cases = [(code(each[0], language), each[1], each[2]) for each in programs]
    found = subprocess.run(  # noqa: S603
        command, input=json.dumps(cases), capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def _agree(answers, programs):
    for (program, _, _, expected), found in zip(programs, answers, strict=True):
        assert found.keys() == program.answers.keys()
        for name in found.keys() & expected.keys():
            right = float(expected[name])
            assert abs(found[name] - right) <= 1e-10 * max(abs(right), 1e-3), (program.title, name)


@pytest.mark.slow
def test_python_needs_numpy_only():
    """With every other import refused the examples say what evaluate says."""
    _agree(_run([sys.executable, "-c", PYTHON], "python", _programs()), _programs())


def test_javascript_in_node():
    """The same in JavaScript, where node is installed."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not installed")
    _agree(_run([node, "-e", NODE], "javascript", _programs()), _programs())


@pytest.mark.slow
def test_jax_differentiates_and_maps():
    """The same in jax, where it is installed; the gradient is the slope, mapped over penalties.

    Longer formulas take XLA minutes.
    """
    if importlib.util.find_spec("jax") is None:
        pytest.skip("jax is not installed")
    script = SLOPES + PYTHON.replace("sys.meta_path.insert(0, OnlyNumpy())", "")
    programs = [each for each in _programs() if len(each[0].unknowns) <= 6]
    answers = _run([sys.executable, "-c", script], "jax", programs)
    slopes = [each[1] for each in answers if isinstance(each, list)]
    assert len(slopes) > 4
    for slope, difference in slopes:
        assert slope == pytest.approx(difference, rel=1e-5)
    _agree([each[0] if isinstance(each, list) else each for each in answers], programs)


def test_parameters_may_be_words_of_a_language():
    """A parameter that a language has a word for gets another name there."""
    process = read_process(
        '[process]\nsteps = "A = rows(T)\\nm = ridge(A@w0, new + np)"\n[process.parameters]\n'
        'd = 20\nT = 40\n[ask]\nrisk = "risk(m)"\n'
    )
    program = program_of(derive_process(process))
    assert "new_" in code(program, "javascript")
    assert "np_" in code(program, "python")
    assert {"python", "jax", "javascript"} == set(LANGUAGES)


def test_a_theorem_without_an_equation_has_no_code():
    """What no equation here defines is refused by name."""
    with pytest.raises(NotBuilt, match="nothing here solves for"):
        program_of_theorem(find("elliptical-least-squares"))
