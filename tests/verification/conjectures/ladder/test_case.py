"""Changes along a variable: which are tried, and what a limit is allowed."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from ridgeproof import make_setting
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.ladder.case import Case, cases_at
from ridgeproof.verification.conjectures.settings import subject
from ridgeproof.verification.conjectures.settings.subject import SettingSubject
from ridgeproof.verification.conjectures.settings.truth import Known
from ridgeproof.verification.testing.allowance import allowance
from ridgeproof.verification.testing.judge import Judge, Refutation

ENTRIES = {"d": 8, "T": "{integers=[12, 40]}", "n": 0, "sigma": 1, "lam": "[0, 1]"}


def claim(formula, relation="increases-in", quantity="test_error", kind="limit", **entries):
    """A claim on ridge, as text."""
    head = f'quantity="{quantity}"\nrelation="{relation}"\nkind="{kind}"\nformula="{formula}"'
    domain = "\n".join(f"{name}={entry}" for name, entry in {**ENTRIES, **entries}.items())
    return read_conjecture(f"[conjecture]\n{head}\n[domain]\n{domain}\n")


def examine(conjecture, place, before=None):
    """What theory says of a case."""
    return SettingSubject(conjecture).examine(Case(place, before))


def next_values(conjecture, place, *, fine=False):
    """The places to which the variable moves."""
    cases = list(cases_at(SettingSubject(conjecture), place, simulated=not fine))
    assert all(case.before == place for case in cases)
    return [case.place for case in cases]


def test_steps_of_a_size_and_of_a_real():
    """One more, two more, twice as many; a twentieth and a quarter, and one that is very small."""
    at = make_setting(d=8, T=15, sigma=1, lam="1/2")
    assert [s.T for s in next_values(claim("T"), at)] == [16, 17, 30]
    assert [s.T for s in next_values(claim("T"), at.with_(T=39))] == [40]
    assert [s.lam for s in next_values(claim("lam"), at)] == [Fraction(11, 20), Fraction(3, 4)]
    fine = [s.lam for s in next_values(claim("lam"), at, fine=True)]
    assert fine[0] == Fraction(501, 1000)
    start = claim("n", n="{integers=[0, 4]}", T0=20, sigma0=1)
    assert [
        s.n for s in next_values(start, make_setting(d=8, T=15, T0=20, n=0, sigma=1, sigma0=1))
    ] == [1, 2]


def test_what_depends_on_the_same_has_not_changed():
    """The variance does not see lam0: known without a theorem, whatever the relation."""
    shared = {"n": 3, "T0": 20, "sigma0": 1, "lam0": "[0.1, 1]", "design": "'shared'", "lam": 0.1}
    before = make_setting(
        d=8, T=15, T0=20, n=3, sigma=1, sigma0=1, lam="0.1", lam0="0.2", design="shared"
    )
    after = before.with_(lam0=Fraction(1, 2))
    for relation in ("increases-in", "decreases-in"):
        found = examine(claim("lam0", relation, "variance", "exact", **shared), after, before)
        assert (found.is_known, found.margin, found.example) == (True, 0.0, None)
    whole = claim("lam0", "increases-in", "test_error", "exact", **shared)
    assert not examine(whole, after, before).is_known


def test_margins_are_per_octave_and_per_interval():
    """A doubling of T that halves the variance; the sign is that of the claim."""
    falls = claim("T", "decreases-in", "variance", lam=0, T="{integers=[12, 400]}")
    low, high = make_setting(d=8, T=99, sigma=1), make_setting(d=8, T=199, sigma=1)
    fall = examine(falls, high, low)
    assert fall.margin == pytest.approx((8 / 91 - 8 / 191) / (8 / 91), rel=1e-9)
    further = examine(falls, low.with_(T=399), low)  # two octaves
    assert further.margin == pytest.approx((8 / 91 - 8 / 391) / (8 / 91) / 2, rel=1e-9)
    rises = examine(
        claim("T", "increases-in", "variance", lam=0, T="{integers=[12, 400]}"), high, low
    )
    assert rises.margin == -1.0
    assert rises.example.before == low


def test_infinite_penalties_are_compared(monkeypatch):
    """From finite to infinite is a rise; from infinite to infinite nothing; no equality holds."""
    infinite = Known(mpmath.inf, mpmath.mpf(0), ("optimal-ridge",), exact=False)
    finite = Known(mpmath.mpf(2), mpmath.mpf(0), ("optimal-ridge",), exact=False)
    before, after = make_setting(d=8, T=15, sigma=1), make_setting(d=8, T=16, sigma=1)

    def margin(relation, first, second):
        values = {before: first, after: second}
        monkeypatch.setattr(subject, "known_value", lambda setting, *_: values[setting])
        return examine(claim("T", relation, "optimal_lam"), after, before).margin

    assert margin("increases-in", finite, infinite) > 0
    assert margin("decreases-in", finite, infinite) == -1.0
    assert margin("increases-in", infinite, finite) == -1.0
    assert margin("decreases-in", infinite, infinite) == 0.0
    monkeypatch.setattr(subject, "known_value", lambda *_: infinite)
    for relation, holds in (("equals", False), ("at-most", False), ("at-least", True)):
        found = examine(claim("5", relation, "optimal_lam", lam=0), before)
        assert (found.example is None) is holds
        assert (found.margin or 0) > 0 or not holds


@pytest.mark.slow
def test_a_change_in_the_limit_is_tried_at_large_sizes_with_its_allowance(monkeypatch):
    """Both ends grow alike; a fall within the allowance of the two refutes nothing."""
    before, after = (
        make_setting(d=8, T=16, sigma=1, lam="1/2"),
        make_setting(d=8, T=16, sigma=1, lam="1/4"),
    )
    bench = Judge("test", alpha=1e-3, tolerance=0.01, budget=2048)
    with pytest.raises(Refutation):
        bench.changes(before, after, 1, "bias", "lam", limit=True)  # bias falls with lam
    (point,) = bench.points
    assert (point.setting, point.sampled_by) == (after.grown(4), "controlled-richardson")
    assert point.allowed == allowance(before.grown(4)) + allowance(after.grown(4)) > 0
    monkeypatch.setattr("ridgeproof.verification.testing.judge.allowance", lambda _: 1.0)
    assert bench.changes(before, after, 1, "bias", "lam", limit=True).verdict != "refuted"
    # At finite size there is nothing to allow.
    exact = Judge("test", alpha=1e-3, tolerance=0.01, budget=2048)
    with pytest.raises(Refutation):
        exact.changes(before, after, 1, "bias", "lam", limit=False)
    assert (exact.points[0].setting, exact.points[0].allowed) == (after, 0.0)


def test_clean_data_begin_every_chain():
    """They are one setting, whatever chain it was drawn with: a step in n leads into each."""
    text = (
        '[conjecture]\nquantity = "test_error"\nrelation = "increases-in"\nkind = "exact"\n'
        'formula = "n"\n[domain]\nd = 4\nT = 12\nT0 = 12\nn = { integers = [0, 1] }\nsigma = 1\n'
        'sigma0 = 1\nlam = 1\nchain = ["replace", "weighted:1/2"]\ndesign = ["shared"]\n'
    )
    clean = make_setting(d=4, T=12, T0=12, sigma=1, sigma0=1, lam=1)
    after = next_values(read_conjecture(text), clean)
    assert {(str(each.chain), each.design) for each in after} == {
        ("replace", "shared"),
        ("weighted:1/2", "shared"),
    }
