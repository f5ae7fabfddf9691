"""The second route for every line of a derivation: true lines pass it, altered ones do not."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

import numpy as np
import pytest
from sympy import Add, Integer, Mul, expand

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.calculus import mixture, rules
from ridgeproof.theory.calculus.alphabet import (
    ESTIMATE,
    GATHERED,
    INVERSE,
    MIXED,
    NOISE,
    NOISE1,
    NOISE2,
    PLUS,
    PROJECTOR,
    ROW,
    S2,
    SIGMA,
    SIGMA_INVERSE,
    TRUTH,
    W_TRUTH,
    X1,
    X2,
    A,
    M,
    R,
    S,
    W,
    X,
)
from ridgeproof.theory.calculus.derivation import Step
from ridgeproof.theory.calculus.rules import RuleKind
from ridgeproof.theory.calculus.words import Tr, map_words, replace_words, trace, transposed
from ridgeproof.theory.catalogue import catalogue
from ridgeproof.theory.errors import DerivationError
from ridgeproof.verification.derivations import steps, world_values, worlds
from ridgeproof.verification.derivations.steps import check_step


@lru_cache
def lines():
    """Every line of every derivation made of rules, with the line before it, each once."""
    found = {}
    for formula in catalogue().values():
        if formula.kind.value in {"scaling", "equations"}:
            continue
        for section in formula.derive().by_rules:
            for previous, step in section.pairs():
                found.setdefault((previous, step.rule.statement, step.expression), (previous, step))
    return list(found.values())


def is_cheap(step):
    """Whether the check of a line needs no Monte Carlo."""
    return X not in step.rule.letters


def lines_of(rule):
    """The lines that a rule led to, without the drawn terms that it left alone; shortest first."""
    found = []
    for previous, step in lines():
        if step.rule.statement == rule.statement:
            kept = {*Add.make_args(previous)} & {*Add.make_args(step.expression)}
            drawn = [term for term in kept if any(x.is_random for x in term.atoms(Tr))]
            common = Integer(0) if is_cheap(step) else Add(*drawn)
            found.append((previous - common, replace(step, expression=step.expression - common)))
    return sorted(found, key=lambda pair: len(pair[0].atoms(Tr)))


def is_drawn(line):
    """Whether a line holds a drawn letter."""
    return any(x.is_random for x in line.atoms(Tr))


class Recorder:
    """Plays the lines of a Monte Carlo check again for each altered right-hand side.

    The left-hand side and every altered line that holds a drawn letter keep their value in each
    world; for the others one world of each size gives it.  The decision itself is the check's own.
    """

    def __init__(self, previous, altered, monkeypatch):
        self.previous, self.playing = previous, None
        self.values = {line: [] for line in (previous, *filter(is_drawn, altered))}
        self.worlds, self.seen = {}, {}
        monkeypatch.setattr(steps, "value", self.value)
        monkeypatch.setattr(steps, "draw_world", self.draw_world)

    def value(self, expression, world):
        """The recorded value of a line, or the value in this world."""
        if self.playing is None and expression == self.previous:
            for line, kept in self.values.items():
                kept.append(world_values.value(line, world))
            return self.values[expression][-1]
        if self.playing is not None and expression in self.values:
            return next(self.playing[expression])
        if is_drawn(expression):
            return world_values.value(expression, world)
        key = (expression, world.scalars[sy.d])
        if key not in self.seen or expression.has(sy.h1, sy.h2):
            self.seen[key] = world_values.value(expression, world)
        return self.seen[key]

    def draw_world(self, shape, rng, **options):
        """A fresh world while recording, one world of each size while playing."""
        size = shape.scalars[sy.d]
        if self.playing is None or size not in self.worlds:
            self.worlds[size] = worlds.draw_world(shape, rng, **options)
        return self.worlds[size]

    def check(self, step):
        """Check a line."""
        outcome = check_step(self.previous, step)
        self.playing = {line: iter(kept) for line, kept in self.values.items()}
        return outcome


def sequence(*rewrites):
    """Several rewrites as one."""

    def rewrite(expression):
        for each in rewrites:
            expression = each(expression)
        return expression

    return rewrite


def swap(*pairs):
    """Replace patterns of letters by matrices, one after the other."""
    return sequence(*(replace_words(tuple(pattern), expand(matrix)) for pattern, matrix in pairs))


def no_noise(square, noise):
    """The noise rule with another covariance, odd words zero as they should be."""
    return sequence(
        replace_words((noise, transposed(noise)), square),
        lambda expression: map_words(
            expression, lambda word: Integer(0) if {noise, transposed(noise)} & set(word) else None
        ),
    )


def ridge(answer):
    """The ridge estimate by another expression."""
    return swap(((ESTIMATE,), answer))


def mutants():
    """For each rule of the calculus, altered copies: (rule, description, rewrite)."""
    T, V = sy.T, INVERSE
    true = rules.noise_expectation()
    yield true, "variance 2", no_noise(Integer(2), NOISE)
    yield true, "variance 1/T", no_noise(1 / T, NOISE)
    true = rules.inverse_wishart()
    yield true, "T - d", swap(((V,), SIGMA_INVERSE / (T - sy.d)))
    yield true, "T - d + 1", swap(((V,), SIGMA_INVERSE / (T - sy.d + 1)))
    yield true, "Sigma", swap(((V,), SIGMA / (T - sy.d - 1)))
    true = rules.generator_moments()
    wrong = swap(((W, transposed(W)), W_TRUTH), ((W, transposed(TRUTH)), M))
    yield true, "E[ww'] = w0 w0'", wrong
    yield true, "E[w] = w0", swap(((W, transposed(W)), A), ((W, transposed(TRUTH)), W_TRUTH))
    yield from _ridge_mutants()
    yield from _least_squares_mutants()
    yield from _overparametrised_mutants()
    yield from _mixture_mutants()
    yield from _gathering_mutants()


def resolvent_average(first, second):
    """The rotational average with other traces in the place of h1 and h2."""
    true = rules.resolvent_average()
    return lambda e: true.rewrite(e).subs({sy.h1: first, sy.h2: second}, simultaneous=True)


def _ridge_mutants():
    """Slips in the rules about a ridge fit."""
    Xt, e, T, lam, sigma = transposed(X), NOISE, sy.T, sy.lam, sy.sigma
    true = rules.ridge_fit()
    yield true, "noise of the wrong sign", ridge(R * Xt * (X * W - sigma * e) / T)
    yield true, "no noise", ridge(R * Xt * X * W / T)
    yield true, "no 1/T", ridge(R * Xt * (X * W + sigma * e))
    yield true, "labels of the truth", ridge(R * Xt * (X * TRUTH + sigma * e) / T)
    true = rules.gram()
    yield true, "no T", swap(((Xt, X), S))
    yield true, "T^2", swap(((Xt, X), T**2 * S))
    true = rules.resolvent()
    yield true, "wrong sign", swap(((R, S), 1 + lam * R))
    yield true, "no lam", swap(((R, S), 1 - R))
    yield true, "no lam R", swap(((R, S), Integer(1)))


def _least_squares_mutants():
    """Slips in the rules about a fit with full column rank."""
    P, Pt, V, noise = PLUS, transposed(PLUS), INVERSE, sy.sigma * NOISE
    true = rules.least_squares()
    yield true, "noise of the wrong sign", ridge(P * (X * W - noise))
    yield true, "no noise", ridge(P * X * W)
    yield true, "labels of the truth", ridge(P * (X * TRUTH + noise))
    true = rules.pseudo_inverse()
    yield true, "X^+ X = 2", swap(((P, X), Integer(2)), ((P, Pt), V))
    yield true, "X^+ X^+' = T (X'X)^-1", swap(((P, X), Integer(1)), ((P, Pt), sy.T * V))


def _overparametrised_mutants():
    P, Pt, Pi, T, d = PLUS, transposed(PLUS), PROJECTOR, sy.T, sy.d
    true = rules.projector()
    yield true, "X^+ X = 1", swap(((P, X), Integer(1)))
    yield true, "Pi X^+ = 2 X^+", swap(((P, X), Pi), ((Pi, Pi), Pi), ((Pi, P), 2 * P))
    yield true, "Pi^2 = 2 Pi", swap(((P, X), Pi), ((Pi, Pi), 2 * Pi), ((Pi, P), P))
    true = rules.random_projection()
    yield true, "d/T", swap(((Pi,), d / T))
    yield true, "T/(d-1)", swap(((Pi,), T / (d - 1)))
    yield true, "1", swap(((Pi,), Integer(1)))
    true = rules.dual_inverse_wishart()
    yield true, "d - T", swap(((P, Pt), T / (d * (d - T)) * SIGMA))
    yield true, "d - T + 1", swap(((P, Pt), T / (d * (d - T + 1)) * SIGMA))
    yield true, "no d", swap(((P, Pt), T / (d - T - 1) * SIGMA))
    true = rules.resolvent_average()
    yield true, "no 1/d", resolvent_average(d * sy.h1, d * sy.h2)
    yield true, "h2 = h1^2", resolvent_average(sy.h1, sy.h1**2)
    yield true, "h2 = h1", resolvent_average(sy.h1, sy.h1)
    true = rules.truth()
    yield true, "the mean for the truth", swap(((TRUTH, transposed(TRUTH)), M))
    yield true, "twice", swap(((TRUTH, transposed(TRUTH)), 2 * W_TRUTH))


def mixed_fit(operator, real, synthetic):
    """The estimate on both kinds of rows with other labels."""
    labels = transposed(X1) * (X1 * real + sy.sigma_real * NOISE1)
    return swap(
        (
            (MIXED,),
            operator * (labels + transposed(X2) * (X2 * synthetic + sy.sigma * NOISE2)),
        )
    )


def rewritten(rule, change):
    """A rule whose outcome for each word is changed as an expression."""
    return lambda expression: change(rule.rewrite(expression))


def exchangeable(full, single):
    """Two S2 replaced by these multiples of S and of a single row; one S2 by P2 S."""

    def change(word):
        count = word.count(S2)
        if count == 2:
            whole, row = (trace(Mul(*(new if x == S2 else x for x in word))) for new in (S, ROW))
            return full * whole + single * row
        if count == 1:
            return P2 * trace(Mul(*(S if x == S2 else x for x in word)))
        return None

    return lambda expression: map_words(expression, change)


P2, ROWS = sy.synthetic_fraction, sy.T
P1 = 1 - P2


def _mixture_mutants():
    """Slips in the rules about real and synthetic rows."""
    V, T, d = INVERSE, sy.T, sy.d
    true = mixture.mixed_least_squares()
    yield true, "every row synthetic", mixed_fit(V, W, W)
    yield true, "every row real", mixed_fit(V, 0 * W, 0 * W)
    yield true, "twice", mixed_fit(2 * V, 0 * W, W)
    true = mixture.mixed_gram()
    synthetic = ((transposed(X2), X2), T * S2)
    yield true, "X1'X1 = T S", swap(synthetic, ((transposed(X1), X1), T * S))
    yield true, "no T", swap(synthetic, ((transposed(X1), X1), S - S2))
    true = mixture.mixed_inverse()
    yield true, "no 1/T", swap(((V, S), Integer(1)))
    for true, noise in zip(mixture.mixed_noise(), (NOISE1, NOISE2), strict=True):
        yield true, "variance 2", no_noise(Integer(2), noise)
    true, pairs = mixture.exchangeable_rows(), P2 * (T * P2 - 1) / (T - 1)
    single = P1 * P2 * T**2 / (T - 1)
    yield true, "every row new", swap(((S2,), S))
    yield true, "P2^2 alone", exchangeable(P2**2, 0)
    yield true, "pairs alone", exchangeable(pairs, 0)
    yield true, "the limit's pairs", exchangeable(P2**2, single)
    yield true, "P1^2 for P1 P2", exchangeable(pairs, P1**2 * T**2 / (T - 1))
    true = mixture.one_row_of_least_squares()
    yield true, "T - d", rewritten(true, lambda line: line * (T - d - 1) / (T - d))
    yield true, "the limit", rewritten(true, lambda line: line * T**2 * d / (T**2 - 4) / (d + 2))
    yield true, "twice", rewritten(true, lambda line: 2 * line)


def _gathering_mutants():
    """Slips in the rule about accumulated sets."""
    noise = sy.sigma * INVERSE * transposed(X2) * NOISE2
    true = mixture.gathered_fit()
    yield true, "twice the noise", swap(((GATHERED,), W + 2 * noise))
    yield true, "the old fit", swap(((GATHERED,), W))
    yield true, "noise of all rows", swap(((GATHERED,), W + sy.sigma * PLUS * NOISE))


def by_rule():
    """Rules with their altered copies, one test each: their left-hand side is drawn once."""
    table = {}
    for true, description, rewrite in mutants():
        table.setdefault(true.statement, (true, []))[1].append((description, rewrite))
    return list(table.values())


def trials():
    """One trial for each rule."""
    return [pytest.param(true, altered, id=true.name) for true, altered in by_rule()]


@pytest.mark.parametrize(("true", "altered"), trials())
def test_an_altered_rule_is_caught(true, altered, monkeypatch):
    """The true rule passes its check; a sign, a factor or a term changed, it does not."""
    shown = set()
    for previous, step in lines_of(true):
        wrong = [(text, rewrite(previous)) for text, rewrite in altered if text not in shown]
        wrong = [(text, line) for text, line in wrong if expand(line - step.expression) != 0]
        if not wrong:
            continue
        recorder = None
        if not is_cheap(step):
            recorder = Recorder(previous, [line for _, line in wrong], monkeypatch)
        check = recorder.check if recorder else lambda step, line=previous: check_step(line, step)
        assert check(step).checked
        for text, line in wrong:
            assert not check(replace(step, expression=line)).checked, text
            shown.add(text)
    assert shown == {text for text, _ in altered}


def test_every_rule_has_altered_copies():
    """No rule of the calculus is left without a mutant."""
    used = {step.rule.statement for _, step in lines()}
    helpers = {"Rule", "RuleKind", "expect_noise", "gathering_generation"}
    names = [(module, name) for module in (rules, mixture) for name in module.__all__]
    made = [getattr(module, name)() for module, name in names if name not in helpers]
    every = {rule.statement for each in made for rule in (each if type(each) is tuple else [each])}
    assert every <= used
    assert {true.statement for true, _ in by_rule()} == every


def cheap_lines():
    """For each rule whose check needs no Monte Carlo the lines it led to, shortest first."""
    table = {}
    for pair in lines():
        if is_cheap(pair[1]):
            table.setdefault(pair[1].rule.statement, []).append(pair)
    return [
        sorted(found, key=lambda pair: len(pair[1].expression.args)) for found in table.values()
    ]


def test_cheap_lines_hold_and_not_without_a_term():
    """Each line passes; the shortest and the longest of a rule fail with a term left out."""
    for found in cheap_lines():
        for previous, step in found:
            assert check_step(previous, step).checked, step.rule.name
        for previous, step in (found[0], found[-1])[: len(found)]:
            for term in Add.make_args(step.expression):
                without = replace(step, expression=step.expression - term)
                assert not check_step(previous, without).checked, (step.rule.name, term)


@pytest.mark.parametrize("seed", [1, 20240212])
def test_wide_inverse_wishart_line_holds_at_any_seed(seed):
    """The line with the heaviest tails, X^+ X^+' with few rows, is decided at other seeds too."""
    rule = rules.dual_inverse_wishart()
    previous, step = lines_of(rule)[-1]
    assert check_step(previous, step, seed).checked


def test_no_power_is_no_check():
    """A Monte Carlo comparison that is all noise does not count as checked."""
    rng = np.random.Generator(np.random.PCG64DXSM(3))
    noise = rng.normal(size=400)
    assert not steps._monte_carlo(noise, 1.0, "noise").checked
    assert steps._monte_carlo(noise / 1000, 1.0, "precise").checked
    assert not steps._monte_carlo(noise / 1000 + 0.1, 1.0, "biased").checked


def test_a_surviving_noise_vector_is_an_error():
    """An expectation that leaves its own letter behind is refused, not averaged away."""
    noise = NOISE
    rule = next(r for _, s in lines() if noise in (r := s.rule).letters)
    previous, step = lines_of(rule)[0]
    left = step.expression + trace(noise * transposed(TRUTH) * SIGMA)
    with pytest.raises(DerivationError, match="survives its own expectation"):
        check_step(previous, Step(left, step.rule))


@pytest.mark.parametrize(
    ("kind", "factor"),
    [
        (RuleKind.COMPONENTS, 1 + sy.s / 10**6),
        (RuleKind.INSERTION, 1 + sy.kappa / 10**6),
        (RuleKind.RECURRENCE, (1 + 10**-6) ** sy.n),
        (RuleKind.DERIVATIVE, 1 - sy.v / 10**6),
        (RuleKind.ALGEBRA, 1 + sy.kappa0 / 10**6),
    ],
)
def test_small_errors_are_seen(kind, factor):
    """A relative error of a millionth, in any kind of line that is compared as numbers."""
    chosen = [
        pair
        for pair in lines()
        if pair[1].rule.kind is kind and not pair[1].expression.has(sy.eta, Tr)
    ]
    assert chosen
    for previous, step in chosen[:3]:
        wrong = replace(step, expression=step.expression * factor)
        assert check_step(previous, step).checked
        assert not check_step(previous, wrong).checked


@pytest.mark.parametrize("rows", [5, 14])
def test_fits_on_one_design_are_one_fit_of_their_noise(rows):
    """The chain ends at X^+ (X w0 + all noises); a fit on n label sets moves by X^+ e/n."""
    rng = np.random.Generator(np.random.PCG64DXSM(1))
    X, w0, noises = rng.normal(size=(rows, 8)), rng.normal(size=8), rng.normal(size=(3, rows))

    def fit(design, labels):
        return np.linalg.lstsq(design, labels, rcond=None)[0]

    w, gathered = w0, fit(X, X @ w0 + noises[0])
    labels = [X @ w0 + noises[0]]
    for n, noise in enumerate(noises, 1):
        w = fit(X, X @ w + noise)
        if n > 1:
            labels.append(X @ gathered + noise)
            moved = gathered + fit(X, noise) / n
            gathered = fit(np.vstack([X] * n), np.concatenate(labels))
            assert gathered == pytest.approx(moved)
    assert w == pytest.approx(fit(X, X @ w0 + noises.sum(axis=0)))
