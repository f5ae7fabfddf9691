"""Whether an assumption holds on a whole domain, proved or refuted; never guessed from samples.

`holds_on` is three-valued.  True is a proof: by Bernstein coefficients over the ends of the ranges
(`theory.domains.bernstein`), integers relaxed to reals and rounded values to an interval around
them. False is a counterexample: a setting of the domain that violates the assumption.
"""

from __future__ import annotations

from collections.abc import Collection
from fractions import Fraction

from sympy import Dummy, Expr, Rational, Symbol, cancel, false, true
from sympy.core.relational import (
    Eq,
    GreaterThan,
    Ne,
    Relational,
    StrictGreaterThan,
    StrictLessThan,
)
from sympy.logic.boolalg import And, Boolean, Or

from ridgeproof.theory import symbols as sy
from ridgeproof.theory.domains.bernstein import Box, enclosure, positive_on
from ridgeproof.theory.domains.corners import corners
from ridgeproof.theory.domains.domain import Domain
from ridgeproof.theory.domains.entries import (
    REALS,
    SIZES,
    Derived,
    Fixed,
    IntegerRange,
    RealInterval,
    number,
)
from ridgeproof.theory.domains.space import decay
from ridgeproof.theory.settings.setting import Setting
from ridgeproof.theory.settings.spectra import PowerLaw, Source

__all__ = ["holds_on", "named_values", "range_on", "slack_substitution"]

_MAX_CORNERS = 256


def slack_substitution(domain: Domain, from_above: Collection[str] = ()) -> dict[Symbol, Expr]:
    """Each name as an expression that carries its bound: T = d + 2 + t with t >= 0.

    Numbers and derived values are put in; a range or interval becomes its least value plus a
    non-negative slack, or its most minus one for the names in ``from_above``.  phi, phi0 and eta
    follow.  The substitution is a relaxation: what holds for all slacks holds on the domain.
    A rounded value that need not equal its expression is left alone.

    >>> from ridgeproof.theory.domains.domain import make_domain
    >>> from sympy import Integer
    >>> domain = make_domain(d=IntegerRange(Integer(5), Integer(60)),
    ...                      T=IntegerRange(sy.d + 2, 4 * sy.d))
    >>> slack_substitution(domain)[sy.T]
    T_slack + d_slack + 7
    """
    found: dict[Symbol, Expr] = {**_single_exponents(domain)}
    for name, entry in domain.numbers():
        symbol, slack = sy.NAMED[name], Symbol(f"{name}_slack", nonnegative=True)
        match entry:
            case Fixed(value):
                found[symbol] = number(value)
            case Derived(expression) if name in REALS or _is_whole(expression):
                found[symbol] = expression.xreplace(found)
            case RealInterval(least, most) if name in from_above:
                found[symbol] = number(most) - slack
            case RealInterval(least, _):
                found[symbol] = number(least) + slack
            case IntegerRange(_, most) if name in from_above:
                found[symbol] = most.xreplace(found) - slack
            case IntegerRange(least, _):
                found[symbol] = least.xreplace(found) + slack
    return found | {ratio: value.xreplace(found) for ratio, value in _ratios(domain).items()}


def holds_on(domain: Domain, assumption: Boolean) -> bool | None:
    """Whether an assumption holds at every setting of the domain.

    Returns:
        True if proved; False if a setting of the domain violates it; None if neither is known.

    >>> from ridgeproof.theory.domains.domain import make_domain
    >>> from sympy import Integer
    >>> domain = make_domain(d=IntegerRange(Integer(5), Integer(60)),
    ...                      T=IntegerRange(sy.d + 2, 4 * sy.d))
    >>> holds_on(domain, sy.T >= sy.d + 2), holds_on(domain, sy.T > 2 * sy.d)
    (True, False)
    """
    if _proved(assumption, *_relaxation(domain)):
        return True
    if any(_at(assumption, setting) == false for setting in corners(domain, _MAX_CORNERS)):
        return False
    return None


def range_on(domain: Domain, expression: Expr) -> tuple[Expr, Expr] | None:
    """Two numbers between which an expression lies on the whole domain, if they are found.

    >>> from ridgeproof.theory.domains.domain import make_domain
    >>> from sympy import Integer
    >>> domain = make_domain(d=IntegerRange(Integer(5), Integer(60)),
    ...                      T=IntegerRange(sy.d, 4 * sy.d))
    >>> range_on(domain, sy.T / sy.d)
    (1, 4)
    """
    replaced, box = _relaxation(domain)
    return enclosure(cancel(_replace(expression, replaced)), box)


def _at(assumption: Boolean, setting: Setting) -> Boolean:
    return assumption.subs(named_values(setting))


def _proved(assumption: Boolean, replaced: list[tuple[Symbol, Expr]], box: Box) -> bool:
    if assumption in {true, false}:
        return assumption == true
    if isinstance(assumption, And):
        return all(_proved(part, replaced, box) for part in assumption.args)
    if isinstance(assumption, Or):
        return any(_proved(part, replaced, box) for part in assumption.args)
    if not isinstance(assumption, Relational):
        return False
    difference = assumption.lhs - assumption.rhs
    for symbol, value in replaced:
        difference = difference.xreplace({symbol: value})
    match assumption:
        case Eq():
            return cancel(difference) == 0
        case Ne():
            return positive_on(difference, box) or positive_on(-difference, box)
        case StrictGreaterThan() | GreaterThan():
            return positive_on(difference, box, strict=isinstance(assumption, StrictGreaterThan))
    return positive_on(-difference, box, strict=isinstance(assumption, StrictLessThan))


def _relaxation(domain: Domain) -> tuple[list[tuple[Symbol, Expr]], Box]:
    """What to replace, last name first, and the box of the names that remain."""
    replaced: list[tuple[Symbol, Expr]] = []
    box: list[tuple[Symbol, Expr, Expr]] = []
    for symbol, values in _exponents(domain).items():
        if len(values) == 1:
            replaced.append((symbol, number(min(values))))
        else:
            box.append((symbol, number(min(values)), number(max(values))))
    for name, entry in domain.numbers():
        symbol = sy.NAMED[name]
        match entry:
            case Fixed(value):
                replaced.append((symbol, number(value)))
            case Derived(expression) if name in REALS or _is_whole(expression):
                replaced.append((symbol, expression))
            case Derived(expression):
                rounding = Dummy(real=True)
                box.append((rounding, -Rational(1, 2), Rational(1, 2)))
                replaced.append((symbol, expression + rounding))
            case RealInterval(least, most):
                box.append((symbol, number(least), number(most)))
            case IntegerRange(least, most):
                box.append((symbol, least, most))
    replaced.reverse()
    ends = [(x, _replace(low, replaced), _replace(high, replaced)) for x, low, high in box]
    return [*_ratios(domain).items(), *replaced], tuple(ends)


def _replace(expression: Expr, replaced: list[tuple[Symbol, Expr]]) -> Expr:
    for symbol, value in replaced:
        expression = expression.xreplace({symbol: value})
    return expression


def _is_whole(expression: Expr) -> bool:
    """Whether rounding cannot change a derived size."""
    whole = {sy.NAMED[name]: Dummy(integer=True, positive=True) for name in SIZES}
    return expression.xreplace(whole).is_integer is True


def _ratios(domain: Domain) -> dict[Symbol, Expr]:
    ratios = {sy.phi: sy.d / sy.T}
    if domain["T0"] is not None:
        ratios |= {sy.phi0: sy.d / sy.T0, sy.eta: sy.T0 / sy.d}
    return ratios


def _exponents(domain: Domain) -> dict[Symbol, set[Fraction]]:
    """The values of beta and r, where every spectrum and every signal has them."""
    spectra, signals = domain.options("spectrum"), domain.options("signal")
    found: dict[Symbol, set[Fraction]] = {}
    if all(isinstance(option, PowerLaw) for option in spectra):
        found[sy.beta] = {option.beta for option in spectra}
    if all(isinstance(option, Source) for option in signals):
        found[sy.r] = {option.r for option in signals}
    return found


def _single_exponents(domain: Domain) -> dict[Symbol, Expr]:
    exponents = _exponents(domain)
    return {symbol: number(min(values)) for symbol, values in exponents.items() if len(values) == 1}


def named_values(setting: Setting) -> dict[Symbol, Rational]:
    """What the names in an assumption stand for at a setting: sizes, noises, ratios, beta, r."""
    known = decay(setting.spectrum, setting.signal)
    for name in (*SIZES, *REALS):
        if getattr(setting, name) is not None:
            known[sy.NAMED[name]] = Fraction(getattr(setting, name))
    known[sy.phi] = Fraction(setting.d, setting.T)
    if setting.T0 is not None:
        known[sy.phi0] = Fraction(setting.d, setting.T0)
        known[sy.eta] = Fraction(setting.T0, setting.d)
    return {symbol: number(value) for symbol, value in known.items()}
