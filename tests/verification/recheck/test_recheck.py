"""Certificates checked again: accepted as they are, rejected after any change that matters."""

from __future__ import annotations

import ast
import copy
import json
from dataclasses import replace
from fractions import Fraction
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from flint import arb, fmpq
from sympy import diff

from ridgeproof import evaluate, make_setting
from ridgeproof.cli import main
from ridgeproof.theory.errors import InputError
from ridgeproof.verification import recheck as room
from ridgeproof.verification.recheck.check import _Compiled, _halves, _Prover, recheck
from ridgeproof.verification.recheck.intervals import hull
from ridgeproof.verification.recheck.reading import read_formula, read_statement
from ridgeproof.verification.recheck.theorem import (
    NAMES,
    QUANTITIES,
    LevelSum,
    _over_one,
    enclosed_sums,
    kappa_between,
    levels,
    slope,
)

DOMAIN = {
    "d": {"integers": [5, 6]},
    "T": "d + 2 .. 3*d",
    "sigma": ["1/10", "2"],
    "lam": ["1/100", "1"],
    "spectrum": ["isotropic", "power-law:3/2"],
}
CLAIM = {"quantity": "bias", "relation": "increases-in", "formula": "lam", "kind": "limit"}


def planned(claim, domain):
    """A certificate for a true claim, by halving until every leaf holds."""
    statement = read_statement(claim, domain)
    prover, leaves = _Prover(statement, Fraction(0)), []
    for spectrum in statement.spectra:
        for size in statement.sizes():
            todo = [{x: ends for x, ends in statement.box(size).items() if x != "d"}]
            while todo:
                box = todo.pop()
                felt = prover._felt(levels(spectrum, "flat", size), size, box)
                if felt:
                    todo += _halves(box, felt)
                else:
                    ends = [[str(a), str(b)] for a, b in box.values()]
                    leaves.append({"spectrum": spectrum, "sign": 1, "box": [[size, size], *ends]})
    return {
        "format": "ridgeproof certificate",
        "version": 1,
        "theorem": "ridge",
        "delta": "0",
        "conjecture": claim,
        "domain": domain,
        "leaves": leaves,
        "variables": ["d", *box],
    }


@pytest.fixture(scope="module")
def certificate():
    """One for a claim that needs a few dozen leaves."""
    made = planned(CLAIM, DOMAIN)
    assert 20 < len(made["leaves"]) < 200
    return made


def test_a_certificate_is_accepted(certificate):
    """Every leaf holds, and they fill the domain."""
    assert recheck(certificate).accepted


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda leaves, k: leaves.pop(k), "no leaf fills"),
        (lambda leaves, k: leaves[k].update(sign=-1), "does not say"),
        (lambda leaves, k: leaves[k]["box"][-1].__setitem__(1, "3/2"), "beyond the domain"),
        (lambda leaves, k: leaves[k]["box"][-1].__setitem__(0, "0"), "beyond the domain"),
        (lambda leaves, k: leaves.append(leaves[k]), "overlap"),
        (
            lambda leaves, k: leaves.append({**leaves[k], "spectrum": "ar1:1/2"}),
            "beyond the domain",
        ),
    ],
    ids=["removed", "sign", "wider above", "wider below", "twice", "elsewhere"],
)
def test_each_leaf_is_needed_as_it_is(certificate, change, reason):
    """Removed, widened, of the other sign or there twice: whichever leaf it is."""
    for k in range(0, len(certificate["leaves"]), 19):
        altered = copy.deepcopy(certificate)
        change(altered["leaves"], k)
        outcome = recheck(altered)
        assert not outcome.accepted
        assert reason in outcome.reason


def test_a_leaf_widened_within_the_domain_overlaps_its_neighbour(certificate):
    """It may still be true, but the certificate has been edited."""
    altered = copy.deepcopy(certificate)
    leaf = next(x for x in altered["leaves"] if x["box"][-1] != ["1/100", "1"])
    leaf["box"][-1] = ["1/100", "1"]
    assert "overlap" in recheck(altered).reason


def test_without_leaves_nothing_is_proved(certificate):
    """Of a T that is one number there is no step to take."""
    claim, domain = {**CLAIM, "formula": "T"}, {**DOMAIN, "T": 9}
    outcome = recheck({**certificate, "conjecture": claim, "domain": domain, "leaves": []})
    assert "nothing to compare" in outcome.reason


def test_a_false_claim_with_true_looking_leaves_is_rejected(certificate):
    """The leaves of one claim do not prove its opposite: each is enclosed anew."""
    opposite = {**CLAIM, "relation": "decreases-in"}
    outcome = recheck({**certificate, "conjecture": opposite})
    assert "is not confirmed" in outcome.reason


@pytest.mark.parametrize(
    ("relation", "formula"),
    [
        ("at-most", "20.0/d"),  # 0 in the limit
        ("at-least", "0*log(d - T)"),
        ("at-least", "(T - 3/2*d)/(T - 3/2*d) - 1"),
        ("at-least", "0*sqrt(d - T)"),
        ("at-least", "0^0 - 1"),
        ("at-most", "1 + 1/(d - d)"),
        ("at-most", "((10^1000)^1000)^1000"),
        ("at-most", "exp(1000*1000*1000)"),
    ],
)
def test_what_is_undefined_or_another_in_the_limit_is_no_claim(relation, formula):
    """Whatever cancels, and however the leaf looks; and no number takes for ever."""
    claim = {"quantity": "bias", "relation": relation, "formula": formula, "kind": "limit"}
    leaf = {"spectrum": "isotropic", "sign": 1, "box": [[6, 6], [8, 10], ["1/10", "1"]]}
    forged = {
        "conjecture": claim,
        "domain": {"d": 6, "T": [8, 10], "lam": ["1/10", "1"]},
        "variables": ["d", "T", "lam"],
        "leaves": [leaf],
    }
    try:
        accepted = recheck(forged).accepted
    except InputError:
        accepted = False
    assert not accepted


@pytest.mark.parametrize(
    ("spectrum", "signal"),
    [
        ("levels:-1*2,1", "flat"),
        ("levels:0*2,1", "flat"),
        ("levels:1*-2,1", "flat"),
        ("power-law:-1", "flat"),
        ("power-law:1", "source:-5"),
        ("ar1:1", "flat"),
    ],
)
def test_what_is_no_spectrum_has_no_levels(spectrum, signal):
    """Eigenvalues are positive, counts too, and exponents not negative."""
    with pytest.raises(InputError):
        levels(spectrum, signal, 6)


@pytest.mark.parametrize("rho", ["1/2", "-9/10"])
def test_levels_of_autoregressive_rows_are_eigenvalues(rho):
    """Of the covariance itself, by LAPACK, at d = 40; next to |rho| = 1 they are refused."""
    size = np.arange(40)
    known = np.linalg.eigvalsh(float(Fraction(rho)) ** np.abs(size[:, None] - size))[::-1]
    held = levels(f"ar1:{rho}", "flat", 40)
    assert list(held.low) == pytest.approx(list(known), rel=1e-11)
    assert (held.low < held.high).all()
    assert (held.high <= held.low * (1 + 2e-11)).all()
    with pytest.raises(InputError):
        levels("ar1:0.99999", "flat", 40)


def test_a_needle_is_not_confirmed():
    """A claim that fails on an interval of lam of width 0.02 alone has no certificate."""
    fails = "sigma^2*d/(T-d)*(1 - exp(-((lam - 1/2)/0.01)^2))"
    claim = {"quantity": "variance", "relation": "at-most", "formula": fails, "kind": "limit"}
    domain = {**DOMAIN, "d": 5, "T": 12, "sigma": 1, "spectrum": "isotropic"}
    leaf = {"spectrum": "isotropic", "sign": 1, "box": [[5, 5], [12, 12], [1, 1], ["1/100", 1]]}
    outcome = recheck(
        {"conjecture": claim, "domain": domain, "variables": ["d", "T", "sigma", "lam"]}
        | {"leaves": [leaf]}
    )
    assert "is not confirmed" in outcome.reason


@pytest.mark.parametrize("sigma", ["1", "100000000000000001/100000000000000000"])
def test_a_leaf_beside_a_number_does_not_hold_it(sigma):
    """Rounding outwards is forgiven, not a leaf that misses the one value there is."""
    claim = {"quantity": "variance", "relation": "at-most", "formula": "2*sigma^2*d/(T-d)"}
    leaf = {"spectrum": "isotropic", "sign": 1, "box": [[5, 5], [12, 12], [sigma, sigma]]}
    outcome = recheck(
        {"conjecture": {**claim, "kind": "limit"}, "domain": {"d": 5, "T": 12, "sigma": 1}}
        | {"variables": ["d", "T", "sigma"], "leaves": [leaf]}
    )
    assert outcome.accepted == (sigma == "1")


@pytest.mark.parametrize("spectrum", ["isotropic", "power-law:3/2", "levels:2*3,1/3*2", "ar1:-2/3"])
def test_the_theorem_is_that_of_evaluate(spectrum):
    """Each term at a point holds the value that the catalogue gives, and slopes are its slopes."""
    given = {"d": 5, "T": 9, "T0": 14, "n": 3, "sigma": "1/2", "sigma0": "3/4", "lam": "1/10"}
    domain = {**given, "spectrum": spectrum}
    box = {x: (Fraction(given[x]),) * 2 for x in ("T", "T0", "n", "sigma", "sigma0", "lam")}
    at = levels(spectrum, "flat", 5)
    terms = evaluate(make_setting(**given, spectrum=spectrum)).terms
    for name in ("bias", "variance", "synthetic"):
        claim = {"quantity": name, "relation": "at-least", "formula": "0", "kind": "limit"}
        statement = read_statement(claim, domain)
        prover = _Prover(statement, Fraction(0))
        program = _Compiled([QUANTITIES[name], slope(QUANTITIES[name], "lam", NAMES["lam"])])
        value, rise = prover._enclosed(program, at, 5, box)
        assert float(value.low) == pytest.approx(float(terms[name]), rel=1e-12)
        step = Fraction(1, 10**5)
        ends = [
            evaluate(
                make_setting(**{**given, "lam": Fraction(1, 10) + sign * step}, spectrum=spectrum)
            )
            for sign in (1, -1)
        ]
        difference = float(ends[0].terms[name] - ends[1].terms[name]) / float(2 * step)
        assert float(rise.low) == pytest.approx(difference, rel=1e-5)


@pytest.mark.parametrize("quantity", ["bias", "variance", "synthetic"])
def test_a_box_encloses_its_points(quantity):
    """Value and slopes at points within, of boxes on which terms of the sums rise and fall."""
    domain = {
        **DOMAIN,
        "d": 6,
        "T": "8 .. 18",
        "T0": "12 .. 24",
        "n": "1 .. 3",
        "sigma0": ["1/2", "1"],
    }
    claim = {"quantity": quantity, "relation": "at-least", "formula": "0", "kind": "limit"}
    statement = read_statement(claim, domain)
    prover, at = _Prover(statement, Fraction(0)), levels("power-law:3/2", "flat", 6)
    value = QUANTITIES[quantity]
    slopes = [slope(value, x, NAMES["lam"]) for x in ("T", "T0", "lam")]
    program = _Compiled([value, *slopes])
    whole = {x: ends for x, ends in statement.box(6).items() if x != "d"}
    enclosures = prover._enclosed(program, at, 6, whole)
    for k in range(12):
        # Corners among them: kappa is extreme at two.
        shares = [Fraction(k * step % 5, 4) for step in (1, 2, 3, 1, 2, 4)]
        point = {
            x: (low + share * (high - low),) * 2
            for (x, (low, high)), share in zip(whole.items(), shares, strict=True)
        }
        for inside, outside in zip(
            prover._enclosed(program, at, 6, point), enclosures, strict=True
        ):
            assert outside.low <= inside.low
            assert inside.high <= outside.high


@pytest.mark.parametrize("name", ["T", "T0", "n", "sigma", "sigma0", "lam"])
@pytest.mark.parametrize("ridge", [NAMES["lam"], read_formula("sigma^2*d/T")], ids=str)
def test_a_slope_is_that_of_values_nearby(name, ridge):
    """In every variable, other settings fixed, lam among them or following its entry."""
    domain = {"d": 6, "T": 9, "T0": 14, "n": 2, "sigma": "1/2", "sigma0": "3/4", "lam": "1/10"}
    if ridge != NAMES["lam"]:
        domain["lam"] = "sigma^2*d/T"
        if name == "lam":
            return
    claim = {"quantity": "test_error", "relation": "at-least", "formula": "lam", "kind": "limit"}
    statement = read_statement(claim, domain)
    prover, at = _Prover(statement, Fraction(0)), levels("power-law:1", "flat", 6)
    program = _Compiled([statement.difference, slope(statement.difference, name, ridge)])
    here = {x: ends[0] for x, ends in statement.box(6).items() if x != "d"}

    def values(step):
        box = {x: (v + step * (x == name),) * 2 for x, v in here.items()}
        return [float(each.low) for each in prover._enclosed(program, at, 6, box)]

    step = Fraction(1, 10**5)
    difference = (values(step)[0] - values(-step)[0]) / float(2 * step)
    assert values(0)[1] == pytest.approx(difference, rel=1e-6, abs=1e-9)


@pytest.mark.parametrize("quantity", ["bias", "variance"])
def test_a_bound_just_below_the_largest_value_is_not_confirmed(quantity):
    """Half a percent beyond the largest corner it is, half a percent short of it never."""
    domain = {**DOMAIN, "d": 6, "T": "8 .. 12"}
    at = levels("power-law:3/2", "flat", 6)

    def prover(bound):
        claim = {
            "quantity": quantity,
            "relation": "at-most",
            "formula": str(bound),
            "kind": "limit",
        }
        return _Prover(read_statement(claim, domain), Fraction(0))

    whole = read_statement({**CLAIM, "quantity": quantity}, domain).box(6)
    whole = {x: ends for x, ends in whole.items() if x != "d"}
    program = _Compiled([QUANTITIES[quantity]])
    largest = max(
        float(
            prover(1)
            ._enclosed(program, at, 6, {x: (v, v) for x, v in zip(whole, corner, strict=True)})[0]
            .high
        )
        for corner in product(*whole.values())
    )
    assert prover(Fraction(largest * 1.005)).holds(at, 6, whole)
    assert not prover(Fraction(largest * 0.995)).holds(at, 6, whole)


@pytest.mark.parametrize(
    ("quantity", "relation", "formula"),
    [
        ("bias", "at-least", "1"),
        ("bias", "at-most", "-1"),
        ("synthetic", "at-least", "1000"),
        ("test_error", "at-least", "1000"),
    ],
)
@pytest.mark.parametrize("ridge", ["0", "(T - d)/T"])
def test_without_ridge_at_as_many_rows_as_directions_nothing_follows(
    quantity, relation, formula, ridge
):
    """The bias is 0 and 1 - gamma too: multiplied by it any claim says 0 >= 0."""
    domain = {"d": 5, "T": 5, "T0": 20, "n": 2, "sigma": 0, "sigma0": 1, "lam": ridge}
    statement = read_statement(
        {"quantity": quantity, "relation": relation, "formula": formula, "kind": "limit"}, domain
    )
    box = {x: ends for x, ends in statement.box(5).items() if x != "d"}
    assert not _Prover(statement, Fraction(0)).holds(levels("isotropic", "flat", 5), 5, box)


@pytest.mark.parametrize(("more", "holds"), [("1/100", False), ("1/5", True)])
def test_what_turns_between_whole_numbers_is_decided_at_them(more, holds):
    """A slope (T - 7)(T - 8) + more: from 7 to 8 the function falls by 1/6 - more."""
    T = NAMES["T"]
    claim = {**CLAIM, "relation": "increases-in", "formula": "T"}
    statement = read_statement(claim, {**DOMAIN, "T": [7, 8]})
    function = T**3 / 3 - 15 * T**2 / 2 + (56 + read_formula(more)) * T
    other = replace(statement, difference=diff(function, T), moving=("T", function))
    box = {**other.box(5), "T": (Fraction(7), Fraction(7))}
    box.pop("d")
    assert _Prover(other, Fraction(0)).holds(levels("isotropic", "flat", 5), 5, box) == holds


def test_kappa_is_between_its_corners():
    """It rises with lam and falls with T: every corner lies within, two of them at the ends."""
    at = levels("power-law:1", "flat", 6)
    around = kappa_between(at, hull(Fraction(1, 10), 1), hull(7, 20))
    corners = [
        kappa_between(at, hull(lam, lam), hull(T, T))
        for lam in (Fraction(1, 10), 1)
        for T in (7, 20)
    ]
    assert float(around.low) == min(float(each.low) for each in corners)
    assert float(around.high) == max(float(each.high) for each in corners)


def test_a_term_of_a_sum_is_enclosed_across_its_peak():
    """s kappa/(s + kappa)^2 is largest at kappa = s: the ends alone would miss it."""
    (found,) = enclosed_sums(
        [LevelSum(0, 0, 1, 2, NAMES["kappa"])],
        levels("isotropic", "flat", 1),
        hull(Fraction(1, 10), 10),
    ).values()
    assert float(found.high) == pytest.approx(1 / 4)
    assert float(found.low) == pytest.approx(0.1 / 1.21)


@pytest.mark.parametrize("name", ["bias", "synthetic"])
def test_sums_over_one_denominator_are_the_sums(name):
    """Whatever its kinds of sums and d, an expression keeps its value; and df1 - df2 its sign."""
    value = QUANTITIES[name] + slope(QUANTITIES[name], "T", NAMES["lam"]) - NAMES["b"] * NAMES["d"]
    known = {NAMES[x]: hull(v, v) for x, v in (("d", 6), ("T", 9), ("T0", 14), ("n", 2))}
    known |= {NAMES[x]: hull(*[Fraction(1, 3)] * 2) for x in ("sigma", "sigma0", "kappa")}
    program = _Compiled([value, _over_one(value)])
    held = levels("power-law:1", "source:1/2", 6)
    plain, written = program.program(
        {**known, **enclosed_sums(program.sums, held, known[NAMES["kappa"]])}
    )
    assert float(written.low) == pytest.approx(float(plain.low), rel=1e-11)
    difference = _over_one(NAMES["df1"] - NAMES["df2"])
    assert difference == LevelSum(0, 1, 1, 2, NAMES["kappa"])


@pytest.mark.parametrize(("spectrum", "bits"), [("power-law:60", 200), ("ar1:1/2", 10)])
def test_a_sum_in_floats_holds_the_sum_in_fractions(spectrum, bits):
    """Of eigenvalues that are floats, at a point; beyond their range nothing is claimed."""
    held, k = levels.__wrapped__(spectrum, "flat", 30), Fraction(1, 2**bits)
    held.high, held.most = held.low, held.least
    kinds = [
        LevelSum(w, a, c, m, NAMES["kappa"])
        for w in (0, 1)
        for a, c, m in ((1, 0, 1), (0, 2, 2), (2, 1, 3), (3, 0, 6), (0, 0, 6))
    ]
    for each, found in enclosed_sums(kinds, held, hull(k, k)).items():
        w, a, c, m = map(int, each.args[:4])
        weights = held.least if w else held.counts
        exact = sum(
            Fraction(weight) * Fraction(x) ** a * k**c / (Fraction(x) + k) ** m
            for x, weight in zip(held.low, weights, strict=True)
        )
        assert found.low <= arb(fmpq(exact.numerator, exact.denominator)) <= found.high
        assert spectrum != "ar1:1/2" or found.high <= found.low * (1 + 1e-12)


def test_a_formula_is_read_as_it_is_written():
    """Precedence, powers from the right, and functions; a name that is none is named."""
    d, T = NAMES["d"], NAMES["T"]
    assert read_formula("-d^2/(T-d)*2 + 0.5") == -2 * d**2 / (T - d) + Fraction(1, 2)
    assert read_formula("T^2^3/d") == T**8 / d
    assert read_formula("min(d, 3*T)") != read_formula("max(d, 3*T)")
    for wrong in ("d +", "d d", "__import__('os')", "9^9^9^9", "eval(d)", "(" * 60):
        with pytest.raises(InputError, match="formula"):
            read_formula(wrong)


def test_an_interval_power_holds_every_value():
    """An even power of an interval around zero begins at zero; an inverse there is unknown."""
    around = hull(-1, 2)
    assert (float(around.power(Fraction(2)).low), float(around.power(Fraction(2)).high)) == (0, 4)
    assert not around.power(Fraction(-1)).high.is_finite()


@pytest.fixture
def run(monkeypatch, capsys):
    """The command line: its exit status and all that it says."""

    def call(*arguments):
        monkeypatch.setattr("sys.argv", ["ridgeproof", "recheck", *map(str, arguments)])
        with pytest.raises(SystemExit) as stopped:
            main()
        said = capsys.readouterr()
        return stopped.value.code or 0, said.out + said.err

    return call


def test_exit_statuses(certificate, tmp_path, run):
    """0 accepted, 1 for another claim or a missing leaf, 2 where it cannot be read."""
    path, claim = tmp_path / "proof.json", tmp_path / "claim.toml"
    text = json.dumps(certificate)
    path.write_text(text)
    domain = (
        'd = { integers = [5, 6] }\nT = "d + 2 .. 3*d"\nsigma = [0.1, 2.0]\nlam = [0.01, 1]\n'
        'spectrum = ["isotropic", "power-law:3/2"]\n'
    )
    stated = '[conjecture]\nquantity = "bias"\nrelation = "increases-in"\nformula = "lam"\n'
    claim.write_text(f'{stated}kind = "limit"\n[domain]\n{domain}')
    assert run(path, claim)[0] == 0
    claim.write_text(f'{stated}kind = "limit"\n[domain]\n{domain.replace("0.01", "0.001")}')
    code, said = run(path, claim)
    assert (code, "another claim" in said) == (1, True)
    for broken, words in (
        (text[: len(text) // 2], "cut short"),
        (text.replace('"version": 1', '"version": 2'), "version"),
        (text.replace('"theorem": "ridge"', '"theorem": "ridge-chain"'), "theorem"),
        (text.replace('"bias"', '"optimal_lam"'), "no claim that recheck reads"),
        ("[]", "no certificate"),
    ):
        path.write_text(broken)
        code, said = run(path)
        assert (code, words in said) == (2, True), said
    with path.open("wb") as file:
        file.truncate(100_000_000)
    code, said = run(path)
    assert (code, "too large" in said) == (2, True)


def test_the_room_imports_nothing_but_itself():
    """Its own claim, theorem and intervals: of the project it knows the errors alone."""
    for path in Path(room.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("ridgeproof"):
                assert node.module == "ridgeproof.theory.errors" or node.module.startswith(
                    "ridgeproof.verification.recheck."
                ), path
