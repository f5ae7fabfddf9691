"""The search proves what is true and nothing else; its certificates convince another reader."""

from __future__ import annotations

import json
from fractions import Fraction

import pytest
from click.testing import CliRunner
from sympy import Rational, Symbol

from ridgeproof import check
from ridgeproof.commands.check import command as check_command
from ridgeproof.commands.recheck import command as recheck_command
from ridgeproof.theory import symbols as sy
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.settings.spectra import Flat, Isotropic
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.proofs.boxes import problem as problems
from ridgeproof.verification.proofs.boxes import search as searches
from ridgeproof.verification.proofs.boxes.certificate import certificate
from ridgeproof.verification.proofs.boxes.search import approached, searched
from ridgeproof.verification.proofs.inequality import stated
from ridgeproof.verification.recheck.check import recheck

DOMAIN = {
    "d": "{ integers = [5, 20] }",
    "T": '"d + 2 .. 4*d"',
    "T0": '"2*d .. 4*d"',
    "n": "{ integers = [1, 4] }",
    "sigma": "[0.5, 2]",
    "sigma0": "[0.5, 1]",
    "lam": "[0.01, 1]",
    "spectrum": '["isotropic", "power-law:3/2"]',
}


def claim(quantity, relation, formula, kind="limit", **domain):
    """A conjecture over the domain above, with some entries changed."""
    entries = {**DOMAIN, **domain}
    for name in ("T", "lam"):  # first where ranges follow it
        if any(name in str(entry) for entry in entries.values()):
            entries = {name: entries.pop(name), **entries}
    lines = [f"{name} = {entry}" for name, entry in entries.items() if entry]
    words = {"quantity": quantity, "relation": relation, "kind": kind, "formula": formula}
    head = [f'{name} = "{text}"' for name, text in {"title": "a claim", **words}.items()]
    return read_conjecture("\n".join(["[conjecture]", *head, "[domain]", *lines]))


def search(conjecture):
    """What the boxes say of a conjecture."""
    return searched(stated(conjecture), lambda: False)


TRUE = {
    "below least squares": ("variance", "at-most", "sigma^2*d/(T-d)"),
    "falls with generator rows": ("test_error", "decreases-in", "T0"),
    "below the filtered noise": ("synthetic", "at-most", "n*sigma0^2*df1/(T0-d)"),
    "ridge costs bias": ("bias", "increases-in", "lam"),
    "ridge forgets": ("synthetic", "decreases-in", "lam"),
}


@pytest.mark.parametrize("words", TRUE.values(), ids=TRUE)
def test_true_claims_are_proved(words):
    """On AR(1) rows as well."""
    spectra = '["isotropic", "power-law:3/2", "ar1:1/2"]'
    assert search(claim(*words, d="{ integers = [5, 12] }", spectrum=spectra)).is_proof


NEEDLE = "max(0, 1 - ((sigma-1)^2+(lam-1/2)^2)/0.03^2)"
ONE_PAIR = "max(0, 1 - 10^6*((phi-11/30)^2+(sigma-1)^2/1000))"
FALSE = {
    "a needle in two variables": ("variance", "at-most", f"sigma^2*d/(T-d) - 9*{NEEDLE}", {}),
    "a needle at one pair of sizes": (
        "variance", "at-most", f"sigma^2*d/(T-d) - 9*{ONE_PAIR}", {},
    ),
    "a window of depth 1e-6": (
        "test_error", "at-least", "0.1753910", {"d": "20", "T": "40", "n": "0", "sigma": "0.5",
                                                  "T0": "", "sigma0": "", "spectrum": ""},
    ),
    "a second minimum": (
        "test_error", "at-least", "0.4",
        {"d": "60", "T": "66", "T0": "200", "n": "3", "sigma": "0.1732", "sigma0": "0.3162",
         "lam": "[0, 10]", "spectrum": '"levels:1*50,0.01*10"', "signal": '"energies:0.2,0.8"'},
    ),
    "a derivative": ("test_error", "increases-in", "lam", {}),
}  # fmt: skip


@pytest.mark.parametrize("case", FALSE.values(), ids=FALSE)
def test_false_claims_are_refuted_where_they_fail(case):
    """The checked verdict: by a counterexample that the precise evaluation confirms."""
    quantity, relation, formula, domain = case
    verdict = check(claim(quantity, relation, formula, **domain), budget=1)
    assert verdict.verdict.value == "refuted"
    assert verdict.counterexample is not None


def test_a_needle_in_six_variables_is_never_proved():
    """It is refuted, or left open with the box that resists."""
    sides = "(sigma-1)^2+(lam-1/2)^2+(sigma0-3/4)^2+(phi-0.45)^2+(phi0-0.37)^2+(n-2)^2"
    tight = claim("variance", "at-most", f"sigma^2*d/(T-d) - 9*max(0, 1 - ({sides})/0.03^2)")
    found = search(tight)
    assert not found.is_proof
    assert found.point is not None or found.first_open() is not None


def proof(words=("bias", "increases-in", "lam"), **domain):
    """The certificate of a proof, as JSON has it, and the claim."""
    small = {"d": "{ integers = [5, 7] }", "n": "0", "T0": "", "sigma0": "", **domain}
    conjecture = claim(*words, **small)
    found = search(conjecture)
    assert found.is_proof
    return json.loads(json.dumps(certificate(conjecture, found)))


def test_another_reader_accepts_the_certificate_and_rejects_a_changed_one():
    """Any leaf removed, widened, moved or of another sign; a claim that is another."""
    whole = proof(spectrum='["power-law:3/2", "ar1:1/2"]')
    assert recheck(whole).accepted
    leaves = whole["leaves"]
    for k in range(0, len(leaves), max(1, len(leaves) // 8)):
        rest = [*leaves[:k], *leaves[k + 1 :]]
        low, high = leaves[k]["box"][-1]
        wide = {**leaves[k], "box": [*leaves[k]["box"][:-1], [low, high * 1.5]]}
        turned = {**leaves[k], "sign": -1}
        for changed in (rest, [*rest, wide], [*rest, turned]):
            assert not recheck({**whole, "leaves": changed}).accepted
    other = {**whole["conjecture"], "relation": "decreases-in"}
    assert not recheck({**whole, "conjecture": other}).accepted


def test_a_prover_that_forgets_how_kappa_moves_convinces_nobody(monkeypatch):
    """With kappa held fixed the bias does not depend on lam: proved, and rejected by the reader."""
    monkeypatch.setattr(problems.KappaOf, "slope", lambda self, x: problems.Integer(0))
    false = proof(("bias", "decreases-in", "lam"), spectrum='"isotropic"')
    assert not recheck(false).accepted


def turning(more):
    """x^3/3 - 15/2 x^2 + (56 + more) x at 7 and 8: its slope is (x - 7)(x - 8) + more."""
    x, seven = Symbol("x", positive=True), Fraction(7)
    place = problems.Place(Isotropic(), Flat(), 2, {x: (seven, seven + 1)})
    value = x**3 / 3 - 15 * x**2 / 2 + (56 + more) * x
    problem = problems.Problem(value, (), (), (x,), frozenset({x}), (place,), "none")
    return searched(problem.rising(x), lambda: False)


def test_what_turns_between_whole_numbers_is_decided_at_them():
    """It falls from 7 to 8 by 1/6, or does not, whatever its slope is at either and in between."""
    falls, rises = turning(Rational(1, 100)), turning(Rational(1, 5))
    assert not falls.is_proof
    assert falls.point is not None
    assert rises.is_proof


def test_a_peak_between_whole_numbers_leaves_no_claim_open():
    """The variance rises at T = 6, and is largest at 6.36: from 6 on it falls by whole numbers."""
    words = {"d": "7", "sigma": "1", "lam": "0.1", "spectrum": '"isotropic"', "n": "0"}
    words |= {"T0": "", "sigma0": ""}
    text = "{{ integers = [{}, 21] }}"
    peak = claim("variance", "decreases-in", "T", T=text.format(6), **words)
    found = search(peak)
    assert found.is_proof
    written = json.loads(json.dumps(certificate(peak, found)))
    assert recheck(written).accepted
    below = claim("variance", "decreases-in", "T", T=text.format(5), **words)
    assert search(below).point is not None
    leaves = [*written["leaves"], {**written["leaves"][0]}]
    leaves[-1] = {**leaves[0], "box": [[7, 7], [5, 5], *leaves[0]["box"][2:]]}
    wider = {**written, "domain": {**written["domain"], "T": "5 .. 21"}, "leaves": leaves}
    assert not recheck(wider).accepted


def test_ranges_may_follow_other_whole_numbers_than_d():
    """The d of each T, the T0 of each T; a point that refutes lies in the domain."""
    follows = {"T": "{ integers = [8, 12] }", "d": '"T/2 .. T - 2"', "T0": '"T .. 2*T"'}
    follows |= {"spectrum": '"power-law:3/2"', "lam": "[0.1, 1]"}
    true = claim("synthetic", "at-most", "n*sigma0^2*d/(T0-d)", **follows)
    assert search(true).is_proof
    assert {(x.d, *x.box[sy.T]) for x in stated(true).places} == {
        (d, T, T) for T in range(8, 13) for d in range((T + 1) // 2, T - 1)
    }
    assert search(claim("synthetic", "at-most", "0.1*n*sigma0^2*d/(T0-d)", **follows)).point
    with pytest.raises(NotBuilt, match="follow T"):
        stated(claim("variance", "decreases-in", "T", **follows))


KAPPA = "(lam - 1 + phi + sqrt((lam - 1 + phi)^2 + 4*lam))/2"
ONE_LAM = {"d": "5", "T": "8", "n": "0", "T0": "", "sigma0": "", "sigma": "1",
           "lam": "[0.1, 0.2]", "spectrum": '"isotropic"'}  # fmt: skip


def test_an_equality_holds_up_to_a_delta_that_the_certificate_names(monkeypatch):
    """Written with a root of its own; off by a share it is not, and no other claim is accepted."""
    monkeypatch.setattr(searches, "_DELTAS", (Fraction(1, 10**2), Fraction(1, 10**5)))
    equal = claim("variance", "equals", f"phi/((1 + {KAPPA})^2 - phi)", **ONE_LAM)
    found = approached(stated(equal), lambda: False)
    assert found.is_proof
    delta = found.form.problem.delta
    assert delta == Fraction(1, 10**5)
    written = json.loads(json.dumps(certificate(equal, found)))
    assert recheck(written).delta == delta
    off = claim("variance", "equals", f"1.1*phi/((1 + {KAPPA})^2 - phi)", **ONE_LAM)
    assert approached(stated(off), lambda: False).point is not None
    for changed in ({"conjecture": dict(off.words)}, {"delta": "1e-30"}, {"delta": "0"}):
        assert not recheck({**written, **changed}).accepted


def test_an_equality_up_to_a_delta_is_no_proof():
    """The verdict is `identical`, and `how` names the delta."""
    steps, asks = "m = ridge(rows(T)@w0, lam)", 'risk = "risk(m)"'
    verdict = check(
        read_conjecture(
            '[conjecture]\nclaim = "max(risk, 0) = risk"\n[domain]\nd = 4\nT = 8\n'
            f'lam = [0.1, 0.2]\n[process]\nsteps = "{steps}"\n[ask]\n{asks}\n'
        ),
        budget=1,
    )
    assert verdict.verdict.value == "identical"
    assert verdict.how.startswith("whole domain up to 1e-")


def test_a_search_that_loses_a_leaf_convinces_nobody(monkeypatch):
    """Half of every box forgotten: the leaves do not fill the domain."""
    from ridgeproof.verification.proofs.boxes.search import Search

    halve = Search._halve

    def forgetful(self, boxes, felt):
        halve(self, boxes, felt)
        last = self.pending.pop()
        self.pending.append(last.some(slice(0, len(last) // 2)))

    monkeypatch.setattr(Search, "_halve", forgetful)
    assert not recheck(proof()).accepted


def process_claim(bound, noises=("sigma",)):
    """The error of a fit on labels with several noises is at most so much."""
    labels = " + ".join(["A@w0", *(f"{name}*noise(A)" for name in noises)])
    ranges = "\n".join(f"{name} = [0.1, 0.2]" for name in ("lam", *noises))
    return read_conjecture(
        f'[conjecture]\nclaim = "risk <= {bound}"\n[domain]\nd = 4\nT = "4 .. 8"\n{ranges}\n'
        f'[process]\nsteps = "A = rows(T)\\nm = ridge({labels}, lam)"\n[ask]\nrisk = "risk(m)"\n'
    )


def test_an_interrupted_search_keeps_the_leaves_that_are_done(monkeypatch):
    """Ctrl-C while boxes are bounded: the verdict says how many are closed, and is no proof."""
    step, calls = searches.Search._step, []

    def pressed(self, boxes):
        calls.append(boxes)
        if len(calls) == 4:
            raise KeyboardInterrupt
        step(self, boxes)

    monkeypatch.setattr(searches.Search, "_step", pressed)
    verdict = check(process_claim("0.3"), budget=1)
    assert verdict.verdict.value == "undecided"
    assert verdict.evidence["interrupted"]
    (rung,) = [x for x in verdict.evidence["rungs"] if x["rung"] == "whole domain"]
    assert rung["finding"].startswith("stopped, boxes that fill all but ")
    assert rung["leaves"] > 0


def test_a_domain_of_twelve_numbers_is_too_wide_for_boxes():
    """It says so, and the ladder goes on."""
    verdict = check(process_claim("5", tuple(f"p{k}" for k in range(10))), budget=1)
    findings = {rung["rung"]: rung["finding"] for rung in verdict.evidence["rungs"]}
    assert "12 numbers range, too many for a proof by boxes" in findings["whole domain"]
    assert verdict.verdict.value == "identical"


def test_what_is_not_bounded_says_why():
    """Claims of another kind, domains that are no boxes, and too many numbers."""
    for words, domain, reason in [
        (("optimal_lam", "at-most", "1"), {}, "size of a test error"),
        (("synthetic", "at-most", "1"), {"lam": "[1, 2]", "T": '"lam*d .. 4*d"'}, "no box"),
        (("bias", "at-most", "1"), {"d": "{ integers = [5, 5000] }"}, "dimensions"),
    ]:
        conjecture = claim(*words, **domain)
        with pytest.raises(NotBuilt, match=reason):
            stated(conjecture)


def test_the_certificate_is_written_and_read_back(tmp_path):
    """By the command line: check --certificate, then recheck with the conjecture file."""
    file, out = tmp_path / "claim.toml", tmp_path / "proof.json"
    file.write_text(
        '[conjecture]\ntitle = "t"\nquantity = "bias"\nrelation = "increases-in"\nkind = "limit"\n'
        'formula = "lam"\n[domain]\nd = { integers = [5, 6] }\nT = "d + 2 .. 2*d"\nn = 0\n'
        'lam = [0.1, 1.0]\nspectrum = "power-law:1.5"\n'
    )
    run = CliRunner().invoke
    done = run(check_command, [str(file), "--certificate", str(out)])
    assert done.exit_code == 0
    assert "whole domain" in done.output
    done = run(recheck_command, [str(out), str(file)])
    assert done.exit_code == 0
    assert "accepted" in done.output
    # T0 is no range, and follows T: recheck would not read it.
    follows = file.read_text().replace("n = 0", 'T0 = "2*T"\nn = 1\nsigma0 = 1')
    (tmp_path / "follows.toml").write_text(follows)
    done = run(check_command, [str(tmp_path / "follows.toml"), "--certificate", f"{out}2"])
    assert "no certificate" in done.stderr
    assert "proved, whole domain" in done.stderr
    with pytest.raises(InputError, match="folder"):
        run(check_command, [str(file), "--certificate", "no/x.json"], catch_exceptions=False)
