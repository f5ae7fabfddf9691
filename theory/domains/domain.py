"""Domain: the set of settings over which a claim is made.

`theory.domains.holds` proves assumptions on all of it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from sympy import Expr, Rational, Symbol

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.checks import exact
from ridgeproof.theory.domains.entries import (
    CHOICES,
    EXTRA,
    REALS,
    SIZES,
    Choice,
    Derived,
    Entry,
    Fixed,
    IntegerRange,
    RealInterval,
    check_entry,
    least_value,
    nearest,
    read_option,
    used_symbols,
)
from ridgeproof.theory.domains.space import Space
from ridgeproof.theory.errors import MISSING, InputError
from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.generations import Replace
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import (
    Flat,
    Isotropic,
)

__all__ = ["DEFAULTS", "Domain", "make_domain"]

DEFAULTS: dict[str, Entry] = {
    **{name: Fixed(Fraction(0)) for name in ("n", *REALS) if name not in EXTRA},
    "spectrum": Choice((Isotropic(),)),
    "signal": Choice((Flat(),)),
    "design": Choice(("independent",)),
    "chain": Choice((Replace(),)),
    "features": Choice((Gaussian(),)),
}


@dataclass(frozen=True)
class Domain(Space[Setting]):
    """Names and their entries, in order; what is left out has the value in `DEFAULTS`.

    Raises:
        InputError: a name is unknown, d or T (or T0, unless n = 0) is missing, an entry does not
            suit its name, or an entry uses a name that is not declared before it.

    >>> domain = make_domain(d=IntegerRange(Rational(5), Rational(60)), T=2 * sy.d, sigma="0.5")
    >>> print(domain.describe())
    d ∈ {5, …, 60}, T = 2*d, sigma = 1/2
    >>> Setting(d=6, T=12, sigma=Fraction(1, 2)) in domain
    True
    """

    choices = CHOICES

    def __post_init__(self) -> None:
        names = [name for name, _ in self.items]
        for name, entry in self.items:
            check_entry(name, entry)
        for name in names:
            if names.count(name) > 1:
                raise InputError("domain", name, "is given twice", "give each name once")
        missing = [name for name in ("d", "T") if name not in names]
        if self["n"] != Fixed(Fraction(0)) and "T0" not in names:
            missing.append("T0")
        for name in missing:
            raise InputError(
                f"domain {name}", MISSING, "the claim needs it", f"give {name} in [domain]"
            )
        self.check_order()

    def symbol(self, name: str) -> Symbol:
        """The symbol of a setting's name."""
        return sy.NAMED[name]

    def is_whole(self, name: str) -> bool:
        """Whether a number is a size."""
        return name in SIZES

    def least(self, name: str) -> int:
        """The least admissible value of a number."""
        return least_value(name)

    def default(self, name: str) -> Entry | None:
        """The entry of a name that is left out; None for a T0 that is not needed."""
        return DEFAULTS.get(name)

    def numbers(self) -> tuple[tuple[str, Entry], ...]:
        """The numeric entries with the defaults: first n and the reals that use no other name.

        The rest follows in the order of its declaration.
        """
        given = dict(self.items)
        rest = [
            (name, DEFAULTS[name])
            for name in ("n", *REALS)
            if name in DEFAULTS and name not in given
        ]
        every = [*(item for item in self.items if item[0] not in CHOICES), *rest]
        return tuple(
            sorted(every, key=lambda item: item[0] in SIZES[:3] or bool(used_symbols(item[1])))
        )

    def __contains__(self, setting: object) -> bool:
        """Whether a setting lies in the domain, every entry taken exactly."""
        if not isinstance(setting, Setting) or setting.copies != 1:
            return False
        plain = Setting(d=1, T=1)
        mentioned = {name for name, _ in self.items}
        if any(getattr(setting, x) != getattr(plain, x) for x in {*EXTRA} - mentioned):
            return False
        return super().__contains__(setting)

    def made(self, values: dict[str, Any], options: dict[str, Any]) -> Setting | str:
        """The setting with these numbers, its synthetic rows whole, or why there is none."""
        numbers: dict[str, Any] = {
            x: int(value) if x in SIZES else value for x, value in values.items()
        }
        share = self._whole_rows(numbers)
        if share is None:
            return "synthetic_fraction times T is not a whole number from 0 to T"
        if share != numbers.get("synthetic_fraction", 1):
            numbers["synthetic_fraction"] = share
        return Setting(**numbers, **options)

    def _whole_rows(self, values: Mapping[str, Any]) -> Fraction | None:
        """The share of synthetic rows, of an interval the nearest with whole rows; None if none."""
        share, T = values.get("synthetic_fraction", Fraction(1)), values["T"]
        entry = self["synthetic_fraction"]
        used = any(sy.synthetic_fraction in used_symbols(each) for _, each in self.numbers())
        if isinstance(entry, RealInterval) and not used:
            least, most = math.ceil(entry.least * T), math.floor(entry.most * T)
            return None if least > most else Fraction(min(max(nearest(share * T), least), most), T)
        return share if 0 <= share <= 1 and (share * T).denominator == 1 else None


def make_domain(**given: Any) -> Domain:
    """Build a Domain from entries, numbers (exact, as in `theory.checks`), expressions or options.

    A SymPy expression is a derived value; spectrum, signal and design take one option or a list,
    as text or as specifications.
    """
    items: list[tuple[str, Entry]] = []
    for name, value in given.items():
        if isinstance(value, Choice | Derived | Fixed | IntegerRange | RealInterval):
            items.append((name, value))
        elif name in CHOICES:
            options = value if isinstance(value, list | tuple) else [value]
            items.append((name, Choice(tuple(_option(name, option) for option in options))))
        elif isinstance(value, Expr) and not isinstance(value, Rational):
            items.append((name, Derived(value)))
        else:
            items.append((name, Fixed(exact(name, str(value)))))
    return Domain(tuple(items))


def _option(name: str, option: Any) -> Any:
    return read_option(name, option) if isinstance(option, str) else option
