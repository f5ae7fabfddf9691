"""Conjectures declared in Python: the user's simulator is what decides."""

from __future__ import annotations

import numpy as np
import pytest

from ridgeproof import check, conjecture
from ridgeproof.theory.errors import InputError
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.declared import UserSampler, load_declared

DOMAIN = {"d": {"integers": [3, 5]}, "T": "4*d", "n": 0, "sigma": 1, "lam": 0.5}


def dice(setting, rng):
    """Draws with mean d/10, far from any test error."""
    return setting.d / 10 + 0.02 * rng.normal(size=50)


def declare(claim, **options):
    """A conjecture about the dice."""
    return conjecture(domain=DOMAIN, quantity="dice", simulator=dice, **options)(claim)


def test_the_user_s_simulator_decides():
    """True and false claims about a quantity that no theorem knows get their verdicts."""
    assert check(declare(lambda s: s.d / 10)).verdict == "consistent"
    refuted = check(declare(lambda s: s.d / 10 + 0.05))
    assert refuted.verdict == "refuted"
    assert refuted.counterexample.setting.d == 3
    assert float(refuted.counterexample.observed) == pytest.approx(0.3, abs=0.02)
    assert "make_setting(d=3" in refuted.counterexample.python


def test_one_sided_claims():
    """A bound holds on its own side only."""
    assert check(declare(lambda s: s.d / 5, relation="at-most")).verdict == "consistent"
    assert check(declare(lambda s: s.d / 5, relation="at-least")).verdict == "refuted"


@pytest.mark.slow
def test_a_catalogued_quantity_needs_no_simulator():
    """Without a simulator the built-in process is on trial: variance of least squares."""
    exact = conjecture(domain={**DOMAIN, "lam": 0, "T": "4*d + 8"}, quantity="variance")
    assert check(exact(lambda s: s.d / (s.T - s.d - 1)), tolerance=0.05).verdict == "consistent"
    assert check(exact(lambda s: s.d / (s.T - s.d))).verdict == "refuted"


def test_draws_are_a_function_of_seed_and_chunk():
    """The same stream whether the simulator returns one draw or many, and for any size."""
    point = make_setting(d=3, T=12)
    one = UserSampler(lambda s, rng: rng.normal(), point, 1, "c")
    many = UserSampler(lambda s, rng: rng.normal(size=7), point, 1, "c")
    assert np.array_equal(one(0, 20), many(0, 20))
    assert not np.array_equal(one(0, 20), one(1, 20))


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"relation": "scales-as"}, "relation = scales-as"),
        ({"quantity": "luck"}, "quantity = luck"),
    ],
)
def test_bad_declarations(options, named):
    """What cannot be decided is refused when it is declared."""
    with pytest.raises(InputError, match=named):
        conjecture(domain=DOMAIN, **options)


def test_bad_simulators_and_claims():
    """Shapes and values that are not draws or numbers are input errors."""
    with pytest.raises(InputError, match="simulator"):
        check(conjecture(domain=DOMAIN, simulator=lambda s, rng: np.ones((2, 2)))(lambda s: 1.0))
    with pytest.raises(InputError, match="not finite"):
        check(declare(lambda s: float("nan")))


def test_files(tmp_path):
    """A file must run and declare exactly one conjecture."""
    path = tmp_path / "c.py"
    domain = "{'d': 3, 'T': 20, 'n': 0, 'lam': 0}"
    text = f"from ridgeproof import conjecture\n@conjecture(domain={domain})\n"
    path.write_text(text + "def claim(setting):\n    return 0.0\n")
    assert load_declared(path).title == "claim"
    path.write_text("x = 1\n")
    with pytest.raises(InputError, match="declares none"):
        load_declared(path)
    path.write_text("1/0\n")
    with pytest.raises(InputError, match="ZeroDivisionError"):
        load_declared(path)
    with pytest.raises(InputError, match="is not a file"):
        load_declared(tmp_path / "no.py")
