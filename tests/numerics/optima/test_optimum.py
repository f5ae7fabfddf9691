"""The optimal ridge against closed forms, brute force over lam, and known traps."""

import contextlib
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from ridgeproof.numerics.arithmetic.balls import Balls
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.arithmetic.rational_balls import center
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.evaluate import evaluate, evaluate_terms
from ridgeproof.numerics.optima.curve import Curves, ErrorCurve
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.numerics.optima.stationary import course_of
from ridgeproof.theory.errors import InfiniteExpectation, InputError, NotBuilt, NoTheorem
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.theory.settings.spectra import Levels

# sqrt(0.03) and sqrt(0.0008) as rationals, far closer than any digit asked for here.
ROOT_3_100 = "0.1732050807568877293527446341505872366942805253810380628055806979"
ROOT_8_10000 = "0.0282842712474619009760337744841939615713934375075389614635335947"

# Of a float64 error: a few hundred ulp from sums of up to 100 terms and kappa.
ROUNDING = 2.0**-44

REFERENCE = make_setting(d=200, T=400, T0=500, n=5, sigma="1/2", sigma0="1/2")
TWO_MINIMA = make_setting(
    d=60, T=66, T0=200, n=30, sigma0="0.1", sigma=ROOT_3_100,
    spectrum="levels:1*50,0.01*10", signal="energies:.2,.8",
)  # fmt: skip
MINIMUM_AT_ZERO = make_setting(
    d=64, T=8, T0=200, n=1, sigma0="0.1", sigma=ROOT_8_10000,
    spectrum="levels:1*4,0.1*60", signal="energies:.96,.04",
)  # fmt: skip
MINIMUM_NORM = make_setting(
    d=60, T=90, T0=30, n=3, sigma="0.2", sigma0="0.3", spectrum="power-law:3/2", signal="source:.4"
)
RIDGE_CHAIN = make_setting(
    d=40, T=30, T0=50, n=2, sigma="0.3", sigma0="0.5", lam0="0.1", spectrum="ar1:1/2"
)
ISOTROPIC = [
    REFERENCE,
    make_setting(d=200, T=100, T0=300, n=2, sigma="0.3", sigma0="0.7"),
    make_setting(d=50, T=50, T0=80, n=4, sigma="0.1", sigma0="0.2"),
    make_setting(d=50, T=50, T0=80, n=4, sigma0=1),
    make_setting(d=30, T=90, T0=33, n=1, sigma="0.01", sigma0="0.01"),
    make_setting(d=30, T=90, sigma="1/3"),
    make_setting(d=90, T=30, sigma="1e-10"),
    make_setting(d=30, T=90, sigma="1e-200"),
]


def at(setting, lam, form=Form.LIMIT):
    """The error at one lam, in float64, through the fixed point and the catalogued formulas."""
    return float(sum(evaluate_terms(setting.with_(lam=Fraction(lam)), Float64(), form).values()))


def least(setting, lams, form=Form.LIMIT):
    """The least error at any of these lams, those of a limit at once where it has a process."""
    if form is Form.LIMIT:
        with contextlib.suppress(InputError, NoTheorem, NotBuilt):
            grid = [float(lam) for lam in lams]
            found = evaluate_process(setting.process(), lam=grid, terms=False)
            return min(found.values["test_error"])
    return min(at(setting, lam, form) for lam in lams)


def test_the_reference_values():
    """lam = 0.78752148..., classical 0.125 (exactly phi sigma^2/b), both to 15 digits."""
    found = optimum(REFERENCE)
    assert found.shown(found.lam).startswith("0.78752148")
    assert found.shown(found.classical_lam) == "0.125"
    assert found.closed_form


@pytest.mark.parametrize(
    ("setting", "form"),
    [*((setting, Form.LIMIT) for setting in ISOTROPIC), (REFERENCE, Form.EXACT)],
    ids=str,
)
def test_the_closed_form_equals_the_search(setting, form):
    """Quartic and search over the functional agree to 30 digits, in every position of T, T0, d.

    The exact form differs by Delta alone, whatever the position.
    """
    closed = optimum(setting, digits=32, form=form)
    searched = optimum(setting, digits=32, form=form, closed=False)
    assert closed.closed_form
    assert not searched.closed_form
    for name in ("lam", "value", "classical_lam", "value_at_classical"):
        with mpmath.workdps(40):
            one, other = getattr(closed, name), getattr(searched, name)
            assert abs(one - other) <= mpmath.mpf(10) ** -30 * abs(one), name


def test_exact_generators_need_more_ridge():
    """T0 - d - 1 in place of T0 - d enlarges Delta, hence lam."""
    limit, exact = (optimum(REFERENCE, form=form).lam for form in (Form.LIMIT, Form.EXACT))
    assert exact > limit
    assert optimum(REFERENCE, form="exact").lam == exact
    # Replace Delta by hand: n sigma0^2 scaled by (T0-d)/(T0-d-1) = 300/299.
    scaled = optimum(REFERENCE.with_(n=500, sigma=REFERENCE.sigma, sigma0=Fraction(1, 20)))
    assert abs(scaled.lam - limit) < 1e-14 * limit


def test_two_local_minima():
    """The stationary points that a single Newton run would confuse: 6.2e-5, a maximum, 3.61."""
    found = optimum(TWO_MINIMA)
    kinds = [point.is_minimum for point in found.stationary]
    lams = [float(point.lam) for point in found.stationary]
    values = [float(point.value) for point in found.stationary]
    assert kinds == [True, False, True]
    assert lams[0] == pytest.approx(6.2e-5, rel=0.01)
    assert lams[2] == pytest.approx(3.61, rel=1e-3)
    assert values[0] == pytest.approx(0.397, abs=5e-4)
    assert values[2] == pytest.approx(0.961, abs=5e-4)
    assert found.lam == found.stationary[0].lam


def test_the_deeper_minimum_wins_either_way():
    """With more fake noise the same spectrum prefers the other minimum."""
    noisy = TWO_MINIMA.with_(n=3000)
    found = optimum(noisy)
    grid = [at(noisy, Fraction(10) ** k) for k in range(-6, 6)]
    assert found.lam > 1
    assert float(found.value) <= min(grid)


def test_two_stationary_points_within_one_step_of_the_sweep():
    """A maximum and a minimum about to merge, 0.4 % apart in kappa: the sweep refines itself."""
    merging = TWO_MINIMA.with_(sigma=Fraction("0.9162"))
    found = optimum(merging)
    kappas = [float(point.kappa) for point in found.stationary]
    assert [point.is_minimum for point in found.stationary] == [True, False, True]
    assert 1 < kappas[1] / kappas[0] < 1.02
    assert len(optimum(TWO_MINIMA.with_(sigma=Fraction("0.9163"))).stationary) == 1


def test_the_minimum_can_sit_at_lam_zero():
    """No stationary point: the error rises from lam = 0 on, and the answer is exactly 0."""
    found = optimum(MINIMUM_AT_ZERO)
    assert found.lam == 0
    assert found.at_end == "lam = 0"
    assert found.shown(found.lam) == "0"
    assert float(found.value) == pytest.approx(at(MINIMUM_AT_ZERO, 0), rel=ROUNDING)
    assert at(MINIMUM_AT_ZERO, "1e-6") > found.value


EVERY_KIND = [
    TWO_MINIMA,
    MINIMUM_AT_ZERO,
    MINIMUM_NORM,
    RIDGE_CHAIN,
    MINIMUM_NORM.with_(T=20, n=40),
    RIDGE_CHAIN.with_(T=40),
    RIDGE_CHAIN.with_(n=0, T0=None),
    make_setting(d=60, T=90, T0=20, n=3, sigma="0.2", sigma0="0.3", design="shared"),
    make_setting(d=60, T=40, T0=20, n=3, sigma="0.2", sigma0="0.3"),
    make_setting(d=20, T=19, sigma=1, spectrum="ar1:0.9"),
    make_setting(d=20, T=21, sigma="0.01", spectrum="spiked:100*3,1"),
]


@pytest.mark.parametrize(
    ("setting", "form"),
    [
        *((setting, Form.LIMIT) for setting in EVERY_KIND),
        (TWO_MINIMA, Form.EXACT),
        (RIDGE_CHAIN, Form.EXACT),
        (EVERY_KIND[-4], Form.EXACT),
    ],
    ids=str,
)
def test_no_lam_does_better(setting, form):
    """Nothing lies below the optimum on 40 lams, and `evaluate` agrees at the optimum."""
    found = optimum(setting, form=form)
    lams = np.logspace(-9, 6, 40)
    assert float(found.value) <= least(setting, lams, form) * (1 + ROUNDING)
    if not found.at_end:
        assert at(setting, float(found.lam), form) == pytest.approx(
            float(found.value), rel=ROUNDING
        )
    classical = float(found.classical_lam)
    best_clean = at(setting.clean(), classical)
    assert best_clean <= least(setting.clean(), lams) * (1 + ROUNDING)
    if classical > 0:
        expected = at(setting, classical, form)
        assert float(found.value_at_classical) == pytest.approx(expected, rel=ROUNDING)
    assert found.value <= found.value_at_classical * (1 + ROUNDING)


def test_fifty_digits_agree_with_sixty():
    """The radii of lam and value hold against a run with ten more digits."""
    fifty, sixty = optimum(TWO_MINIMA, digits=50), optimum(TWO_MINIMA, digits=60)
    with mpmath.workdps(70):
        assert abs(fifty.lam - sixty.lam) <= fifty.lam_radius <= mpmath.mpf(10) ** -50 * fifty.lam
        assert abs(fifty.value - sixty.value) <= fifty.radius


def test_the_penalty_is_stationary():
    """dE/dkappa computed by differences vanishes at the optimum and changes sign there."""
    found = optimum(MINIMUM_NORM, digits=40)
    curve = ErrorCurve(MINIMUM_NORM, Balls(40))
    with curve.engine.scope():
        step, kappa = curve.engine.number(10) ** -10, curve.engine.convert(found.kappa)
        around = [curve.error(kappa * (1 + side)) for side in (-step, 0, step)]
        assert around[0] > around[1] < around[2]
        # E'' alone: the two sides differ by a third derivative only.
        assert abs(around[0] - around[2]) < 1e-8 * (around[0] - around[1])


@pytest.mark.parametrize(
    ("setting", "closed_form", "lam"),
    [
        (make_setting(d=30, T=60), True, 0),
        (make_setting(d=30, T=20), True, 0),
        (make_setting(d=30, T=20, spectrum="power-law:2"), False, 0),
        (make_setting(d=30, T=60, T0=90, n=4), True, 0),
        # phi = 1, sigma = 0, Delta = n sigma0^2/2: b >= 3 Delta holds with equality.
        (make_setting(d=30, T=30, T0=90, n=6, sigma0="1/3"), True, 0),
        (make_setting(d=30, T=30, T0=90, n=5, sigma0="1/3"), True, 0),
        (make_setting(d=30, T=60, T0=90, n=4, sigma0=1, signal="energies:0"), True, mpmath.inf),
        (
            make_setting(d=30, T=60, sigma=1, spectrum="spiked:2*3,1", signal="energies:0,0"),
            False,
            mpmath.inf,
        ),
    ],
    ids=str,
)
def test_the_ends(setting, closed_form, lam):
    """Without noise lam = 0, at phi = 1 also for b >= 3 Delta; without signal lam = infinity."""
    found = optimum(setting)
    assert (found.lam, found.closed_form) == (lam, closed_form)


@pytest.mark.parametrize(("T0", "sigma0", "lam"), [(20, 0, 0), (20, "0.1", None), (6, 0, None)])
def test_a_mixture_without_noise_of_its_own(T0, sigma0, lam):
    """At T = d lam = 0 is perfect if both labellers are the truth, of infinite error otherwise."""
    setting = make_setting(
        d=8, T=8, T0=T0, n=1, sigma0=sigma0, spectrum="ar1:9/10", synthetic_fraction="1/2"
    )
    found = optimum(setting)
    assert found.classical_lam == 0
    if lam is not None:
        assert (found.lam, found.value, found.value_at_classical) == (0, 0, 0)
        assert evaluate(setting.with_(lam=0), digits=30).value == 0
    else:
        assert found.lam > 0
        assert found.shown(found.value_at_classical) == "inf"


def test_just_inside_the_boundary_at_phi_one():
    """b slightly below 3 Delta: a positive lam again."""
    assert optimum(make_setting(d=30, T=30, T0=90, n=7, sigma0="1/3")).lam > 0


def test_clean_isotropic_data_need_exactly_phi_sigma_squared_over_b():
    """lam = phi sigma^2/b at n = 0, for any energy b."""
    setting = make_setting(d=30, T=40, sigma="1/3", signal="energies:2")
    found = optimum(setting, digits=40)
    with mpmath.workdps(45):
        assert abs(found.lam - mpmath.mpf(3) / 4 / 9 / 2) < mpmath.mpf(10) ** -40
    assert found.lam == found.classical_lam
    assert found.value == found.value_at_classical


def test_a_lam_far_beyond_float64():
    """3000 generations on half the dimensions: lam* exceeds 10^900 and the error tends to b."""
    setting = make_setting(d=40, T=60, T0=20, n=3000, sigma="0.1", sigma0="0.2")
    found = optimum(setting)
    assert found.lam > mpmath.mpf(10) ** 900
    assert abs(1 - found.value) <= found.radius
    assert "e+" in found.shown(found.lam)


def test_the_error_of_many_generations_stays_below_b():
    """C3: with lam re-optimised the error increases to b = 1 and never passes it."""
    chain = [
        optimum(REFERENCE.with_(n=n, T0=500, T=400), digits=20).value for n in (1, 10, 1000, 10**6)
    ]
    assert chain == sorted(chain)
    assert 0.999 < chain[-1] < 1


def test_an_end_of_infinite_expectation_is_left_out():
    """T = d with label noise: lam = 0 is not a candidate, and a positive lam is found."""
    found = optimum(make_setting(d=20, T=20, sigma="0.1", spectrum="ar1:0.5"))
    assert 0 < found.lam < 1


@pytest.mark.parametrize(
    ("setting", "brackets"),
    [
        (
            make_setting(
                d=3, T=2, sigma="1e-6", spectrum="levels:1*1,0.1*2", signal="energies:1,.01"
            ),
            0,
        ),
        (
            make_setting(
                d=20, T=19, T0=60, n=1, lam0=".01", sigma0=".1", sigma="1e-4",
                spectrum="levels:1*15,0.01*5", signal="energies:.5,.5",
            ),
            2,
        ),
    ],
    ids=["falls throughout", "inner minimum is higher"],
)  # fmt: skip
def test_a_minimum_in_an_excluded_end_is_an_error(setting, brackets):
    """The formula is least at lam = 0, where the expectation is infinite."""
    course = course_of(Curves(setting, Form.LIMIT))
    assert course.first > 0
    assert len(course.brackets) == brackets
    with pytest.raises(InfiniteExpectation, match="no lam is optimal"):
        optimum(setting)


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        ({"T0": 30}, InfiniteExpectation),
        ({"T0": 31}, InfiniteExpectation),
        ({"T0": 29}, InfiniteExpectation),
        ({"lam0": 1, "design": "shared", "n": 3, "T0": 40}, NoTheorem),
    ],
)
def test_refusals(bad, error):
    """An infinite expectation for every lam, and a combination without theorem, are typed."""
    setting = make_setting(**{"d": 30, "T": 60, "n": 1, "sigma0": 1, **bad})
    with pytest.raises(error):
        optimum(setting)


@pytest.mark.parametrize("digits", [0, 2001, 1.5])
def test_digits_are_checked(digits):
    """Digits outside 1..2000 are refused by name."""
    with pytest.raises(InputError, match="digits"):
        optimum(REFERENCE, digits=digits)


def test_the_slope_is_the_derivative_of_the_error():
    """Differences of errors over 12 decades of kappa, and floats, but for their rounding.

    Without noise the terms of the noise are no columns but one exact zero.
    """
    mixed = MINIMUM_NORM.with_(synthetic_fraction=Fraction(1, 2))
    silent = TWO_MINIMA.with_(sigma=0)
    for setting in (TWO_MINIMA, MINIMUM_NORM, RIDGE_CHAIN, silent, mixed, RIDGE_CHAIN.with_(T=40)):
        many, few = ErrorCurve(setting, Balls(60)), ErrorCurve(setting, Float64())
        logs = np.linspace(np.log(max(1.001 * float(few.start), 1e-7)), 12.0, 20)
        fast = few.relative_slopes(np.exp(logs))
        assert len(fast) == len(logs)
        with many.engine.scope():
            step = many.engine.number(10) ** -20
            for x, relative in zip(logs, fast, strict=True):
                kappa = many.engine.convert(x).exp()
                ends = [many.error(kappa * (1 + side)) for side in (-step, step)]
                slope = many.slope(kappa)
                assert abs((ends[1] - ends[0]) / (2 * step * kappa) / slope - 1) < 1e-15
                assert abs(relative) < 2.0**-44 or relative * slope > 0


def test_the_curve_equals_evaluate():
    """Value and lam of the curve at the kappa of some lam are those of `evaluate`."""
    # As levels: the exact form of an isotropic setting is the finite-size oracle's.
    reference = REFERENCE.with_(spectrum=Levels(((Fraction(1), REFERENCE.d),)))
    for setting in (TWO_MINIMA, MINIMUM_NORM, RIDGE_CHAIN, reference):
        for form in Form:
            value = evaluate(setting.with_(lam=Fraction(1, 7)), digits=30, form=form)
            curve = ErrorCurve(setting, Balls(30), form)
            kappa = curve.engine.convert(value.kappa)
            with mpmath.workdps(42):
                assert abs(center(curve.error(kappa)) - value.value) <= value.radius
                assert abs(7 * center(curve.penalty(kappa)) - 1) < mpmath.mpf(10) ** -30


def test_random_spectra():
    """Random levels, energies and sizes: never beaten by a grid of 40 lams, lam = 0 included."""
    draw = np.random.default_rng(20240212)
    for _ in range(15):
        sizes = draw.integers(1, 40, 3)
        levels = ",".join(f"{10.0 ** draw.uniform(-3, 1):.6f}*{size}" for size in sizes)
        energies = ",".join(f"{x:.6f}" for x in draw.dirichlet([0.5] * 3))
        d = int(sizes.sum())
        T, T0 = draw.integers(max(d // 3, 1), 3 * d), draw.integers(d + 2, 4 * d + 3)
        sigma, sigma0 = (round(float(10 ** draw.uniform(low, 0)), 6) for low in (-3, -2))
        setting = make_setting(
            d=d, T=int(T), T0=int(T0), n=int(draw.integers(0, 6)), sigma=sigma, sigma0=sigma0,
            spectrum=f"levels:{levels}", signal=f"energies:{energies}",
        )  # fmt: skip
        if abs(setting.T - d) <= 1:
            continue
        found = optimum(setting)
        grid = least(setting, [0.0, *np.logspace(-10, 6, 40)])
        assert float(found.value) <= grid * (1 + ROUNDING), setting


def test_a_faint_signal_has_its_optimum_far_away():
    """lam = phi sigma^2/b on clean data, also where b = 1e-300 and v takes a thousand halvings."""
    faint = make_setting(d=20, T=40, sigma=1, signal="energies:1e-300")
    assert float(optimum(faint).lam * 10**-300) == pytest.approx(0.5, rel=1e-14)


POWER_LAW = {"spectrum": "power-law:2", "signal": "source:1/20"}
HALF_SEEN = {"d": 8, "T": 4, "spectrum": "levels:1*4,0.1*4", "signal": "energies:0,1"}


@pytest.mark.parametrize(
    ("given", "lam", "error"),
    [
        (HALF_SEEN, 6.0307, 0.987657428),
        ({"d": 60, "T": 30, **POWER_LAW}, 1.4515e-4, 0.203723468),
        ({"d": 40, "T": 10, **POWER_LAW}, 0.0072876, 0.441544683),
        ({**HALF_SEEN, "T0": 20, "n": 2, "sigma0": "0.1"}, 6.2129, 0.987942499),
    ],
)
def test_labels_without_noise_and_too_few_rows(given, lam, error):
    """sigma = 0 and T < d: what is not seen of the signal is noise, and wants a penalty."""
    found = optimum(make_setting(**given))
    assert float(found.lam) == pytest.approx(lam, rel=1e-4)
    assert float(found.value) == pytest.approx(error, rel=1e-8)


def least_on_a_grid(setting):
    """The least error of noiseless downstream labels over kappa, by (T3) written out by hand.

    c = n sigma0^2 / (s (T0-d)) is the variance of the last least-squares generator on a level.
    """
    s, count = (
        np.array([float(x) for x in each]) for each in zip(*setting.spectrum.levels, strict=True)
    )
    energies = np.array([float(b) for b in setting.signal.energies])
    kappa = np.geomspace(s.min() * 1e-9, s.max() * 1e9, 5_001)[:, None]
    u = s / (s + kappa)
    admitted = (u * count).sum(1) < setting.T
    gamma = (u**2 * count).sum(1)[admitted] / setting.T
    u = u[admitted]
    c = count * setting.n * float(setting.sigma0) ** 2 / ((setting.T0 or 2 * setting.d) - setting.d)
    unseen = ((1 - u) ** 2 * energies).sum(1) / (1 - gamma)
    return (unseen + (u**2 * c).sum(1) + gamma / (1 - gamma) * ((1 - u) ** 2 * c).sum(1)).min()


def test_random_levels_without_downstream_noise():
    """Two and three levels, dark ones too, T below and above d: never beaten, and never by far."""
    draw = np.random.default_rng(20240213)
    tried = 0
    for _ in range(14):
        count = draw.choice([1, 2, 5, 17, 40], draw.integers(2, 4))
        levels = ",".join(f"{10.0 ** draw.uniform(-3, 1):.3g}*{each}" for each in count)
        energies = [f"{x:.3g}" for x in draw.dirichlet([0.3] * len(count))]
        if draw.random() < 0.4:
            energies[0] = "0"
        d = int(count.sum())
        chain = {"T0": int(draw.integers(d + 2, 4 * d + 3)), "n": 2, "sigma0": "0.1"}
        setting = make_setting(
            d=d, T=int(draw.choice([1, -(-d // 4), -(-d // 2), d - 1, 2 * d])),
            spectrum=f"levels:{levels}", signal=f"energies:{','.join(energies)}",
            **(chain if draw.random() < 0.4 else {}),
        )  # fmt: skip
        found, least = optimum(setting), least_on_a_grid(setting)
        assert float(found.value) <= least * (1 + 1e-12), setting
        if not found.at_end:
            assert float(found.value) == pytest.approx(least, rel=1e-5), setting
            tried += 1
    assert tried > 5
