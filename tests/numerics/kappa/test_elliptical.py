"""Elliptical least squares: q by hand, in every engine, and against simulation."""

from __future__ import annotations

import mpmath
import pytest

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.chains.phase import phase
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.kappa.elliptical import elliptical_ratio
from ridgeproof.theory.errors import InputError, NoTheorem
from ridgeproof.theory.formula import Form
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.settings.features import parse_features
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.simulation.simulate_process import simulate_process

LAW = "elliptical:1/2*2/3,2*1/3"


def by_hand(phi):
    """The root of (2/3) q/2/(1+q/2) + (1/3) 2q/(1+2q) = phi: a quadratic in q."""
    phi = mpmath.mpf(phi.numerator) / phi.denominator if hasattr(phi, "numerator") else phi
    # Multiply by (1+q/2)(1+2q) = 1 + 5q/2 + q^2: q (1 + q) = phi (1 + 5q/2 + q^2).
    A, B, C = 1 - phi, 1 - 5 * phi / 2, -phi
    return (-B + mpmath.sqrt(B * B - 4 * A * C)) / (2 * A)


@pytest.mark.parametrize(("d", "rows"), [(10, 40), (30, 31), (1, 10**6), (999, 1000), (7, 9)])
def test_the_ratio_is_the_root_of_a_quadratic(d, rows):
    """Two scales give a quadratic, solved here by its formula at 60 digits."""
    with mpmath.workdps(60):
        expected = by_hand(mpmath.mpf(d) / rows)
    law = parse_features(LAW)
    assert float(elliptical_ratio(law, d, rows, Float64())) == pytest.approx(
        float(expected), rel=1e-14
    )
    with mpmath.workdps(60):
        assert abs(center(elliptical_ratio(law, d, rows, Balls(50))) / expected - 1) < 1e-49


def test_the_ratio_needs_more_rows_than_dimensions():
    """There is no least-squares ratio for T <= d."""
    with pytest.raises(InputError, match="must exceed d = 5"):
        elliptical_ratio(parse_features(LAW), 5, 5, Float64())


def test_equal_scales_give_the_normal_limit():
    """tau = 1 is the normal law: sigma^2 phi/(1-phi) + n sigma0^2 phi0/(1-phi0)."""
    base = {"d": 10, "T": 40, "T0": 30, "n": 3, "sigma": 1, "sigma0": 2}
    flat = evaluate(make_setting(**base, features="elliptical:1*1/3,1*2/3"), digits=30)
    normal = evaluate(make_setting(**base), digits=30)
    assert flat.formulas == ("elliptical-least-squares",)
    assert normal.formulas == ("ridgeless",)
    assert abs(flat.value - normal.value) <= flat.radius + normal.radius


def test_evaluation_encloses_the_law():
    """The certified value contains sigma^2 q + n sigma0^2 q0 by hand, and nothing much else."""
    setting = make_setting(d=10, T=40, T0=30, n=3, sigma=1, sigma0=2, features=LAW)
    found = evaluate(setting, digits=40, certified=True)
    with mpmath.workdps(60):
        expected = by_hand(mpmath.mpf(1) / 4) + 12 * by_hand(mpmath.mpf(1) / 3)
        assert abs(found.value - expected) <= found.radius <= mpmath.mpf(10) ** -37


def test_simulation_gives_the_law_and_refuses_the_normal_one():
    """At d = 100 the law holds within its O(1/d), while d/(T-d) is off by many standard errors."""
    setting = make_setting(d=100, T=200, sigma=1, features=LAW)
    found = simulate(setting, repetitions=64, method="conditional", seed=1)
    assert found.theory_kind == "limit"
    assert abs(found.mean - found.theory) < 0.05 * found.theory
    assert abs(found.mean - 1) > 20 * found.standard_error


@pytest.mark.parametrize(
    "changes",
    [
        {"lam": "1/10"},
        {"T": 5},
        {"T0": 5},
        {"lam0": "1/10"},
    ],
)
def test_elliptical_features_have_no_other_theorem(changes):
    """Only least squares everywhere is known; everything else is refused, and named."""
    base = {"d": 10, "T": 40, "T0": 30, "n": 1, "sigma": 1, "sigma0": 1, "features": LAW}
    with pytest.raises(NoTheorem, match="elliptical-least-squares"):
        evaluate(make_setting(**{**base, **changes}))


def test_the_theorem_for_processes_has_it_as_a_special_case():
    """Rows split by their scales, and the root q, are the same number: no line is shared."""
    setting = make_setting(d=10, T=40, T0=30, n=3, sigma=1, sigma0=2, features=LAW)
    known = evaluate(setting, digits=30, certified=True)
    found = evaluate_process(setting.process(), digits=30, certified=True)
    gap = abs(found.values["test_error"].item() - known.value)
    assert gap <= found.radii["test_error"].item() + known.radius


def test_every_fit_on_elliptical_rows_meets_its_limit():
    """Pooled, flowing, random features, and a training error; the normal limit is refused."""
    steps = """
A = rows(T, law='{}')
y = A@w0 + 1/2*noise(A)
t = ridge(y, 1/20)
u = ridge([rows(2*d)@t, y], 1/10, weights=[2, 1])
g = gradient_flow(y, 2)
x = ridge(A@t, 1/20, features=features(3*d))
"""
    asks = ["risk(t)", "risk(u)", "risk(g)", "risk(x)", "mean_square(y-A@t)", "df(t)"]
    text = "[process]\nsteps = '''{}'''\n[ask]\n{}"
    listed = "\n".join(f'q{place} = "{ask}"' for place, ask in enumerate(asks))
    process = read_process(text.format(steps.format(LAW), listed))
    normal = read_process(text.format(steps.format("gaussian"), listed))
    off = {}
    for d, repetitions in ((20, 400), (40, 200)):
        drawn = simulate_process(process, d=d, T=3 * d, repetitions=repetitions, seed=1)
        for name, found in drawn.asks.items():
            assert abs(found.mean - found.theory) < 3.5 * found.standard_error + 0.15 / d, name
        off[d] = drawn.asks["q5"].mean - drawn.asks["q5"].theory
    assert 1.4 < off[20] / off[40] < 2.8
    other = evaluate_process(normal, d=40, T=120).values["q5"]
    assert abs(drawn.asks["q5"].mean - other) > 20 * drawn.asks["q5"].standard_error


def test_exact_forms_and_phases_are_refused():
    """The exact pieces are those of normal features, and the phases those of iid entries."""
    setting = make_setting(d=10, T=40, T0=30, n=1, sigma=1, sigma0=1, features=LAW)
    with pytest.raises(NoTheorem, match="exact form"):
        evaluate(setting, form=Form.EXACT)
    with pytest.raises(NoTheorem, match="phases"):
        phase(setting)
