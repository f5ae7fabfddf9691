"""The JSON contract: keys, kinds of number, exit status, and values computed again from scratch."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from functools import lru_cache

import mpmath
import pytest

from ridgeproof import cli

EVALUATE = {
    "value", "terms", "kappa", "df1", "df2", "gamma", "regime", "formulas", "form", "digits",
    "certified", "radius", "kappa_radius",
}  # fmt: skip
TERMS = {"bias", "variance", "synthetic"}
SIMULATE = {"mean", "standard_error", "repetitions", "method", "seed", "theory", "z"}
CHECK = {
    "verdict", "how", "claim", "counterexample", "evidence", "alpha", "tolerance", "repetitions",
    "seconds", "setting",
}  # fmt: skip

CONJECTURE = """[conjecture]
quantity = "test_error"
relation = "equals"
kind     = "exact"
formula  = "{formula}"
[domain]
lam    = 0
d      = {{ integers = [5, 30] }}
T      = "{T}"
n      = 0
sigma  = [0.1, 2.0]
"""


@pytest.fixture
def run(monkeypatch, capsys):
    """The entry point on a command line: (status, stdout, stderr)."""

    def call(line):
        monkeypatch.setattr(sys, "argv", ["ridgeproof", *line.split()])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        return (ended.value.code, *capsys.readouterr())

    return call


@pytest.fixture
def answer(run):
    """The one JSON object on stdout of a command that succeeds."""

    def call(line, status=0):
        code, out, _ = run(line)
        assert code == status
        assert out.endswith("}\n")
        assert out.count("\n") == 1
        return json.loads(out)

    return call


@lru_cache
def levels(spectrum, d):
    """Eigenvalues as exact rationals or mpmath numbers, typed again."""
    if spectrum == "isotropic":
        return [mpmath.mpf(1)] * d
    if spectrum == "power-law:3/2":
        return [mpmath.mpf(i) ** mpmath.mpf("-1.5") for i in range(1, d + 1)]
    values = [(mpmath.mpf(10), 3), (mpmath.mpf(1), d - 3)]
    return [value for value, count in values for _ in range(count)]


def bisected(s, lam, T):
    """kappa from lam = kappa (1 - df1(kappa)/T), by bisection."""
    if lam == 0 and len(s) <= T:
        return mpmath.mpf(0)

    def gap(kappa):
        return kappa * (1 - mpmath.fsum(x / (x + kappa) for x in s) / T) - lam

    # kappa = (lam + ...) lies above lam and below lam + tr Sigma/T.
    low, high = lam, lam + mpmath.fsum(s) / T
    for _ in range(int(mpmath.mp.prec) + 20):
        middle = (low + high) / 2
        low, high = (low, middle) if gap(middle) > 0 else (middle, high)
    return (low + high) / 2


def independent_ridge(d, T, T0, n, sigma, sigma0, lam, spectrum, digits, form):
    """T2 in plain mpmath: {term: value} and kappa."""
    levels.cache_clear()  # its numbers carry the precision they were made at
    with mpmath.workdps(digits + 30):
        s = levels(spectrum, d)
        sigma, sigma0, lam = (
            mpmath.mpf(x.numerator) / x.denominator for x in map(Fraction, (sigma, sigma0, lam))
        )
        kappa = bisected(s, lam, T)
        df1 = mpmath.fsum(x / (x + kappa) for x in s)
        df2 = mpmath.fsum((x / (x + kappa)) ** 2 for x in s)
        gamma = df2 / T
        energy = mpmath.fsum(kappa**2 * x / (x + kappa) ** 2 for x in s) / d
        rows = (T0 - d - (form == "exact")) if n else 1
        rho = (df2 + gamma / (1 - gamma) * (d - 2 * df1 + df2)) / rows
        terms = {
            "bias": energy / (1 - gamma),
            "variance": sigma**2 * gamma / (1 - gamma),
            "synthetic": n * sigma0**2 * rho,
        }
        if form == "exact" and lam == 0 and d + 2 <= T:
            terms["variance"] = sigma**2 * d / (T - d - 1)
        return terms, kappa


CASES = [
    # T above, at and below d; lam = 0 and not; with generators and without
    (40, 120, 90, 3, "0.7", "1/3", "0.1", "power-law:3/2"),
    (40, 120, 90, 3, "0.7", "1/3", "0", "power-law:3/2"),
    (40, 40, 90, 2, "0.7", "1/3", "1e-3", "power-law:3/2"),
    (40, 20, 90, 2, "0.7", "1/3", "0.01", "spiked:10*3,1"),
    (40, 20, 90, 2, "0.7", "1/3", "0", "spiked:10*3,1"),
    (40, 20, 90, 0, "1/3", "0", "0", "power-law:3/2"),
    (40, 39, 90, 0, "0", "0", "0", "isotropic"),
    (40, 60, 42, 5, "0", "2", "7", "spiked:10*3,1"),
]


@pytest.mark.parametrize("digits", [15, 50, 200])
@pytest.mark.parametrize("form", ["limit", "exact"])
@pytest.mark.parametrize("case", CASES, ids=str)
def test_evaluate_agrees_with_an_independent_computation(answer, case, form, digits):
    """Value, terms and kappa to the digits asked for, from a bisection and T2 typed again."""
    d, T, T0, n, sigma, sigma0, lam, spectrum = case
    found = answer(
        f"evaluate --d {d} --T {T} --T0 {T0} --n {n} --sigma {sigma} --sigma0 {sigma0} --lam {lam} "
        f"--spectrum {spectrum} --form {form} --digits {digits} --json"
    )
    terms, kappa = independent_ridge(*case, digits, form)
    with mpmath.workdps(digits + 30):
        # A printed number is off by at most one unit of its last digit.
        for shown, true in [
            (found["value"], mpmath.fsum(terms.values())),
            (found["kappa"], kappa),
            *((found["terms"][name], terms[name]) for name in TERMS),
        ]:
            assert abs(mpmath.mpf(shown) - true) <= abs(true) * mpmath.mpf(10) ** (1 - digits)


def test_evaluate_has_the_contract_s_keys(answer):
    """Numbers are decimal strings, and the terms sum to the value."""
    found = answer(
        "evaluate --d 30 --T 60 --T0 90 --n 2 --sigma 1 --sigma0 1 --lam 0.1 --digits 40 --json"
    )
    assert set(found) >= EVALUATE
    assert set(found["terms"]) == TERMS
    for name in ("value", "kappa", "df1", "df2", "gamma", "radius", "kappa_radius"):
        assert isinstance(found[name], str)
        mpmath.mpf(found[name])
    with mpmath.workdps(60):
        total = mpmath.fsum(mpmath.mpf(term) for term in found["terms"].values())
        value = mpmath.mpf(found["value"])
        assert abs(total - value) <= 3 * value * mpmath.mpf(10) ** -39
    assert found["digits"] == 40
    assert found["form"] == "limit"
    assert found["certified"] is False
    assert found["formulas"] == ["ridge"]


@pytest.mark.parametrize("digits", [15, 40])
def test_a_certified_radius_holds(answer, digits):
    """|true value - value| <= radius, against a computation with twice the digits."""
    case = CASES[0]
    d, T, T0, n, sigma, sigma0, lam, spectrum = case
    found = answer(
        f"evaluate --d {d} --T {T} --T0 {T0} --n {n} --sigma {sigma} --sigma0 {sigma0} --lam {lam} "
        f"--spectrum {spectrum} --digits {digits} --certified --json"
    )
    terms, kappa = independent_ridge(*case, 2 * digits, "limit")
    assert found["certified"] is True
    with mpmath.workdps(2 * digits + 30):
        radius = mpmath.mpf(found["radius"])
        value = mpmath.mpf(found["value"])
        assert abs(value - mpmath.fsum(terms.values())) <= radius
        assert radius <= value * mpmath.mpf(10) ** (1 - digits)
        assert abs(mpmath.mpf(found["kappa"]) - kappa) <= mpmath.mpf(found["kappa_radius"])


def test_exact_form_says_what_is_exact(answer):
    """Everything is exact for least squares and for Sigma = I; else only the named pieces are."""
    whole = answer("evaluate --d 10 --T 40 --sigma 1 --form exact --digits 20 --json")
    assert whole["value"] == mpmath.nstr(mpmath.mpf(10) / 29, 15)[:-2] + whole["value"][15:]
    assert whole["is_exact"] is True
    chain = "--T0 30 --n 1 --sigma0 1 --lam 0.1"
    oracle = answer(f"evaluate --d 10 --T 40 --sigma 1 {chain} --form exact --json")
    assert oracle["formulas"] == ["finite-size"]
    assert oracle["is_exact"] is True
    chain += " --spectrum ar1:1/2"
    part = answer(f"evaluate --d 10 --T 40 --sigma 1 {chain} --form exact --json")
    assert part["is_exact"] is False
    assert part["exact_pieces"]


def test_formulas(answer):
    """The list, and one entry, as data."""
    found = answer("formulas --format json")["formulas"]
    assert {"id", "statement", "regime", "kind", "source"} <= set(found[0])
    numbers = [f["theorem"] for f in found]
    assert numbers == sorted(numbers, key=lambda number: (number[0] != "T", number))
    one = answer("formulas T2 --format json")
    assert one == next(f for f in found if f["id"] == "ridge")
    assert set(one["expressions"]) == TERMS


@pytest.mark.parametrize("style", ["text", "latex", "markdown"])
def test_formulas_for_reading(run, style):
    """Every style shows every formula; latex and markdown have no raw Unicode mathematics."""
    status, out, err = run(f"formulas --format {style}")
    assert (status, err) == (0, "")
    assert "gamma" in out or "T2" in out


def test_derive_without_steps(answer):
    """--no-steps checks nothing and shows the specialised result."""
    found = answer("derive ridgeless --no-steps --json --set n=3 --set sigma=0")
    assert set(found) == {"id", "steps", "result", "latex"}
    assert found["id"] == "ridgeless"
    assert found["steps"] == []
    assert found["result"] == "3*d*sigma0**2/(T0 - d - 1)"


def test_derive_with_steps(answer):
    """Every step has its expression, its justification and an outcome of its check."""
    found = answer("derive optimal-ridge --format json")
    assert set(found) == {"id", "steps", "result", "latex"}
    for step in found["steps"]:
        assert {"expression", "justification", "checked"} <= set(step)
        assert step["checked"] is True
    assert len(found["steps"]) == 5


@pytest.mark.slow
def test_derive_with_monte_carlo_steps(answer):
    """The derivation from the process itself: every line passes at the default seed."""
    found = answer("derive ridgeless --json")
    assert all(step["checked"] for step in found["steps"])
    assert len(found["steps"]) > 15


def test_simulate(answer):
    """Numbers are JSON numbers; z is the deviation in standard errors."""
    line = "simulate --d 5 --T 20 --T0 15 --n 1 --sigma 1 --sigma0 1 --repetitions 64 --json"
    found = answer(line)
    assert set(found) >= SIMULATE
    assert found["repetitions"] == 64
    assert found["method"] == "literal"
    assert found["theory"] == pytest.approx(5 / 14 + 5 / 9, rel=1e-12)
    expected = (found["mean"] - found["theory"]) / found["standard_error"]
    assert found["z"] == pytest.approx(expected, rel=1e-12)
    assert answer(line) == found
    assert answer(line + " --seed 7")["mean"] != found["mean"]


def test_simulate_where_the_error_has_no_finite_variance(answer):
    """No standard error and no z, but quantiles by level, and why."""
    found = answer("simulate --d 10 --T 12 --sigma 1 --repetitions 64 --json")
    assert found["theory"] == pytest.approx(10)
    assert found["standard_error"] is None
    assert found["z"] is None
    levels = ["0.05", "0.25", "0.5", "0.75", "0.95"]
    assert list(found["quantiles"]) == levels
    assert sorted(found["quantiles"].values()) == [found["quantiles"][level] for level in levels]
    assert "no finite variance" in found["tails"]
    assert answer("simulate --d 10 --T 14 --sigma 1 --repetitions 64 --json")["quantiles"] is None


def test_simulate_without_a_theorem(answer):
    """theory and z are null where nothing is known."""
    found = answer(
        "simulate --d 5 --T 20 --sigma 1 --lam 1 --features elliptical:1/2*1/2,3/2*1/2 "
        "--repetitions 32 --json"
    )
    assert found["theory"] is None
    assert found["z"] is None


@pytest.mark.parametrize(
    ("formula", "T", "verdict", "status"),
    [
        ("sigma^2*d/(T-d-1)", "d + 2 .. 4*d", "proved", 0),
        ("sigma^2*d/(T-d)", "d + 2 .. 4*d", "refuted", 1),
        ("sigma^2*d/(T-d-1)", 'd + 2 .. d + 3"\nfeatures = "student:5', "undecided", 3),
    ],
)
def test_check(answer, tmp_path, formula, T, verdict, status):
    """The verdict, the contract's keys, and the exit status that goes with it."""
    path = tmp_path / "c.toml"
    path.write_text(CONJECTURE.format(formula=formula, T=T))
    found = answer(f"check {path} --json", status)
    assert set(found) == CHECK
    assert found["verdict"] == verdict
    example = found["counterexample"]
    assert (example is not None) is (verdict == "refuted")


def test_a_counterexample_can_be_run_again(answer, tmp_path):
    """Its command line prints the observed value."""
    path = tmp_path / "c.toml"
    path.write_text(CONJECTURE.format(formula="sigma^2*d/(T-d)", T="d + 2 .. 4*d"))
    example = answer(f"check {path} --json", 1)["counterexample"]
    verb = example["command"].removeprefix("ridgeproof ")
    again = answer(f"{verb} --json")
    with mpmath.workdps(20):
        observed = mpmath.mpf(example["observed"])
        assert abs(mpmath.mpf(again["value"]) - observed) <= abs(observed) * mpmath.mpf("1e-14")


@pytest.mark.slow
def test_verify(answer):
    """One claim: its verdict, the points tried, literal repetitions, and the mutants it kills."""
    found = answer("verify C5 --json")
    (claim,) = found["claims"]
    assert {"id", "title", "verdict", "evidence"} <= set(claim)
    assert (claim["id"], claim["verdict"]) == ("C5", "consistent")
    evidence = claim["evidence"]
    assert evidence["points"] > 0
    assert evidence["literal_repetitions"] > 0
    assert evidence["worst_point"]
    assert all(mutant["killed"] for mutant in evidence["mutants"])
    assert len(evidence["mutants"]) == 2
