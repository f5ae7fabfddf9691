"""Settings as processes: the one theorem and the catalogue are two routes to one number."""

import random
from collections import Counter
from fractions import Fraction
from itertools import islice

import pytest

from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.theory.errors import (
    InfiniteExpectation,
    InputError,
    NotBuilt,
    NoTheorem,
    SolverError,
)
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.folds import facts_of, require_finite
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.simulation.simulate import simulate


def _drawn(seed):
    """Settings over all flags, sizes on both sides of every threshold and next to it."""
    pick = random.Random(seed).choice
    while True:
        d = pick((6, 9))
        sizes = (max(1, d // 3), d - 3, d - 2, d - 1, d, d + 2, 2 * d, 4 * d)
        n, T = pick((0, 1, 2, 4)), pick(sizes)
        spectrum, signal = pick(
            (
                ("isotropic", "flat"),
                ("power-law:1", "source:3/10"),
                ("ar1:1/2", "flat"),
                ("spiked:10*2,1", "energies:1,1/2"),
                (f"levels:2*{d // 3},1/3*{d - d // 3}", "flat"),
            )
        )
        given = {"d": d, "n": n, "T": T, "spectrum": spectrum, "signal": signal}
        given |= {"sigma": pick(("0", "1/2")), "lam": pick(("0", "1/10"))}
        given["synthetic_fraction"] = pick((1, 1, 1, Fraction(pick(range(T + 1)), T)))
        given["sigma_real"] = pick((None, None, "0", "2"))
        given["width"] = pick((None, None, None, pick(sizes)))
        given["features"] = pick(("gaussian",) * 5 + ("rademacher", "student:5"))
        if n:
            given["design"] = pick(("independent", "independent", "shared"))
            own = ",".join(pick(("0", "1/4", "1")) for _ in range(n))
            given["chain"] = pick(
                ("replace", "replace", "accumulate", "weighted:1/3", f"weighted:{own}")
            )
            options = {"T0": sizes, "sigma0": ("0", "1"), "lam0": ("0", "1/20", "1/2")}
            alike = pick((True, True, False))
            for name, values in options.items():
                one = alike or (name, given["design"]) == ("T0", "shared")
                given[name] = pick(values) if one else [pick(values) for _ in range(n)]
        yield make_setting(**given)


def _is_finite(require, *arguments):
    try:
        require(*arguments)
    except InfiniteExpectation:
        return False
    return True


def _terms(setting):
    """Terms of the catalogue and of the one theorem's sources, None where either has none."""
    try:
        known = {name: float(v) for name, v in evaluate_terms(setting, Float64()).items()}
        found = evaluate_process(setting.process())
    except (NoTheorem, InfiniteExpectation, SolverError):  # the catalogue: 0/0 at W = 1, T0 = d
        return None
    except InputError as error:
        # lam = 0 where rows, width or d are equal has no branch of its own.
        assert "has no limit" in error.condition  # noqa: PT017
        return None
    terms = Counter(dict.fromkeys(known, 0.0))
    for source, share in found.terms["test_error"].items():
        terms[_term(source)] += float(share)
    assert sum(terms.values()) == pytest.approx(float(found.values["test_error"]), rel=1e-14)
    return known, terms


def _term(source):
    return "synthetic" if "sigma0" in source else "variance" if "sigma" in source else "bias"


@pytest.mark.parametrize("count", [50, pytest.param(200, marks=pytest.mark.slow)])
def test_the_one_theorem_is_the_catalogue_on_settings(count):
    """Settings that the catalogue covers: the error and its terms to 12 digits of the error."""
    compared = ((s, terms) for s in _drawn(15) if (terms := _terms(s)) is not None)
    for setting, (known, found) in islice(compared, count):
        total = sum(known.values())
        assert sum(found.values()) == pytest.approx(total, rel=1e-12, abs=1e-14), setting
        assert found == pytest.approx(known, abs=1e-12 * total + 1e-14, rel=0), setting


def _certified(setting):
    """The error by the catalogue and by the one theorem; None where either has none."""
    try:
        known = evaluate(setting, digits=30, certified=True)
        found = evaluate_process(setting.process(), digits=30, certified=True)
    except (NoTheorem, InfiniteExpectation, InputError, SolverError):
        return None
    return known, found


def test_thirty_digits_of_settings_by_both_routes():
    """30 settings: two certified numbers lie within their two radii of each other."""
    pairs = (pair for s in _drawn(17) if (pair := _certified(s)) is not None)
    for known, found in islice(pairs, 30):
        gap = abs(found.values["test_error"].item() - known.value)
        assert gap <= found.radii["test_error"].item() + known.radius
        assert found.radii["test_error"].item() <= 1e-28 * known.value


@pytest.mark.parametrize(
    "flags",
    [
        {"design": "shared", "synthetic_fraction": "3/4", "sigma_real": 1},
        {"design": "shared", "chain": "weighted:1/3", "width": 5},
        {"chain": "accumulate", "T": 3, "lam": 0},
    ],
    ids=str,
)
def test_what_the_catalogue_lacks_agrees_with_its_simulation(flags):
    """Two sizes of the literal run, less what falls like 1/size, meet the limit."""
    chain = {"T0": 5, "n": 2, "sigma0": "1/2", "lam0": "1/10"}
    given = {"d": 6, "T": 8, "sigma": "1/2", "lam": "1/5", "spectrum": "spiked:4*2,1"}
    setting = make_setting(**given | chain | flags)
    with pytest.raises(NoTheorem):
        evaluate_terms(setting, Float64())
    found = evaluate(setting)
    assert (found.formulas, found.form, found.digits) == (("process",), "limit", 15)
    limit = float(found.value)
    assert float(sum(found.terms.values())) == pytest.approx(limit, rel=1e-14)
    assert float(evaluate(setting, digits=12).value) == pytest.approx(limit, rel=1e-12)
    proved = evaluate(setting, digits=30, certified=True)
    assert abs(proved.value - found.value) < proved.radius + found.radius
    with pytest.raises(NoTheorem, match="no theorem"):
        evaluate(setting, form=Form.EXACT)
    with pytest.raises(NotBuilt, match="has no limit"):
        evaluate(setting.with_(T=6, lam=0, sigma=0, sigma_real=0, synthetic_fraction=1, width=None))
    small, large = (simulate(setting.grown(k), repetitions=400, seed=k) for k in (6, 12))
    error = (4 * large.standard_error**2 + small.standard_error**2) ** 0.5
    assert abs(2 * large.mean - small.mean - limit) < 4 * error
    assert error < 0.05 * limit


def _long_chains(seed):
    """Many generations on few rows each, alike or not."""
    pick = random.Random(seed).choice
    while True:
        n, design = pick((3, 12, 20)), pick(("independent", "independent", "shared"))
        given = {"d": pick((6, 17)), "T": 40, "n": n, "design": design, "lam": pick((0, 1))}
        alike = pick((True, False, False))
        quiet, sizes = pick((0, 1, 1)), pick(((1, 2, 3, 5, 18), (30, 40), (30, 40), (2, 40)))
        for name, values in {
            "T0": sizes, "sigma0": (0,) * 9 + (quiet,), "lam0": pick(((0,), (0, 0, 1)))
        }.items():  # fmt: skip
            one = alike or (name, design) == ("T0", "shared")
            given[name] = pick(values) if one else [pick(values) for _ in range(n)]
        chain = pick(
            ("accumulate",) * 3
            + ("replace", "replace", "weighted:1/3", "weighted:1,0,1" + ",0" * (n - 3))
        )
        given |= {"synthetic_fraction": pick((1, "1/2", "1/2")), "sigma": pick((0, 0, 0, 1))}
        yield make_setting(**given, chain=chain)


def test_the_short_process_of_a_setting_has_the_facts_of_the_whole_one():
    """However far is too far from a threshold, and what the last fit sees: two graphs agree."""
    finite = Counter()
    for setting in (*islice(_drawn(16), 70), *islice(_long_chains(16), 120)):
        whole, short = (facts_of(setting, whole=each) for each in (True, False))
        for margin in (1, 3):
            close, told = ({f.rows for f in x if f.is_close(margin)} for x in (whole, short))
            assert close == told, setting
        assert (whole[-1].noisy, whole[-1].exact) == (short[-1].noisy, short[-1].exact), setting
        finite[not any(fact.is_close(1) and not fact.signs for fact in short)] += 1
        assert _is_finite(require_finite, setting) == (
            not any(fact.is_close(1) and not fact.signs for fact in whole)
        )
    assert finite[False] > 8


@pytest.mark.parametrize(
    ("flags", "finite"),
    [
        ({"T0": 6, "synthetic_fraction": 0}, True),  # nothing is learnt from the generators
        ({"T0": 6, "lam0": [0, 1], "chain": "weighted:0,1"}, True),  # nor from the first one
        ({"T0": 6, "features": "rademacher", "width": 6}, True),  # signs bound the generators
        # The second fit is the first one again, noise and all: finite in seven rows as in three.
        ({"T0": [3, 4], "sigma0": [1, 0], "chain": "accumulate"}, True),
        # A first fit with ridge explains its own set no more: draws have the tail index 1.
        ({"T0": [2, 5], "sigma0": 0, "lam0": ["1/2", 0], "chain": "accumulate"}, False),
        # Rows that all have the labels of one generator are labelled by one function.
        ({"T": 6, "lam": 0, "lam0": 1}, True),
        ({"T": 6, "lam": 0, "lam0": 1, "synthetic_fraction": "1/2"}, False),
        ({"T": 6, "lam": 0, "sigma0": 0, "synthetic_fraction": "1/2"}, True),
        # What the first of two generators loses is in all labels of the second.
        (
            {"d": 20, "T": 20, "T0": [5, 40], "lam": 0, "sigma0": 0, "synthetic_fraction": "1/2"},
            False,
        ),
    ],
)
def test_which_noise_reaches_a_fit_without_ridge(flags, finite):
    """It is a matter of the whole process, and not of its flags one by one."""
    given = {"d": 6, "T": 12, "n": 2, "T0": 12, "sigma0": 1, "lam": 1, "lam0": 0}
    assert _is_finite(require_finite, make_setting(**given | flags)) == finite
