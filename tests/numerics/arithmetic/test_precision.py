"""Engines: exact conversion, scoped precision, and functions against known constants."""

from fractions import Fraction

import mpmath
import numpy as np
import pytest
from flint import ctx

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import middle
from ridgeproof.theory.errors import InputError, SolverError

ULP = 2.0**-52
ENGINES = (Float64(), Balls(30), Balls(50))


def relative_error(value, reference):
    """Distance to a reference given as decimal text, measured with ample digits."""
    with mpmath.workdps(120):
        return abs(middle(value) / mpmath.mpf(middle(reference)) - 1)


def unit(engine):
    """Half an ulp for float64; all the digits promised for the others."""
    return ULP if engine == Float64() else mpmath.mpf(10) ** -engine.digits


@pytest.mark.parametrize("engine", ENGINES)
def test_rationals_convert_without_passing_through_float(engine):
    """1/10 at 50 digits is 1/10, not its float64 neighbour 0.1000000000000000055."""
    with engine.scope():
        tenth = engine.number(Fraction(1, 10))
        tenths = engine.array([Fraction(1, 10)] * 2)
    assert relative_error(tenth, "0.1") <= unit(engine) / 2
    assert relative_error(tenths[1], "0.1") <= unit(engine) / 2


def test_scope_restores_the_precision():
    """The working precision of flint is the same after a scope as before, even after an error."""
    before = ctx.prec
    with Balls(80).scope():
        assert ctx.dps > 80
    assert ctx.prec == before
    with pytest.raises(ZeroDivisionError), Balls(80).scope():
        raise ZeroDivisionError
    assert ctx.prec == before


@pytest.mark.parametrize("value", [Fraction(1, 10**320), Fraction(10**320), -Fraction(10**320)])
def test_float64_refuses_what_it_cannot_hold(value):
    """A positive ridge never silently becomes zero, subnormal or infinite."""
    with pytest.raises(SolverError, match="beyond the range of float64"):
        Float64().number(value)
    with Balls(20).scope():
        assert Balls(20).number(value) != 0


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("exponent", "reference"),
    [
        (Fraction(4, 3), "97656250"),
        (Fraction(-4, 3), "1.024e-8"),
        (Fraction(-3, 2), "1.0485760e-9"),
        (Fraction(2), "9.5367431640625e11"),
        (Fraction(-3), "1.073741824e-18"),
    ],
)
def test_rational_powers(engine, exponent, reference):
    """(5^10/10)^x: a rounded 4/3 would cost three ulp on a base near 10^6."""
    base = Fraction(5**10, 10)
    exact = base ** int(exponent) if exponent.denominator == 1 else None
    with engine.scope():
        power = engine.power(engine.array([base]), exponent)[0]
        if exact is not None:
            expected = engine.number(exact)
        else:
            with mpmath.workdps(100):
                root = mpmath.mpf(exponent.numerator) / exponent.denominator
                expected = (mpmath.mpf(base.numerator) / base.denominator) ** root
    assert relative_error(power, expected) <= unit(engine)


def test_a_float64_power_keeps_its_digits_on_a_large_base():
    """(10^12)^(4/3) is 10^16: with the exponent rounded to a float it would be 9 ulp low."""
    assert Float64().power(np.array([1e12]), Fraction(4, 3))[0] == pytest.approx(1e16, rel=ULP)


@pytest.mark.parametrize("engine", ENGINES)
def test_functions_match_known_constants(engine):
    """Each function at a place where its value is a tabulated constant."""
    with engine.scope():
        one, two = engine.number(1), engine.number(2)
        found = {
            "log": engine.log(two),
            "exp": engine.exp(one),
            "sqrt": engine.sqrt(two),
            "zeta": engine.zeta(two, one),
            "digamma": -engine.polygamma(0, one),
            "trigamma": engine.polygamma(1, one),
            "pi": engine.pi(),
            "euler_gamma": engine.euler_gamma(),
        }
    known = {
        "log": "0.69314718055994530941723212145817656807550013436025525412068",
        "exp": "2.71828182845904523536028747135266249775724709369995957496697",
        "sqrt": "1.41421356237309504880168872420969807856967187537694807317668",
        "zeta": "1.64493406684822643647241516664602518921894990120679843773556",
        "digamma": "0.57721566490153286060651209008240243104215933593992359880577",
        "trigamma": "1.64493406684822643647241516664602518921894990120679843773556",
        "pi": "3.14159265358979323846264338327950288419716939937510582097494",
        "euler_gamma": "0.57721566490153286060651209008240243104215933593992359880577",
    }
    for name, value in found.items():
        assert relative_error(value, known[name]) <= unit(engine), name


@pytest.mark.parametrize("engine", ENGINES)
def test_weighted_sum_counts_multiplicities(engine):
    """Two levels of 3 and 5 copies; a sum that ignored the weights would give 3/2."""
    with engine.scope():
        values = engine.array([1, Fraction(1, 2)])
        weights = np.array([3, 5], dtype=values.dtype if values.dtype == object else np.int64)
        assert engine.weighted_sum(values, weights) == engine.number(Fraction(11, 2))
        assert engine.weighted_sum(values, None) == engine.number(Fraction(3, 2))


@pytest.mark.parametrize("engine", ENGINES)
def test_extrema_work_on_numbers_and_arrays(engine):
    """Minimum and maximum agree between numbers and arrays."""
    with engine.scope():
        low, high = engine.number(1), engine.number(2)
        both, swapped = engine.array([1, 2]), engine.array([2, 1])
        assert (engine.minimum(low, high), engine.maximum(high, low)) == (low, high)
        assert list(engine.minimum(both, swapped)) == [low, low]
        assert list(engine.maximum(both, high)) == [high, high]


@pytest.mark.parametrize("engine", ENGINES)
def test_outside_the_reals_is_not_finite(engine):
    """log(-1) and (-1)^(1/2) are neither complex numbers nor accepted."""
    with engine.scope():
        minus = engine.number(-1)
        assert not engine.is_finite(engine.log(minus))
        assert not engine.is_finite(engine.sqrt(minus))
        assert engine.is_finite(engine.array([1, 2]))


def test_digits_are_checked():
    """A precision of no digits is refused."""
    with pytest.raises(InputError, match="digits"):
        Balls(0)
