"""Derived formulas: against formulas typed again by hand, and against one another by proof."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sympy import (
    Add,
    Integer,
    Piecewise,
    Rational,
    Symbol,
    cancel,
    expand_func,
    false,
    limit,
    oo,
    polygamma,
    simplify,
    sqrt,
    together,
    true,
)

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus.algebra import canonical, equal, equal_when_isotropic
from ridgeproof.theory.calculus.derivation import insert, restate
from ridgeproof.theory.calculus.recurrences import solve_affine
from ridgeproof.theory.catalogue import catalogue, find
from ridgeproof.theory.definitions import DEFINITIONS
from ridgeproof.theory.errors import DerivationError
from ridgeproof.theory.formula import ERROR_TERMS, Form
from ridgeproof.theory.settings.features import Uniform
from ridgeproof.theory.specialise import isotropic, ridgeless, specialise
from ridgeproof.theory.spectral import SpectralSum
from ridgeproof.verification.derivations.world_values import value
from ridgeproof.verification.derivations.worlds import draw_world, make_shape

P2 = sy.synthetic_fraction
BY_RULES = [f for f in catalogue().values() if f.kind.value not in {"scaling", "equations"}]


def world(seed, *, lam=0.3, isotropic=False, wide=False):
    """Numbers for every symbol; T0 below d where asked, and lam = 0 with T > d."""
    rng = np.random.Generator(np.random.PCG64DXSM(seed))
    sizes = {"d": 9, "T": 13, "T0": 6} if wide else {"d": 6, "T": 11, "T0": 14}
    shape = replace(make_shape(rng, **sizes, lam=lam, isotropic=isotropic), law=Uniform())
    return draw_world(shape, rng, estimates=False)


def by_hand(name, w):
    """The formulas of the theory in NumPy, typed from the paper's notation, as (name, number)."""
    s, w0, a, m = (w.levels[x] for x in (sy.s, sy.w0, sy.a, sy.m))
    d, T, T0, n = (w.scalars[x] for x in (sy.d, sy.T, sy.T0, sy.n))
    sigma, sigma0, kappa, k0 = (w.scalars[x] for x in (sy.sigma, sy.sigma0, sy.kappa, sy.kappa0))
    K, K0 = kappa / (s + kappa), k0 / (s + k0)
    u, u0 = 1 - K, 1 - K0
    gamma, gamma0 = np.sum(u**2) / T, np.sum(u0**2) / T0
    b, inflation = np.sum(s * w0**2), gamma / (1 - gamma)
    eta, nu, k = T0 / d, T0 / (d - T0 - 1), kappa / (1 + kappa)
    shrink = (1 - k) ** 2 + inflation * k**2
    match name:
        case "ridgeless":
            yield "bias", 0.0
            yield "variance", sigma**2 * d / (T - d - 1)
            yield "synthetic", n * sigma0**2 * d / (T0 - d - 1)
        case "ridge":
            rho = (np.sum(u**2) + inflation * np.sum(K**2)) / (T0 - d - 1)
            yield "bias", kappa**2 * np.sum(s * w0**2 / (s + kappa) ** 2) / (1 - gamma)
            yield "variance", sigma**2 * inflation
            yield "synthetic", n * sigma0**2 * rho
        case "moments":
            fit = np.sum(s * (u**2 * a - 2 * u * m * w0 + w0**2))
            yield "test_error", fit + inflation * (np.sum(s * K**2 * a) + sigma**2)
        case "mixing":
            p2, real = w.scalars[P2], w.scalars[sy.sigma_real]
            G, D, mean = 1 / (s + kappa), a - 2 * m * w0 + w0**2, m - w0
            noise = ((1 - p2) * real**2 + p2 * sigma**2) * gamma
            base = (kappa**2 * np.sum(s * G**2 * w0**2) + noise) / (1 - gamma)
            cross = kappa * np.sum(s * G * w0 * mean)
            cross -= kappa**2 * np.sum(s * G**2 * w0 * mean) / (1 - gamma)
            own = np.sum(D * s**3 * G**2) + kappa**2 * np.sum(D * s * G**2) * inflation
            noisy = np.sum(D * s) * inflation
            yield "test_error", base - 2 * p2 * cross + p2**2 * own + p2 * (1 - p2) * noisy
        case "mixing-least-squares":
            N2, real = T * w.scalars[sy.synthetic_fraction], w.scalars[sy.sigma_real]
            c = T**2 * (N2 + d + 1) - 2 * T * N2 * d - T * N2 - T * d - 5 * T + 2 * N2 + 2 * d + 2
            c *= N2 / (T * (T - 1) * (T + 2) * (T - d - 1))
            noise = ((T - N2) * real**2 + N2 * sigma**2) / T * d / (T - d - 1)
            yield "test_error", noise + c * np.sum(s * (a - 2 * m * w0 + w0**2))
        case "random-features":
            p2, real, M = (w.scalars[x] for x in (P2, sy.sigma_real, sy.width))
            B = np.sum(u**2) + (np.sum(u) - np.sum(u**2)) ** 2 / (M - np.sum(u**2))
            rho, r = np.sum(u - u**2) / (kappa * (M - np.sum(u**2))), B / T

            def lost(level):
                return kappa**2 * np.sum(s * level * (1 + s * rho) / (s + kappa) ** 2)

            def once(level):
                return np.sum(s * level * kappa / (s + kappa))

            noise = (1 - p2) * real**2 + p2 * sigma**2
            D, drift = a - 2 * m * w0 + w0**2, w0 * (m - w0)
            total = np.sum(s * D)
            clean = (lost(w0**2) + noise * r) / (1 - r)
            cross = 2 * p2 * (lost(drift) / (1 - r) - once(drift))
            own = p2**2 * (total - 2 * once(D) + lost(D) / (1 - r))
            yield "test_error", clean + cross + own + p2 * (1 - p2) * total * r / (1 - r)
        case "least-squares-generator":
            yield "mean", m
            yield "second_moment", a + sigma0**2 / s / (T0 - d - 1)
            yield "label_noise", w.scalars[sy.pooled] + sigma0**2
        case "accumulate":
            rho = (np.sum(u**2) + inflation * np.sum(K**2)) * sigma0**2
            sums = {
                "": sum(1 / (i * (i * T0 - d - 1)) for i in range(1, n + 1)),
                "shared ": sum(1 / i**2 for i in range(1, n + 1)) / (T0 - d - 1),
            }
            for design, total in sums.items():
                yield f"{design}bias", kappa**2 * np.sum(s * w0**2 / (s + kappa) ** 2) / (1 - gamma)
                yield f"{design}variance", sigma**2 * inflation
                yield f"{design}synthetic", rho * total
        case "accumulating-generator" | "accumulating-minimum-norm":
            N = w.scalars[sy.gathered]
            yield "label_noise", w.scalars[sy.pooled] + sigma0**2 / n**2
            yield "mean", m  # N > T0: a later generation
            if name == "accumulating-generator":
                yield "second_moment", a + sigma0**2 * T0 / N / (N - d - 1) / s
            else:
                one_fit = s / (s + k0) ** 2 / (N - np.sum(u0**2))
                yield "second_moment", a + sigma0**2 * T0 / N * one_fit
        case "weighted-mixing" | "weighted-ridge":
            W, real, v = (w.scalars[x] for x in (sy.weight, sy.sigma_real, sy.pooled))
            fresh = W**2 * real**2 + (1 - W) ** 2 * sigma0**2
            seen = W**2 * w0**2 + 2 * W * (1 - W) * m * w0 + (1 - W) ** 2 * a
            yield "label_noise", fresh + (1 - W) ** 2 * v
            if name == "weighted-mixing":
                yield "mean", W * w0 + (1 - W) * m
                yield "second_moment", seen + fresh / s / (T0 - d - 1)
            else:
                rows = T0 * (1 - gamma0)
                spread = s * K0**2 * np.sum(seen * s / (s + k0) ** 2) / rows
                yield "mean", u0 * (W * w0 + (1 - W) * m)
                yield "second_moment", u0**2 * seen + spread + fresh * s / (s + k0) ** 2 / rows
        case "generator" | "ridge-chain":
            if name == "ridge-chain":
                yield "label_noise", w.scalars[sy.pooled] + sigma0**2
            rows = T0 * (1 - gamma0)
            q = np.sum(a * s / (s + k0) ** 2) / rows
            noise = sigma0**2 * s / (s + k0) ** 2 / rows
            yield "mean", u0 * m
            yield "second_moment", u0**2 * a + s * K0**2 * q + noise
        case "isotropic-overparametrized":
            mu, alpha = eta**n, eta**n * b
            fresh = sigma0**2 * nu * (1 - eta**n) / (1 - eta)
            yield "bias", b - 2 * (1 - k) * mu * b + shrink * alpha
            yield "variance", sigma**2 * inflation
            yield "synthetic", shrink * fresh
            yield "shared bias", b - 2 * (1 - k) * eta * b + shrink * eta * b
            yield "shared variance", sigma**2 * inflation
            yield "shared synthetic", shrink * n * sigma0**2 * nu
        case "noise-free":
            yield "bias", b * (1 - eta**n)
            yield "shared bias", b * (1 - eta)
            for term in ("variance", "synthetic"):
                yield term, 0.0
        case "finite-size":
            lam, h1, h2 = (w.scalars[symbol] for symbol in (sy.lam, sy.h1, sy.h2))
            alpha, mu = w.scalars[sy.alpha], w.scalars[sy.mu]
            fit = b - 2 * (1 - lam * h1 / d) * mu + sigma**2 * (h1 - lam * h2) / T
            yield "test_error", fit + (1 - 2 * lam * h1 / d + lam**2 * h2 / d) * alpha
        case "elliptical-least-squares":
            yield "bias", 0.0
            yield "variance", sigma**2 * w.scalars[sy.q]
            yield "synthetic", n * sigma0**2 * w.scalars[sy.q0]
        case "universality":
            yield "resolvent_trace", corrected_trace(s, T, w.scalars[sy.kappa4], kappa)
            ahead = corrected_trace(s, T, w.scalars[sy.kappa4], kappa + 1e-30j)
            yield "resolvent_square", -ahead.imag / 1e-30 / (1 - gamma)
        case "optimal-ridge":
            v, Delta, phi = w.scalars[sy.v], w.scalars[sy.Delta], d / T
            correction = Delta * (1 + phi - 3 * phi * v + phi**2 * v**3)
            yield "lam", (phi * sigma**2 + correction) / b
            quadratic = -phi * (3 * Delta + b) * v**2
            linear = (phi * sigma**2 + (Delta + b) * (1 + phi)) * v
            yield "root", phi**2 * Delta * v**4 + quadratic + linear - b


def corrected_trace(s, T, kappa4, kappa):
    """E tr R to first order, as a function of kappa alone: lam = kappa (1 - df1/T)."""
    gamma, cube = np.sum(s**2 / (s + kappa) ** 2) / T, np.sum(s**2 / (s + kappa) ** 3) / T
    equivalent = np.sum(1 / (s + kappa)) / (1 - np.sum(s / (s + kappa)) / T)
    return equivalent + cube * (1 + kappa4 * (1 - gamma)) / (1 - gamma) ** 2


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("formula", BY_RULES, ids=lambda f: f.id)
def test_catalogued_expressions_are_those_of_the_theory(formula, seed):
    """Each expression at a random spectrum, against NumPy: catches a slip in either typing."""
    wide = formula.id in {"isotropic-overparametrized", "noise-free"}
    iso = wide or formula.id in {"optimal-ridge", "finite-size"}
    w = world(seed, isotropic=iso, wide=wide)
    seen = set()
    for name, expected in by_hand(formula.id, w):
        design = true if name.startswith("shared ") else false
        term = name.removeprefix("shared ")
        seen.add(term)
        got = value(formula.expressions[term].subs(sy.shared, design), w)
        assert got == pytest.approx(expected, rel=1e-12)
    assert seen == set(formula.expressions)


@pytest.mark.parametrize("formula", BY_RULES, ids=lambda f: f.id)
def test_derivations_end_in_the_catalogued_expressions(formula):
    """The last line of a derivation, as a number at random spectra, is the catalogued formula."""
    derivation = formula.derive()
    wide = formula.id in {"isotropic-overparametrized", "noise-free"}
    w = world(5, isotropic=wide or formula.id in {"optimal-ridge", "finite-size"}, wide=wide)
    ends = [section.result for section in derivation.sections]
    total = Add(*formula.expressions.values())
    step = [
        (ends[-2 % len(ends)], formula.expressions.get("mean", 0) * sy.w0),
        (ends[-1], formula.expressions.get("second_moment", 0)),
    ]
    expected = {
        "generator": step,
        "ridge-chain": step,
        "least-squares-generator": step[1:],
        "accumulating-generator": step[1:],
        "accumulating-minimum-norm": step[1:],
        "weighted-mixing": [
            (ends[3 % len(ends)], formula.expressions.get("mean", 0)),
            (derivation.result, formula.expressions.get("second_moment", 0)),
        ],
        "weighted-ridge": step,
        "universality": [
            (ends[2 % len(ends)], formula.expressions.get("resolvent_trace", 0)),
            (ends[-1], (1 - sy.gamma) * formula.expressions.get("resolvent_square", 0)),
        ],
        "optimal-ridge": [(ends[-1], sy.b * formula.expressions.get("lam", 0))],
    }.get(formula.id)
    if expected is None:
        designs = {false: ends[-1]}
        if total.has(sy.shared):
            whole = [s.result for s in derivation.sections if s.title.startswith("the whole")]
            designs = dict(zip((false, true), whole, strict=True))
        expected = [(end, total.subs(sy.shared, flag)) for flag, end in designs.items()]
    for got, wanted in expected:
        assert value(got, w) == pytest.approx(value(wanted, w), rel=1e-12)
    assert derivation.result == ends[derivation.main]
    assert derivation.id == formula.id


def inserted(moments):
    """T3 with known moments put in."""
    return insert(moments)(find("T3").expression())


def test_ridge_is_the_functional_of_a_least_squares_chain():
    """T2 = T3 at m = w0, a = w0^2 + n sigma0^2/(s (T0-d-1)), proved for every spectrum."""
    chain = sy.w0**2 + sy.n * sy.sigma0**2 / (sy.s * (sy.T0 - sy.d - 1))
    assert equal(inserted({sy.a: chain, sy.m: sy.w0}), find("T2").expression())
    for wrong in (
        sy.w0**2 + sy.n * sy.sigma0**2 / (sy.s * (sy.T0 - sy.d)),
        sy.w0**2 + sy.sigma0**2 / (sy.s * (sy.T0 - sy.d - 1)),
        sy.w0**2 + sy.n * sy.sigma0**2 / (sy.T0 - sy.d - 1),
    ):
        assert not equal(inserted({sy.a: wrong, sy.m: sy.w0}), find("T2").expression())


def test_least_squares_chain_is_the_generator_without_penalty():
    """T4 at kappa0 = 0 keeps the mean and adds sigma0^2/(s (T0-d)) each time: T2 in the limit."""
    at_zero = {sy.gamma0: sy.d / sy.T0, sy.kappa0: 0}
    step = find("T4").expressions["second_moment"].subs(at_zero)
    closed = solve_affine(step, sy.a, sy.w0**2)
    assert find("T4").expressions["mean"].subs(at_zero) == sy.m
    limit_form = find("T2").expression(form=Form.LIMIT)
    assert equal(inserted({sy.a: closed, sy.m: sy.w0}), limit_form)


def test_isotropic_formula_is_the_functional_of_the_iterated_generator():
    """T5 (limit form) = T3 at the totals of T4 iterated n times, n symbolic, kappa0 = 1/eta - 1."""
    eta = Symbol("eta", positive=True)
    at = {sy.kappa0: 1 / eta - 1, sy.gamma0: eta, sy.T0: eta * sy.d}
    step = isotropic(find("T4").expressions["second_moment"]).subs(sy.s, 1)
    # One level: a is alpha/d on it, and alpha' = d a'.
    total = simplify(step.subs({sy.a: sy.alpha / sy.d}).subs(at) * sy.d)
    alpha = solve_affine(total, sy.alpha, sy.b)
    mu = solve_affine(simplify((sy.mu * (1 - sy.kappa0 / (1 + sy.kappa0))).subs(at)), sy.mu, sy.b)
    functional = isotropic(find("T3").expression()).subs({sy.alpha: alpha, sy.mu: mu})
    formula = find("T5").expression(form=Form.LIMIT).subs(sy.shared, false)
    assert equal_when_isotropic(functional, formula)
    assert not equal_when_isotropic(functional, find("T5").expression().subs(sy.shared, false))


def test_shared_design_is_one_generator_with_all_the_noise():
    """T5 (shared, limit) = T3 after one step of T4 with n sigma0^2 in place of sigma0^2."""
    eta = Symbol("eta", positive=True)
    at = {sy.kappa0: 1 / eta - 1, sy.gamma0: eta, sy.T0: eta * sy.d, sy.a: sy.b / sy.d}
    step = isotropic(find("T4").expressions["second_moment"]).subs(sy.s, 1)
    step = step.subs(sy.alpha, sy.b)
    alpha = (sy.d * step.subs(at)).subs(sy.sigma0, sy.sigma0 * sy.n ** Rational(1, 2))
    functional = isotropic(find("T3").expression()).subs({sy.alpha: alpha, sy.mu: eta * sy.b})
    formula = find("T5").expression(form=Form.LIMIT).subs(sy.shared, true)
    assert equal_when_isotropic(functional, formula)


@pytest.mark.parametrize("design", [true, false])
def test_noise_free_is_isotropic_without_noise_or_ridge(design):
    """T6 = T5 at k = 0, sigma = sigma0 = 0, for either design."""
    special = find("T5").expression().subs(sy.shared, design)
    special = special.subs({sy.sigma: 0, sy.sigma0: 0, sy.kappa: 0})
    expected = find("T6").expression().subs(sy.shared, design)
    assert simplify(special - expected) == 0


def test_ridgeless_limit_of_ridge():
    """T2 at kappa -> 0, T > d, is the limit form of T1, term by term."""
    for term in ERROR_TERMS:
        special = ridgeless(find("T2").expression(term, Form.LIMIT))
        assert simplify(special - find("T1").expression(term, Form.LIMIT)) == 0


@pytest.mark.parametrize("theorem", ["T1", "T2"])
def test_no_generators_means_clean_data(theorem):
    """n = 0 leaves the classical bias and variance, without a trace of T0 or sigma0."""
    clean = specialise(find(theorem).expression(), ["n=0"])
    assert not clean.free_symbols & {sy.n, sy.T0, sy.sigma0, sy.phi0}
    kept = find(theorem).expressions
    assert equal(clean, kept["bias"] + kept["variance"])


def test_infinite_downstream_data():
    """T -> infinity: gamma -> 0, kappa -> lam: the bias of the population ridge, no variance."""
    lam, s, w0 = sy.lam, sy.s, sy.w0
    formula = find("T2")
    assert specialise(formula.expression("variance"), ["T=inf"]) == 0
    bias = specialise(formula.expression("bias"), ["T=inf"])
    assert equal(bias, SpectralSum(lam**2 * s * w0**2 / (s + lam) ** 2))
    synthetic = specialise(formula.expression("synthetic"), ["T=inf"])
    expected = sy.n * sy.sigma0**2 * sy.df2 / (sy.T0 - sy.d - 1)
    assert simplify(synthetic - expected) == 0
    assert specialise(find("T1").expression("variance"), ["T=inf"]) == 0


def test_isotropic_downstream_functional_with_the_truth_is_the_clean_error():
    """T3 with the truth itself as generator is T2 at n = 0."""
    clean = find("T2").expression().subs(sy.n, 0)
    assert equal(inserted({sy.a: sy.w0**2, sy.m: sy.w0}), clean)


def rational_expressions():
    """Expressions without weighted sums, whose limit sympy.limit can take."""
    for formula in BY_RULES:
        for name, expression in formula.expressions.items():
            for design in (true, false):
                flat = expression.subs(sy.shared, design)
                special = flat.has(polygamma, Piecewise)  # beyond sympy.limit
                sized = flat.has(sy.d, sy.T, sy.T0, sy.df2)
                if sized and not special and not flat.atoms(SpectralSum):
                    yield pytest.param(formula, name, design, id=f"{formula.id}-{name}-{design}")


@pytest.mark.parametrize(("formula", "name", "design"), list(rational_expressions()))
def test_proportional_limit_is_the_limit(formula, name, design):
    """The power-counting limit is sympy.limit of d, T, T0 and the degrees of freedom times t."""
    t = Symbol("t", positive=True)
    extensive = (sy.d, sy.T, sy.T0, sy.gathered, sy.df1, sy.df2)
    # eta^n defeats sympy.limit, and does not grow.
    power = {sy.eta**sy.n: Symbol("surviving", positive=True)}
    expression = formula.expression(name).subs(sy.shared, design).subs(power)
    # Moments on one level fall with d: w0 and m like its root, a like 1/d.
    scales = {x: t * x for x in extensive} | {sy.a: sy.a / t}
    scales |= {x: x / sqrt(t) for x in (sy.w0, sy.m)}
    level = {"mean": sqrt(t), "second_moment": t}.get(name, 1)
    grown = together(expression.subs(scales, simultaneous=True) * level)
    found = formula.expression(name, Form.LIMIT).subs(sy.shared, design).subs(power)
    assert cancel(together(limit(grown, t, oo) - found)) == 0


@pytest.mark.parametrize("theorem", ["T1", "T2", "T5"])
def test_limit_and_exact_form_differ_by_order_one_over_d(theorem):
    """The exact piece is another number, so that asking for it means something."""
    formula = find(theorem)
    exact, lim = (
        formula.expression("synthetic", form).subs(sy.shared, false)
        for form in (Form.EXACT, Form.LIMIT)
    )
    assert canonical(exact - lim) != 0


@pytest.mark.parametrize(
    ("line", "target"),
    [
        (SpectralSum(sy.s / (sy.s + sy.kappa)), sy.df2),
        (find("T1").expression(), find("T1").expression(form=Form.LIMIT)),
        (sy.sigma**2 * sy.gamma, sy.sigma**2 * sy.gamma / (1 - sy.gamma)),
    ],
)
def test_a_wrong_restatement_is_refused(line, target):
    """`restate` proves before it writes."""
    with pytest.raises(DerivationError, match="which is not"):
        restate(target, "wrong")(line)


def test_restating_a_true_line_gives_the_target_as_typed():
    """What is written is the target, in its own form."""
    target = sy.d - sy.df1
    assert restate(target, "tr K")(SpectralSum(sy.kappa / (sy.s + sy.kappa))) == target


def test_abbreviations_have_one_definition():
    """eta is 1/phi0, gamma counts df2 against T, b is the signal's energy."""
    assert DEFINITIONS[sy.eta] * DEFINITIONS[sy.phi0] == Integer(1)
    assert DEFINITIONS[sy.gamma] == sy.df2 / sy.T
    assert DEFINITIONS[sy.b] == SpectralSum(sy.s * sy.w0**2)


@pytest.mark.parametrize("design", [true, false])
def test_limit_of_accumulation_is_approached(design):
    """N1 with every size 10^6 times as large is its limit form, to 1e-5: digammas included."""
    formula = find("N1")
    sizes = {sy.d: 6, sy.T: 20, sy.T0: 15}
    fixed = {sy.n: 4, sy.sigma0: 1.0, sy.gamma: 0.3, sy.df1: 4.0, sy.df2: 3.0}
    limit_form = formula.expression("synthetic", Form.LIMIT).subs(sy.shared, design)
    exact = formula.expression("synthetic").subs(sy.shared, design)
    grown = {x: 10**6 * size for x, size in sizes.items()}
    grown |= {sy.df1: 4.0 * 10**6, sy.df2: 3.0 * 10**6}
    got = exact.subs({**fixed, **grown}).evalf(30)
    assert float(got) == pytest.approx(float(limit_form.subs({**sizes, **fixed})), rel=1e-5)
    assert float(exact.subs({**sizes, **fixed})) != pytest.approx(float(got), rel=0.05)


def test_replacing_and_accumulating_agree_on_the_first_generation():
    """N1 at n = 1 is T2 at n = 1, for either design, proved."""
    for design in (true, false):
        one = find("N1").expression("synthetic").subs(sy.shared, design).subs(sy.n, 1)
        assert simplify(expand_func(one) - find("T2").expression("synthetic").subs(sy.n, 1)) == 0
