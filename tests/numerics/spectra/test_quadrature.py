"""Power laws as weighted levels: sums against arrays, zeta values and settings in balls."""

import dataclasses
from fractions import Fraction

import mpmath
import numpy as np
import pytest

import ridgeproof
from ridgeproof.numerics.equivalent import profiles
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.spectra.quadrature import indices
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError
from ridgeproof.theory.process.facts import only_ask
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.settings.setting import make_setting

STEPS = """[process]
steps = '''
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
u = ridge([A@m, rows(2*T)@w0], lam, weights=[1, 1/2])
f = ridge(y, lam, features=features(T/2))
'''
[process.parameters]
T = 400
sigma = "1/2"
lam = "1/1000"
spectrum = "power-law:3/2"
signal = "source:1/2"
[ask]
teacher = "risk(m)"
student = "risk(u)"
features = "risk(f)"
"""
PROCESS = read_process(STEPS)


def _asking(ask: str, **profiles_of: str):
    tables = "".join(f'{name} = "{text}"\n' for name, text in profiles_of.items())
    head, _ = STEPS.split("[ask]")
    return read_process(f'{head}[process.covariances]\n{tables}[ask]\nasked = "{ask}"\n')


@pytest.mark.parametrize("beta", [Fraction(11, 10), Fraction(3, 2), Fraction(4)])
def test_infinite_sums_are_zeta_values(beta):
    """Both rules give sums of powers that no kappa enters; a rule cut short would miss the tail."""
    for second, reach in ((False, 1e-14), (True, 3e-13)):
        i, counts = indices(beta, np.inf, second=second)
        for p in (beta, 2 * beta, 3 * beta + 1):
            exact = float(mpmath.zeta(mpmath.mpf(p.numerator) / p.denominator))
            assert i ** -float(p) @ counts == pytest.approx(exact, rel=reach)


def test_rules_sum_as_the_array_does(monkeypatch):
    """A process of 30,000 directions, by the rule and one by one."""
    by_rule = evaluate_process(PROCESS, d=30_000)
    monkeypatch.setattr(profiles, "is_function", lambda _: False)
    one_by_one = evaluate_process(PROCESS, d=30_000)
    for name, value in one_by_one.values.items():
        np.testing.assert_allclose(by_rule.values[name], value, rtol=1e-13)


@pytest.mark.parametrize("d", [10**12, "inf"])
def test_processes_agree_with_settings_in_balls(d):
    """The sums of Taylor models with proved remainders share nothing with the rule."""
    setting = make_setting(
        d=d, T=400, sigma="1/2", lam="1/1000", spectrum="power-law:3/2", signal="source:1/2"
    )
    known = float(evaluate(setting, digits=20).value)
    assert evaluate_process(PROCESS, d=d).values["teacher"] == pytest.approx(known, rel=1e-13)


def test_slopes_reach_a_million_million_rows():
    """At lam = 1/T the noise decides: the error falls as T^-(1 - 1/beta)."""
    T = np.array([1e9, 1e12])
    low, high = evaluate_process(PROCESS, d="inf", T=T, lam=T**-1.0, terms=False).values["teacher"]
    assert np.log10(high / low) / 3 == pytest.approx(-1 / 3, abs=1e-3)


def test_best_penalties_of_infinitely_many_directions():
    """Lower than its neighbours; of a weight that jumps far out none is claimed."""
    process = only_ask(PROCESS, "teacher")
    found = ridgeproof.optimum(process, over="lam", d="inf")
    given = dict(PROCESS.defaults) | {"d": "inf"}
    known = ridgeproof.evaluate(
        process, **given | {"lam": found.at["lam"] * np.array([0.99, 1, 1.01])}
    )
    assert known.values["teacher"].argmin() == 1
    jumps = _asking("risk(m) + norm2(m, 'M')", M="where(i - 123456, s, 1)")
    with pytest.raises(SolverError, match="two rules for the sum"):
        ridgeproof.optimum(jumps, over="lam", d="inf")


def test_what_no_rule_sums_is_refused():
    """A sum that diverges, a jump far out, and a d that has no value."""
    for process in (
        _asking("norm2(m, 'M')", M="i"),
        _asking("norm2(m, 'M')", M="where(i - 123456, s, 1)"),
    ):
        with pytest.raises(SolverError, match="two rules for the sum"):
            evaluate_process(process, d="inf")
    sized = read_process(STEPS.replace("rows(2*T)", "rows(d + T)"))
    with pytest.raises(InputError, match="finite d"):
        evaluate_process(dataclasses.replace(sized, asks=sized.asks[1:2]), d="inf")
    with pytest.raises(NotBuilt):
        evaluate_process(PROCESS, d="inf", certified=True)
    with pytest.raises(NotBuilt, match="profile"):
        evaluate_process(_asking("norm2(m, 'M')", M="ar1:1/2"), d="inf")
