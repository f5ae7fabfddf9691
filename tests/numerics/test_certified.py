"""Certified evaluation: enclosures against exact rational arithmetic and plain sums."""

from fractions import Fraction

import mpmath
import pytest
from flint import arb, ctx, fmpq, fmpq_mat
from hypothesis import example, given, settings
from hypothesis import strategies as st

from ridgeproof.numerics.arithmetic.balls import Balls, Undecided
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import center, exact_ball
from ridgeproof.numerics.evaluate import ErrorParts, evaluate, evaluate_terms
from ridgeproof.numerics.kappa.deficit import make_bound
from ridgeproof.numerics.kappa.equation import Equation
from ridgeproof.numerics.kappa.fixed_point import solve_kappa
from ridgeproof.numerics.kappa.interval_newton import certified, enclose_root
from ridgeproof.numerics.point import make_point
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.numerics.walker import evaluate_expression
from ridgeproof.theory.errors import SolverError
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.selection import best
from ridgeproof.theory.settings.setting import make_setting

CASES = {
    "A": ("isotropic", 300, 600, "1e-3"),
    "B": ("power-law:3/2", 10**5, 1000, "1e-6"),
    "C2": ("isotropic", 300, 300, "1e-12"),
    "C3": ("power-law:3/2", 300, 300, "1e-10"),
    "D1": ("isotropic", 300, 150, "0"),
    "D2": ("power-law:3/2", 10**5, 1000, "0"),
    "G": ("power-law:4", 10**4, 2000, "1e-14"),
}
PRECISIONS = [
    *((case, digits) for case in CASES for digits in (15, 200)),
]


def exact(number):
    """The rational that an mpmath number is."""
    size = int(number.man) * Fraction(2) ** int(number.exp)
    return -size if number < 0 else size


def plain_excess(spec, d, T, lam, kappa):
    """kappa - kappa df_1/T - lam by a plain sum of balls over all d eigenvalues."""
    exponent = Fraction(spec.partition(":")[2] or 0)
    power = fmpq(-exponent.numerator, exponent.denominator)
    levels = [(arb(1), d)] if not exponent else [(arb(i) ** power, 1) for i in range(1, d + 1)]
    total = sum((count * s / (s + kappa) for s, count in levels), arb(0))
    return kappa - kappa * total / T - arb(lam)


@pytest.mark.parametrize(("case", "digits"), PRECISIONS)
def test_reference_cases_to_every_digit(case, digits):
    """The defining equation changes sign within one unit of the last digit, at all precisions."""
    spec, d, T, lam = CASES[case]
    found = evaluate(make_setting(d=d, T=T, lam=lam, spectrum=spec), digits=digits, certified=True)
    with ctx.workprec(4 * digits + 200):
        kappa = arb(found.shown(found.kappa))
        around = [kappa * (1 + side * arb(10) ** (1 - digits)) for side in (-1, 1)]
        below, above = (plain_excess(spec, d, T, lam, each) for each in around)
        assert below < 0 < above
        # The stated radius holds the root as well.
        radius = arb(exact_fmpq(found.kappa_radius))
        assert not plain_excess(spec, d, T, lam, kappa - radius) > 0
        assert not plain_excess(spec, d, T, lam, kappa + radius) < 0


def exact_fmpq(number):
    """An mpmath number as a rational of flint."""
    fraction = exact(number)
    return fmpq(fraction.numerator, fraction.denominator)


def test_case_f_is_exactly_zero():
    """lam = 0, T > d: kappa = 0 with radius 0."""
    found = evaluate(make_setting(d=300, T=600, sigma=1), digits=200, certified=True)
    assert found.kappa == found.kappa_radius == 0


decades = st.builds(
    lambda mantissa, exponent: mantissa * Fraction(10) ** exponent,
    st.integers(1, 99),
    st.integers(-12, 8),
)
atoms = st.lists(st.tuples(decades, st.integers(1, 400)), min_size=1, max_size=5)


@settings(max_examples=60, deadline=None)
@given(
    levels=atoms,
    T=st.integers(1, 1500),
    lam=decades | st.just(Fraction(0)),
    digits=st.integers(1, 60),
)
@example(levels=[(Fraction(1), 300)], T=300, lam=Fraction(1, 10**60), digits=15)
@example(levels=[(Fraction(10**8), 1), (Fraction(1, 10**12), 1)], T=1, lam=Fraction(0), digits=30)
@example(levels=[(Fraction(3), 1)], T=1, lam=Fraction(1, 3), digits=2)
def test_the_ball_of_kappa_holds_the_root_of_the_polynomial(levels, T, lam, digits):
    """With few atoms the equation is a polynomial with rational coefficients: signs are exact."""
    d = sum(count for _, count in levels)
    if lam == 0 and d <= T:
        return
    spec = "levels:" + ",".join(f"{s}*{count}" for s, count in levels)
    engine = Balls(digits)
    spectrum = build_spectrum(make_setting(d=d, T=T, spectrum=spec), engine)
    found = solve_kappa(spectrum, lam, T, engine)

    def excess(kappa):
        return kappa - kappa * sum(c * s / (s + kappa) for s, c in levels) / T - lam

    middle, radius = exact(center(found.value)), exact(center(found.value.rad()))
    # Exact where the root is a dyadic number, such as 1.
    assert excess(middle - radius) <= 0 <= excess(middle + radius)
    assert radius <= middle / Fraction(10) ** digits


SETTINGS = [
    {"d": 30, "T": 80, "lam": "1/10", "T0": 90, "n": 4, "spectrum": "levels:1*30"},
    {"d": 30, "T": 20, "lam": "0", "T0": 12, "n": 3, "spectrum": "power-law:3/2"},
    {"d": 30, "T": 20, "lam": "1/7", "T0": 12, "n": 9, "lam0": "1/3", "spectrum": "ar1:0.9"},
    {"d": 30, "T": 80, "lam": "0", "T0": 31, "n": 2, "lam0": "1e-9", "spectrum": "ar1:-1/2"},
    {"d": 9, "T": 7, "lam": "2", "T0": 4, "n": 3, "design": "shared", "spectrum": "spiked:9*2,1/9"},
    {"d": 30, "T": 30, "lam": "1e-12", "T0": 40, "n": 1, "spectrum": "levels:1*30"},
    {"d": 1, "T": 1, "lam": "1/3", "T0": 1, "n": 2, "lam0": "1", "spectrum": "levels:1*1"},
    {"d": 40, "T": 50, "lam": "0", "T0": 10, "n": 10**6},
    {"d": 40, "T": 50, "lam": "0.2", "T0": 10, "n": 10**6, "spectrum": "levels:2*10,1*30"},
    {"d": 6, "T": 4, "lam": "0", "T0": 3, "n": 2, "spectrum": "levels:1e12*2,1*2,1e-12*2"},
    {"d": 20_500, "T": 500, "lam": "1e-4", "T0": 300, "n": 2, "spectrum": "power-law:2"},
]


@pytest.mark.parametrize("form", list(Form))
@pytest.mark.parametrize("digits", [3, 15, 40])
@pytest.mark.parametrize("given", SETTINGS[:-1])
def test_enclosures_hold_what_many_more_digits_say(given, digits, form):
    """Value and terms within their radii of 120 digits; next to T = d float64 has four of them."""
    setting = make_setting(sigma="1/2", sigma0="1/3", **given)
    found = evaluate(setting, digits=digits, form=form, certified=True)
    better = {name: center(x) for name, x in evaluate_terms(setting, Balls(120), form).items()}
    floats = evaluate_terms(setting, Float64(), form)
    assert found.certified
    with mpmath.workdps(130):
        value = sum(better.values())
        # The printed decimal lies within the radius too.
        for number in (found.value, mpmath.mpf(found.shown(found.value))):
            assert abs(number - value) <= found.radius
        assert found.radius <= value * mpmath.mpf(10) ** (1 - digits)
        for name, term in found.terms.items():
            assert abs(term - better[name]) <= found.term_radii[name]
            assert float(better[name]) == pytest.approx(float(floats[name]), rel=1e-3)


@pytest.mark.slow
def test_functions_hold_what_arrays_of_many_digits_say():
    """A power law summed range by range against all 20500 eigenvalues."""
    setting = make_setting(sigma="1/2", sigma0="1/3", **SETTINGS[-1])
    found = evaluate(setting, digits=25, certified=True)
    engine = Balls(40)
    point = make_point(setting, engine, build_spectrum(setting, engine, one_by_one=True))
    for name, part in ErrorParts(setting, point, best(setting), Form.LIMIT).parts.items():
        assert abs(found.terms[name] - center(evaluate_expression(*part))) <= found.term_radii[name]


@pytest.mark.parametrize("rho", ["1/2", "-9/10", "999/1000"])
def test_ar1_is_enclosed_from_its_matrix(rho):
    """The equation and gamma by exact rational traces of the matrix, no eigenvalue in sight."""
    d, T, lam, digits = 12, 7, Fraction(1, 100), 40
    setting = make_setting(d=d, T=T, lam=lam, sigma=1, spectrum=f"ar1:{rho}")
    found = evaluate(setting, digits=digits, certified=True)
    r = fmpq(Fraction(rho).numerator, Fraction(rho).denominator)
    sigma = fmpq_mat(d, d, [r ** abs(i - j) for i in range(d) for j in range(d)])
    eye = fmpq_mat(d, d, [int(i == j) for i in range(d) for j in range(d)])

    def trace(matrix):
        return sum((matrix[i, i] for i in range(d)), fmpq(0))

    def excess(kappa):
        return kappa - kappa * trace(sigma * (sigma + kappa * eye).inv()) / T - fmpq(1, 100)

    middle, radius = exact_fmpq(found.kappa), exact_fmpq(found.kappa_radius)
    assert excess(middle - radius) < 0 < excess(middle + radius)
    u = sigma * (sigma + middle * eye).inv()
    gamma = trace(u * u) / T
    variance = gamma / (1 - gamma)
    bias = trace(sigma * (eye - u) * (eye - u)) / d / (1 - gamma)
    with ctx.workprec(300):
        for name, expected in (("variance", variance), ("bias", bias)):
            error = abs(arb(exact_fmpq(found.terms[name])) / arb(expected) - 1)
            assert error < 100 * arb(10) ** -digits


def test_a_file_of_decimals_is_taken_exactly(tmp_path):
    """0.1 in a file is 1/10 to 150 digits."""
    (tmp_path / "s.txt").write_text("0.1 0.2 3")
    common = {"d": 3, "T": 2, "lam": "1e-3", "sigma": "0.1"}
    file = make_setting(**common, spectrum=f"file:{tmp_path / 's.txt'}")
    levels = make_setting(**common, spectrum="levels:3*1,1/5*1,1/10*1")
    found = [evaluate(each, digits=150, certified=True) for each in (file, levels)]
    assert found[0].shown(found[0].value) == found[1].shown(found[1].value)


def test_isotropic_collapse_after_a_million_generations():
    """b (1 - eta^n) exactly; on two equal levels squaring agrees with the closed form."""
    for T0, n, digits in ((39, 10**6, 60), (39, 3, 60), (10, 10**6, 30)):
        setting = make_setting(d=40, T=60, T0=T0, n=n)
        found = evaluate(setting, digits=digits, certified=True)
        with mpmath.workdps(100):
            expected = 1 - (mpmath.mpf(T0) / 40) ** n
            assert abs(found.value - expected) <= found.radius
    split = {"d": 40, "T": 50, "T0": 10, "lam": "1/5", "sigma": 1, "sigma0": 1, "n": 10**6}
    closed = evaluate(make_setting(**split), digits=30)
    squared = evaluate(make_setting(**split, spectrum="levels:1*25,1*15"), digits=30)
    assert squared.formulas == ("moments", "generator")
    for name, term in closed.terms.items():
        assert closed.shown(term) == squared.shown(squared.terms[name])


def test_squaring_agrees_with_iterating():
    """n = 4000 on two levels is squared; one extra copy of a level, many levels, is iterated."""
    common = {"d": 60, "T": 50, "T0": 20, "lam": "1/5", "lam0": "1/9", "sigma0": 1, "n": 4000}
    few = evaluate(make_setting(**common, spectrum="levels:2*30,1*30"), digits=20)
    spread = ",".join(["2*1"] * 30 + ["1*1"] * 30)
    many = evaluate(make_setting(**common, spectrum=f"levels:{spread}"), digits=20)
    for name, term in few.terms.items():
        assert few.shown(term) == many.shown(many.terms[name])


def test_a_boundary_that_balls_cannot_see_is_an_error():
    """Equal reals with radii are neither ordered nor declared equal."""
    engine = Balls(20)
    with engine.scope():
        third = exact_ball(Fraction(1, 3))
        assert engine.compare(third, exact_ball(Fraction(1, 2))) == -1
        assert engine.compare(arb(2), arb(2)) == 0
        with pytest.raises(Undecided, match="more digits"):
            engine.compare(third * 3, arb(1))


@pytest.mark.parametrize("decades", [30, 300])
def test_too_little_precision_is_refused_not_guessed(decades):
    """T = d and a tiny lam cost many digits inside, 15 or 150 of them: they are found."""
    setting = make_setting(d=30, T=30, lam=Fraction(1, 10**decades), sigma=1)
    found = evaluate(setting, digits=15, certified=True)
    with mpmath.workdps(700):
        lam = mpmath.mpf(10) ** -decades
        kappa = mpmath.sqrt(lam + lam * lam / 4) + lam / 2
        gamma = (1 / (1 + kappa)) ** 2
        expected = (gamma + kappa**2 / (1 + kappa) ** 2) / (1 - gamma)
        assert abs(found.value - expected) <= found.radius <= expected * mpmath.mpf("1e-14")


@pytest.mark.parametrize("decades", [-9, -3, 3, 9])
def test_a_wrong_midpoint_is_never_certified(decades):
    """Started decades away the step must widen until it holds the root, or give up."""
    engine = Balls(15)
    spectrum = build_spectrum(make_setting(d=300, T=600), engine)
    root = solve_kappa(spectrum, Fraction(1, 1000), 600, engine).value
    with engine.scope():
        bound = make_bound(exact_ball(Fraction(1, 1000)), 600, None)
        equation = Equation(spectrum, bound, engine)
        try:
            found = certified(equation, (root * arb(10) ** decades).mid())
        except SolverError:
            return
        assert found.overlaps(root)


def test_ar1_of_two_dimensions_holds_its_eigenvalues():
    """1 + rho and 1 - rho, for forty rho: a dropped radius would miss some."""
    for k in range(1, 41):
        rho = Fraction(k, 41)
        balls = build_spectrum(make_setting(d=2, T=3, spectrum=f"ar1:{rho}"), Balls(20)).s
        for ball, value in zip(balls, (1 + rho, 1 - rho), strict=True):
            with ctx.workprec(400):
                assert ball.contains(exact_ball(value))


def test_no_root_is_a_solver_error():
    """A ridge that is no number leads to no number."""
    engine = Balls(15)
    spectrum = build_spectrum(make_setting(d=3, T=5), engine)
    with pytest.raises(SolverError, match="left the positive numbers"):
        enclose_root(Equation(spectrum, make_bound(arb.nan(), 5, None), engine), arb(1))
