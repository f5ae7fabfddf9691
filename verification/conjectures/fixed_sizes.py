"""The numbers of a domain that grow in a limit although they are given as numbers."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from sympy import Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import (
    SIZES,
    Derived,
    Fixed,
    IntegerRange,
    evaluated,
    nearest,
    used_symbols,
)
from ridgeproof.theory.settings.spectra import Levels, Spiked

__all__ = ["fixed_sizes"]


def fixed_sizes(domain: Domain) -> Iterator[tuple[int, str, str]]:
    """(number, what it is, what to write instead) of each size, and of each count in a spectrum.

    >>> from ridgeproof.verification.conjectures.domain_table import read_domain
    >>> domain = read_domain({"d": 20, "T": "3*d", "n": 0, "spectrum": "spiked:10*5,0.01"})
    >>> list(fixed_sizes(domain))
    [(20, 'd', 'd'), (60, 'T', 'T'), (5, 'a count of spiked:10*5,1/100', 'd/4')]
    """
    known: dict[Symbol, Fraction] = {}
    for name, entry in domain.numbers():
        symbol = sy.NAMED[name]
        if used_symbols(entry) <= set(known):
            match entry:
                case Fixed(value):
                    known[symbol] = value
                case Derived(expression):
                    value = evaluated(name, expression, known)
                    known[symbol] = Fraction(nearest(value)) if name in SIZES else value
                case IntegerRange():
                    least, most = entry.ends(name, known)
                    if least == most:
                        known[symbol] = Fraction(least)
    for symbol in (sy.d, sy.T, sy.T0, sy.width):
        if symbol in known:
            yield int(known[symbol]), str(symbol), str(symbol)
    for spectrum in domain.options("spectrum"):
        match spectrum:
            case Spiked(spikes=levels) | Levels(levels=levels):
                for _, count in levels:
                    share = (
                        f"{sy.d * count / int(known[sy.d])}" if sy.d in known else "a share of d"
                    )
                    yield count, f"a count of {spectrum}", share
