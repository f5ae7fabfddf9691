"""The second routes for the formulas of a process: altered formulas fail, true ones are limits."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest
from sympy import Add, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.catalogue import find
from ridgeproof.theory.equivalent.formulas.code import code
from ridgeproof.theory.equivalent.formulas.derived import derive_process
from ridgeproof.theory.equivalent.formulas.program import program_of
from ridgeproof.theory.equivalent.formulas.sections import derivation_of_theorem
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.derivations.process_checks import check_formulas, check_theorem

KAPPA1, KAPPA2 = Symbol("kappa1", real=True), Symbol("kappa2", real=True)


@lru_cache
def _formulas(name):
    return derive_process(read_process(Path(f"examples/processes/{name}.toml")))


def _holds(formulas):
    return all(check is not False for section in check_formulas(formulas) for check in section)


def _without_a_term(expression):
    """One term of the widest sum is left out."""
    widest = max(expression.atoms(Add), key=lambda each: len(each.args))
    return expression.xreplace({widest: Add(*widest.args[:-1])})


def _exchanged(expression):
    """The arguments of df2(kappa1, kappa2) and its kin become the same."""

    def change(node):
        both = node.has(KAPPA1) and node.has(KAPPA2)
        return SpectralSum(node.summand.subs(KAPPA1, KAPPA2)) if both else node

    return expression.replace(lambda node: isinstance(node, SpectralSum), change)


def _one_row_less(expression):
    return expression.subs(sy.T, sy.T - 1)


def _other_power(expression):
    """The first sum has s^2 for s."""
    first = min(expression.atoms(SpectralSum), key=str)
    return expression.xreplace({first: SpectralSum(first.summand * sy.s)})


@pytest.mark.parametrize("name", ["self_distillation", "weak_to_strong", "synthetic_beside_real"])
@pytest.mark.parametrize("change", [_without_a_term, _exchanged, _one_row_less, _other_power])
def test_altered_formulas_fail(name, change):
    """A dropped term, a swapped kappa, T - 1 for T or a wrong power in any line is seen."""
    formulas = _formulas(name)
    assert _holds(formulas)
    for ask, formula in formulas.asks.items():
        altered = change(formula)
        if altered != formula:
            assert not _holds(replace(formulas, asks={**formulas.asks, ask: altered}))
    for place, unknown in enumerate(formulas.unknowns):
        if not any(each.has(SpectralSum) and each.atoms(Add) for each in unknown.right):
            continue
        right = tuple(map(change, unknown.right))
        if right != unknown.right:
            others = list(formulas.unknowns)
            others[place] = replace(unknown, right=right)
            assert not _holds(replace(formulas, unknowns=tuple(others)))


def _distilled(X, rng, w0, s):
    """The student's expected risk given the rows, xi = 3/2, lam = 1/10, sigma = 1/2."""
    del rng
    T, d = X.shape
    R = np.linalg.inv(X.T @ X / T + np.eye(d) / 10)
    B = R @ X.T @ (1.5 * X @ R @ X.T / T - 0.5 * np.eye(T)) / T
    return s @ (B @ X @ w0 - w0) ** 2 + s @ (B**2).sum(axis=1) / 4


def _strengthened(X, rng, w0, s):
    """The same of a student on fresh rows, whose teacher sees 3/4 d random features, lam = 1/10."""
    T, d = X.shape
    m = 3 * d // 4
    F = rng.normal(size=(m, d)) / np.sqrt(m)
    Y = rng.normal(size=X.shape) * np.sqrt(s)
    Z = X @ F.T
    teacher = F.T @ np.linalg.inv(Z.T @ Z / T + np.eye(m) / 10) @ Z.T / T
    B = np.linalg.inv(Y.T @ Y / T + np.eye(d) / 10) @ Y.T @ Y / T @ teacher
    return s @ (B @ X @ w0 - w0) ** 2 + s @ (B**2).sum(axis=1) / 4


STEPS = {
    _distilled: "y = A@w0 + sigma*noise(A)\nm = ridge(y, lam)\nu = ridge(3/2*(A@m) - 1/2*y, lam)",
    _strengthened: "m = ridge(A@w0 + sigma*noise(A), lam, features=features(3*d/4))\n"
    "B = rows(T)\nu = ridge(B@m, lam)",
}


@pytest.mark.parametrize("drawn", STEPS)
def test_formulas_are_limits_of_random_matrices(drawn):
    """The distance from literal matrices falls as 1/d: halved twice from d = 12 to 48."""
    process = read_process(
        f'[process]\nsteps = """\nA = rows(T)\n{STEPS[drawn]}\n"""\n'
        '[process.parameters]\nd = 12\nT = 18\nsigma = "1/2"\nlam = "1/10"\n'
        '[ask]\nrisk = "risk(u)"\n'
    )
    module = {}
    exec(code(program_of(derive_process(process)), "python"), module)  # noqa: S102
    rng = np.random.Generator(np.random.PCG64DXSM(7))
    s, w0 = np.geomspace(2, 0.2, 12), np.linspace(1, -0.5, 12)
    claimed = module["f"](s, w0)["risk"]
    distances, errors = [], []
    for k, draws in ((1, 4000), (2, 2000), (4, 1000)):
        levels, signal = np.tile(s, k), np.tile(w0, k) / np.sqrt(k)
        values = [
            drawn(rng.normal(size=(18 * k, 12 * k)) * np.sqrt(levels), rng, signal, levels)
            for _ in range(draws)
        ]
        distances.append(np.mean(values) - claimed)
        errors.append(np.std(values, ddof=1) / np.sqrt(draws))
    # What is of order 1/d cancels between the last two; the first is a distance indeed.
    extrapolated, error = 2 * distances[2] - distances[1], np.hypot(2 * errors[2], errors[1])
    assert abs(extrapolated) < 4 * error < 0.1 * claimed
    assert distances[0] > max(4 * errors[0], 2 * distances[2])


_SLOW = pytest.param("random-features", marks=pytest.mark.slow)


@pytest.mark.parametrize("name", ["generator", "moments", "mixing", _SLOW])
def test_a_theorem_is_the_formula_of_its_process(name):
    """Every line holds; the last one neither off by a millionth, nor with a symbol misread."""
    derivation = find(name).derive()
    formulas = derivation.formulas
    assert all(all(section) for section in check_theorem(derivation, formulas))
    *before, last = derivation.sections
    *steps, closing = last.steps
    off = replace(closing, expression=closing.expression * (1 + Rational(1, 10**6)))
    wrong = replace(derivation, sections=(*before, replace(last, steps=(*steps, off))))
    assert check_theorem(wrong, formulas)[-1] == [True, False]
    misread = replace(derivation, meanings={**derivation.meanings, sy.a: derivation.meanings[sy.m]})
    assert check_theorem(misread, formulas)[-1] == [True, False]
    targets = {section.label: section.result for section in derivation.sections[2:]}
    targets[last.label] += sy.s * sy.w0**2 if name == "generator" else sy.d
    with pytest.raises(DerivationError, match="which is not"):
        derivation_of_theorem(name, formulas.process, targets, derivation.meanings, "")


def test_rows_of_two_scales_are_the_formula_of_their_process():
    """Every line holds; with the scales exchanged, or the q of normal rows, it does not."""
    name = "elliptical-least-squares"
    derivation = find(name).derive()
    formulas = derivation.formulas
    assert all(all(section) for section in check_theorem(derivation, formulas))
    h1, c2, T1, T2 = (Symbol(x, real=True) for x in ("h1", "c2", "T1", "T2"))
    misread = replace(derivation, meanings={sy.q0: (1 / h1 - 1) / c2**2})
    assert check_theorem(misread, formulas)[-1] == [True, False]
    normal = {"variance": sy.sigma0**2 / (sy.s * (T1 + T2 - sy.d))}
    with pytest.raises(DerivationError, match="which is not"):
        derivation_of_theorem(name, formulas.process, normal, derivation.meanings, "")
