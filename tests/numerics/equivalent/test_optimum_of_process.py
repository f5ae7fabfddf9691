"""The least value of an ask over one parameter, and over several jointly."""

from decimal import Decimal

import numpy as np
import pytest

import ridgeproof
from ridgeproof.numerics.equivalent import joint
from ridgeproof.numerics.equivalent.joint import minimise_jointly
from ridgeproof.theory.errors import InputError, SolverError
from ridgeproof.theory.process.facts import only_ask

EXAMPLES = "examples/processes"


def _valley(places):
    """A valley a thousand times longer than wide, at a slant to both parameters."""
    along, across = np.log(places[:, 0] / places[:, 1] / 9), np.log(places[:, 0] * places[:, 1])
    return 1 + 1e6 * across**2 + along**2


def test_a_narrow_valley_is_followed_to_its_end():
    """Descent along one parameter at a time would stop anywhere on the floor of the valley."""
    found = minimise_jointly(_valley, [0, 0], [np.inf, np.inf])
    assert found.at == pytest.approx((3, 1 / 3), rel=1e-8)
    assert found.value == pytest.approx(1, rel=1e-12)


def test_the_end_of_a_valley_is_where_the_slope_vanishes():
    """Quasi-Newton steps alone end where values no longer tell, at the eighth digit."""
    found = minimise_jointly(lambda x: (x + 4 / x).sum(axis=-1) + x.prod(axis=-1), [0, 0], [9, 9])
    x = 1.51252  # 1 - 4/x^2 + x = 0
    for _ in range(5):
        x -= (1 - 4 / x**2 + x) / (8 / x**3 + 1)
    assert found.at == pytest.approx((x, x), rel=1e-10)


def test_ends_zero_and_infinity_are_places():
    """A minimum at an end is that end exactly, beside one inside; what falls for ever is none."""
    found = minimise_jointly(lambda x: x[:, 0] + (x[:, 1] - 2) ** 2, [0, -3], [np.inf, 5])
    assert found.at == pytest.approx((0, 2))
    assert found.at[0] == 0
    far = minimise_jointly(lambda x: 1 + 1 / (1 + x[:, 0]) + x[:, 1] ** 2, [0, -1], [np.inf, 1])
    assert far.at == (np.inf, 0)
    falling = minimise_jointly(lambda x: x[:, 1] ** 2 - x[:, 0], [0, -1], [np.inf, 1])
    assert falling.value == -np.inf


def test_a_place_beside_the_end_that_is_lower_is_found(monkeypatch):
    """Where the steps downhill end too early the grid around the end says so: no silent answer."""
    monkeypatch.setattr(joint._Box, "followed", lambda _box, start: start)
    monkeypatch.setattr(joint._Box, "ended", lambda _box, at: at)
    with pytest.raises(SolverError, match="a place next to it is lower"):
        minimise_jointly(_valley, [0, 0], [np.inf, np.inf])


def test_two_penalties_are_minimised_jointly():
    """The joint minimum lies below every minimum over one, and equals a scan of both."""
    process = only_ask(ridgeproof.process(f"{EXAMPLES}/self_distillation.toml"), "student")
    found = ridgeproof.optimum(process, over="lam,xi=-20..20")
    lam = found.at["lam"] * np.geomspace(1 / 2, 2, 41)[:, None]
    xi = found.at["xi"] + np.linspace(-1, 1, 41)
    scan = ridgeproof.evaluate(process, lam=lam, xi=xi, terms=False).values["student"]
    assert scan.min() == pytest.approx(found.value, rel=1e-12)
    assert np.unravel_index(scan.argmin(), scan.shape) == (20, 20)
    one = ridgeproof.optimum(process, over={"xi": (-20, 20)})
    there = ridgeproof.evaluate(process, xi=one.at["xi"]).values["student"]
    assert found.value < one.value == pytest.approx(float(there), rel=1e-12)
    # Differences alone leave a slope of 1e-12, ten times as much.
    slopes = ridgeproof.gradient(process, "lam, xi", **found.at)["student"]
    assert max(map(abs, slopes.values())) < 2e-13


def test_a_negative_penalty_is_best_where_weak_directions_act_as_a_ridge():
    """Kobak's optimum by a scan of 2,001 penalties: below 0, and within a step of what is found."""
    process = only_ask(ridgeproof.process(f"{EXAMPLES}/negative_ridge.toml"), "risk")
    found = ridgeproof.optimum(process, over="lam=-1/10..1")
    lam = np.linspace(-0.1, 0.1, 2001)
    risk = ridgeproof.evaluate(process, lam=lam, terms=False).values["risk"]
    assert found.at["lam"] == pytest.approx(lam[risk.argmin()], abs=1e-4)
    assert found.at["lam"] < -0.05
    assert not found.cut
    cut = ridgeproof.optimum(process, over="lam=-1..1")
    assert cut.value == pytest.approx(found.value, rel=1e-12)
    edge = cut.cut["lam"]
    ridgeproof.evaluate(process, lam=edge)
    with pytest.raises(InputError, match="spectral edge"):
        ridgeproof.evaluate(process, lam=edge * (1 + 1e-6))


_INTERPOLATED = """[process]
steps = '''
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
'''
[process.parameters]
d = 80
spectrum = "power-law:1"
signal = "source:1/2"
T = 60
sigma = "1/2"
[ask]
training = "mean_square(y - A@m)"
gcv = "mean_square(y - A@m)/(1 - df(m))^2"
fresh_labels = "risk(m) + sigma^2"
"""


@pytest.mark.parametrize("lam", [1e-6, 1e-10, 1e-13])
def test_what_is_left_by_a_fit_next_to_interpolation_has_all_its_digits(lam):
    """A training error, and a quotient of it and of 1 - df, which are both nearly zero."""
    values = ridgeproof.evaluate(_INTERPOLATED, lam=lam).values
    exact = ridgeproof.evaluate(_INTERPOLATED, lam=lam, digits=20).values
    assert float(values["training"]) == pytest.approx(float(exact["training"]), rel=1e-12)
    assert float(values["gcv"]) == pytest.approx(float(values["fresh_labels"]), rel=1e-11)


def test_a_search_is_not_led_to_where_rounding_is_all_that_is_left():
    """Cross-validation is least where the risk is, not where float64 makes it negative."""
    gcv = ridgeproof.optimum(_INTERPOLATED, over="lam", ask="gcv")
    fresh = ridgeproof.optimum(_INTERPOLATED, over="lam", ask="fresh_labels")
    assert gcv.value == pytest.approx(fresh.value, rel=1e-10)
    assert gcv.at["lam"] == pytest.approx(fresh.at["lam"], rel=1e-5)


_POOLED = """[process]
steps = '''
A = rows(30)
B = rows(50, "p")
m = least_squares([A@w0 + noise(A)/2, B@w0 + 2*noise(B)], weights=[1, w])
'''
[process.covariances]
p = "where(d/2 - i, 1, 3)"
[ask]
risk = "risk(m)"
"""


def test_a_root_of_the_wrong_sign_is_no_answer():
    """Responses of several kinds of rows are positive at lam >= 0; Newton's last may not be."""
    with pytest.raises(SolverError):
        ridgeproof.evaluate(_POOLED, w=7.455610674814319e-64, d=40)


def test_ends_are_numbers_of_any_type_or_their_texts():
    """("1/100", Decimal) is an interval; one end, or a word, is refused by name."""
    file, given = f"{EXAMPLES}/gcv.toml", {"ask": "fresh_labels"}
    text = ridgeproof.optimum(file, over="lam=1/100..2", **given)
    assert ridgeproof.optimum(file, over={"lam": ("1/100", Decimal(2))}, **given) == text
    for ends in ("0", (1,), ("low", 2)):
        with pytest.raises(InputError, match="--over lam"):
            ridgeproof.optimum(file, over={"lam": ends}, **given)
