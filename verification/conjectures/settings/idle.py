"""What a quantity does not depend on, on a whole domain; of a setting see `theory.settings.folds`.

The error is quadratic in the truth and in the label noises, which are independent.
"""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import EXTRA, Derived, Fixed, used_symbols
from ridgeproof.theory.domains.holds import holds_on
from ridgeproof.verification.conjectures.conjecture import Conjecture

__all__ = ["stands_still", "without_idle"]

# What each term does not hear; the chain is that of n generations.
_UNHEARD = {
    "variance": {"n", "T0", "sigma0", "lam0"},
    "bias": {"sigma", "sigma0"},
    "synthetic": {"sigma"},
}
_FIXED = {"n", "sigma", "sigma0"}


def _idle(conjecture: Conjecture) -> set[str]:
    """The numbers that the quantity does not depend on, by themselves.

    Without penalty and noise of its own a fit on T >= d rows returns what it learns from, whatever
    T.  Real labels, in a weighted chain or a mixture, bring their noise in: they are left alone.
    """
    domain, found = conjecture.domain, set(_UNHEARD.get(conjecture.quantity, ()))
    chains = {str(option).partition(":")[0] for option in domain.options("chain")}
    if {name for name, _ in domain.items} & set(EXTRA) or not chains <= {"replace", "accumulate"}:
        return set()
    ridgeless = domain["lam"] == Fixed(Fraction(0)) and holds_on(domain, sy.T >= sy.d)
    if conjecture.quantity in {"bias", "synthetic"} and ridgeless:
        found.add("T")
    return found


def without_idle(conjecture: Conjecture) -> Conjecture:
    """The same claim on a domain where what is idle is 0, unless something else depends on it.

    It holds on the one domain where it holds on the other.
    """
    domain, names = conjecture.domain, _idle(conjecture) & _FIXED
    used = set(conjecture.formula.free_symbols)
    for guard in conjecture.guards:
        used |= guard.value.free_symbols | guard.scale.free_symbols
    for _, entry in domain.numbers():
        used |= used_symbols(entry)
    changes = {name for name in names if sy.NAMED[name] not in used}
    choices = {"chain", "design"} if "n" in changes else set()
    items = tuple(
        (name, Fixed(Fraction(0)) if name in changes else entry)
        for name, entry in domain.items
        if name not in choices
    )
    return replace(conjecture, domain=Domain(items))


def stands_still(conjecture: Conjecture) -> bool:
    """Whether a claim is one of monotony in a number that the quantity does not depend on."""
    x = conjecture.variable
    entries = conjecture.domain.numbers()
    followed = any(isinstance(e, Derived) and x in used_symbols(e) for _, e in entries)
    return not followed and str(x) in _idle(conjecture)
