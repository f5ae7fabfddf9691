"""What a term does not depend on, against what is said of single settings."""

from __future__ import annotations

from random import Random

import pytest

from ridgeproof.theory.settings.folds import relevant
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.drawing import draw
from ridgeproof.verification.conjectures.settings.idle import stands_still, without_idle

DOMAIN = """[domain]
d = {{ integers = [4, 9] }}
T = "d .. 3*d"
T0 = "d + 2 .. 3*d"
n = {{ integers = [1, 4] }}
sigma = [0.1, 1]
sigma0 = [0.1, 1]
lam = {lam}
lam0 = {lam0}
chain = "{chain}"
"""


def claim(quantity, formula, relation="increases-in", lam="[0, 1]", lam0="[0, 1]", chain="replace"):
    """A claim on a domain with everything in it."""
    head = f'quantity = "{quantity}"\nrelation = "{relation}"\nkind = "limit"'
    domain = DOMAIN.format(lam=lam, lam0=lam0, chain=chain)
    return read_conjecture(f'[conjecture]\n{head}\nformula = "{formula}"\n{domain}')


@pytest.mark.parametrize(
    ("chain", "lam"), [("replace", "0"), ("replace", "[0, 1]"), ("weighted:1/2", "0")]
)
@pytest.mark.parametrize("quantity", ["bias", "variance", "synthetic"])
def test_what_stands_still_is_not_relevant(quantity, lam, chain):
    """Settings that differ in an idle number alone are the same to the quantity."""
    found = set()
    for name in ("T", "T0", "n", "sigma", "sigma0"):
        conjecture = claim(quantity, name, lam=lam, chain=chain, lam0="0.5")
        if stands_still(conjecture):
            found.add(name)
            rng = Random(0)
            for setting in draw(conjecture.domain, 3, 1, "").places:
                moved = setting.with_(**{name: getattr(setting, name) + rng.randint(1, 3)})
                assert relevant(moved, quantity) == relevant(setting, quantity)
    plain = chain == "replace"
    assert ("T" in found) is (plain and lam == "0" and quantity in {"bias", "synthetic"})
    assert ("n" in found) is (plain and quantity == "variance")


def test_what_something_else_follows_stays():
    """sigma, which the bias does not hear, where lam follows it or the formula names it."""
    still = claim("bias", "b", "at-most", lam='"sigma^2"')
    assert without_idle(still).domain["sigma"] == still.domain["sigma"]
    named = claim("bias", "b*sigma", "at-most")
    assert without_idle(named).domain["sigma"] == named.domain["sigma"]
    plain = claim("bias", "b", "at-most")
    assert without_idle(plain).domain["sigma"] != plain.domain["sigma"]
    assert not stands_still(claim("bias", "sigma", lam='"sigma^2"'))
