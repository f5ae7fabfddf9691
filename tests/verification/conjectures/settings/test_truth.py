"""Settings at which theory has no number do not end what is asked of the others."""

from __future__ import annotations

from ridgeproof import make_setting
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.settings.scaling import measure_slopes
from ridgeproof.verification.conjectures.settings.truth import known_value


def test_an_optimum_that_cannot_be_had_is_unknown():
    """10^12 minimum-norm generators forget the signal beyond measure; one leaves an optimum."""
    forgotten = make_setting(d=40, T=60, T0=20, n=10**12, sigma="0.1", sigma0="0.2")
    assert known_value(forgotten, "optimal_lam", "limit") is None
    assert known_value(forgotten.with_(n=1), "optimal_lam", "limit").value > 0


def test_slopes_leave_out_what_has_no_optimum():
    """At T = d - 1 the error falls all the way to lam = 0; phi sigma^2/b is told from the rest."""
    claim = """
    [conjecture]
    quantity = "optimal_lam"
    relation = "scales-as"
    kind = "limit"
    formula = "T^(-1)"
    [domain]
    n = 0
    d = 3
    T = { integers = [2, 4000] }
    sigma = "1e-6"
    spectrum = "levels:1*1,0.1*2"
    signal = "energies:1,.01"
    """
    found = measure_slopes(read_conjecture(claim))
    assert 2 not in found.values
    assert found.values[-1] == 4000
    assert found.outcome == "consistent"
