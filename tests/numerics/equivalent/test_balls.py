"""The ring of balls: its numbers hold the true ones, and no other branch is answered."""

from fractions import Fraction
from pathlib import Path

import mpmath
import numpy as np
import pytest
from flint import acb, arb, fmpq
from hypothesis import given, settings

from ridgeproof.numerics.arithmetic.balls import Balls, Undecided
from ridgeproof.numerics.arithmetic.precision import object_array
from ridgeproof.numerics.equivalent.balls.digits import solve_point
from ridgeproof.numerics.equivalent.balls.flows import contour_error
from ridgeproof.numerics.equivalent.balls.ring import BallRing, column
from ridgeproof.numerics.equivalent.balls.roots import BallRoots
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.fits import FloatRoots
from ridgeproof.numerics.equivalent.profiles import Directions, Space
from ridgeproof.numerics.equivalent.several import Kinds
from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.spectra.spectrum import build_spectrum
from ridgeproof.theory.errors import InputError, NotBuilt, SolverError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.pipelines import processes

_EXAMPLES = Path(__file__).parents[3] / "examples" / "processes"
_CHAIN = """
[process]
steps = '''
A = rows(T)
m = w0
for _ in range(n):
    m = ridge(A@m + sigma*noise(A), lam)
'''
[process.parameters]
spectrum = "power-law:1"
T = 400
n = 10
sigma = "1/2"
lam = "1/10"
[ask]
risk = "risk(m)"
"""
_RIDGE = '[process]\nsteps = "A = rows(T)\\nm = ridge({labels}, {lam})"\n[ask]\nrisk = "risk(m)"\n'


def _ridge(labels="A@w0 + noise(A)", lam="lam"):
    return read_process(_RIDGE.format(labels=labels, lam=lam))


def _numbers(*values):
    return object_array(list(map(arb, values)))


class _Rough(FloatRoots):
    """A start that is told, whatever the fit."""

    def __init__(self, start):
        self.start = start

    def kappa(self, s, counts, lam, T):
        """The start as kappa."""
        return np.array([[self.start]])

    def responses(self, kinds, lam, dual):
        """The start as responses."""
        return np.array([self.start])


_FLOWS = {"early_stopping", "weak_to_strong"}


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, marks=[pytest.mark.slow] if path.stem in _FLOWS else [])
        for path in sorted(_EXAMPLES.glob("*.toml"))
    ],
    ids=lambda path: path.stem,
)
def test_the_examples_to_thirty_digits(path):
    """Float64 agrees, a search to fewer digits; what is proved has a radius of its last digit."""
    process = read_process(path)
    found, floats = evaluate_process(process, digits=30), evaluate_process(process)
    for name, value in found.values.items():
        assert floats.values[name] == pytest.approx(float(value), rel=1e-9, abs=1e-15)
        if name in found.radii:
            assert floats.values[name] == pytest.approx(float(value), rel=1e-12, abs=1e-13)
            assert found.radii[name] < 1e-28 * max(abs(value), 1e-3)


def test_a_long_chain_on_shared_rows():
    """Ten ridges on the same rows, d = 300: a radius below 1e-28, nested in more digits."""
    chain = read_process(_CHAIN)
    found, more = (evaluate_process(chain, d=300, digits=k, certified=True) for k in (30, 45))
    assert found.certified
    gap = abs(found.values["risk"].item() - more.values["risk"].item())
    assert gap <= found.radii["risk"] <= 1e-28 * found.values["risk"]
    assert evaluate_process(chain, d=300).values["risk"] == pytest.approx(
        float(found.values["risk"]), rel=1e-12
    )


@pytest.mark.parametrize(("n", "spectrum"), [(10**6, "isotropic"), (230, "power-law:1")])
def test_loops_are_squared_or_carried_out(n, spectrum):
    """A loop that is not unrolled: the catalogue's chain, within both radii, on either way."""
    given = {"d": 60, "T": 90, "T0": 80, "sigma0": "1/2", "lam0": "1/10", "lam": "1/50"}
    setting = make_setting(n=n, spectrum=spectrum, **given)
    found = evaluate_process(setting.process(), digits=25, certified=True)
    known = evaluate(setting, digits=25, certified=True)
    gap = abs(found.values["test_error"].item() - known.value)
    assert gap <= found.radii["test_error"].item() + known.radius


@pytest.mark.parametrize("T", [20, 90])
@pytest.mark.parametrize("share", [0.5, 0.99999])
def test_the_other_root_of_a_negative_penalty_is_refused(T, share):
    """One level, both roots of the quadratic: right of the edge a ball, left of it an error."""
    with Balls(30).scope():
        edge = -((1 - arb(fmpq(30, T)).sqrt()) ** 2)
        lam = fmpq(*(float(edge) * share).as_integer_ratio())
        # kappa^2 + (1 - d/T - lam) kappa - lam = 0
        half = (lam - 1 + fmpq(30, T)) / 2
        spread = (arb(half) ** 2 + lam).sqrt()
        given = _numbers(1), object_array([30]), object_array([lam])[:, None], column(Fraction(T))
        right, wrong = (BallRoots(Balls(30), _Rough(float(half + k * spread))) for k in (1, -1))
        assert right.kappa(*given).item().overlaps(half + spread)
        with pytest.raises(SolverError, match="branch"):
            wrong.kappa(*given)


def test_the_other_sheet_is_refused():
    """Complex lam: the root with Im kappa Im lam < 0 satisfies the equation, and is no answer."""
    with Balls(30).scope():
        lam = acb(1, 2)
        half = (lam - fmpq(1, 2)) / 2
        spread = (half**2 + lam).sqrt()
        given = _numbers(1), object_array([30]), object_array([lam])[:, None], column(Fraction(60))
        roots = sorted([half + spread, half - spread], key=lambda root: float(root.imag))
        wrong, right = (BallRoots(Balls(30), _Rough(complex(root))) for root in roots)
        assert right.kappa(*given).item().overlaps(roots[1])
        with pytest.raises(SolverError, match="branch"):
            wrong.kappa(*given)


def _responses(case, digits):
    """h of two kinds of rows on three levels, and h_F."""
    counts, lam, T = object_array([1, 4, 3]), case["lam"], (fmpq(case["T"]), fmpq(3))
    with Balls(digits).scope():
        s = np.stack([_numbers(3, 1, fmpq(1, 3)), _numbers(fmpq(1, 7), 2, fmpq(1, 5))])
        om = object_array([fmpq(1, 9), fmpq(2, 9)])[:, None]
        A, B = om * object_array(T)[:, None] * s, om * counts * s
        kinds = Kinds(A[None], B[None], np.zeros((1, 2), dtype=bool))
        lam = object_array([acb(*lam) if isinstance(lam, tuple) else arb(lam)])
        roots, dual = BallRoots(Balls(digits)), np.array([case["T"] + 3 <= 8])
        if "width" not in case:
            return roots.responses(kinds, lam, dual)[0].tolist()
        width = object_array([fmpq(case["width"])])
        least = np.array([np.argmin([case["T"] + 3, case["width"], 8])])
        h, f = roots.projected_responses(kinds, counts, lam, width, least)
        return [*h[0].tolist(), f.item()]


@pytest.mark.parametrize(
    "case",
    [
        {"lam": fmpq(1, 9), "T": 1},
        {"lam": fmpq(1, 9), "T": 20},
        {"lam": 0, "T": 1},
        {"lam": 0, "T": 20},
        {"lam": fmpq(-1, 50), "T": 1},
        {"lam": fmpq(-1, 50), "T": 40},
        {"lam": (-2, 1), "T": 1},
        {"lam": (fmpq(1, 3), -2), "T": 20},
        {"lam": fmpq(1, 9), "T": 1, "width": 20},
        {"lam": fmpq(1, 9), "T": 20, "width": 4},
        {"lam": 0, "T": 20, "width": 20},
    ],
    ids=str,
)
def test_responses_of_several_kinds_hold_the_roots(case):
    """Few digits enclose many: midpoints without their radii would not."""
    few, many = (_responses(case, digits) for digits in (3, 60))
    assert all(ball.contains(root) for ball, root in zip(few, many, strict=True))
    assert all(ball.rel_accuracy_bits() > 30 for ball in few)


def test_a_negative_response_of_several_kinds_is_refused():
    """Two equal kinds are one of both: the root with a negative kappa is refused here too."""
    with Balls(30).scope():
        lam, d, T = fmpq(1, 10), 30, 60
        half = (lam - 1 + fmpq(d, T)) / 2
        spread = (arb(half) ** 2 + lam).sqrt()
        A, B = (_numbers(x, x).reshape(1, 2, 1) for x in (fmpq(1, 2), fmpq(d, T)))
        kinds = Kinds(A, B, np.zeros((1, 2), dtype=bool))
        for sign in (1, -1):
            h = float(1 / (half + sign * spread))
            roots = BallRoots(Balls(30), _Rough([h, h]))
            if sign > 0:
                found = roots.responses(kinds, object_array([lam]), np.array([True]))
                assert all(each.overlaps(1 / (half + spread)) for each in found[0])
            else:
                with pytest.raises(SolverError, match="branch"):
                    roots.responses(kinds, object_array([lam]), np.array([True]))


def test_minima_to_many_digits():
    """The best lam for a flat signal is sigma^2 d/T, the best share of labels (sqrt(5) - 1)/2."""
    ridge = read_process(
        '[process]\nsteps = "A = rows(T)\\nm = ridge(A@w0 + sigma*noise(A), lam)"\n'
        '[ask]\nat = "argmin(risk(m), lam)"\nleast = "minimum(risk(m), lam)"\n'
    )
    found = evaluate_process(ridge, d=40, T=60, sigma="3/2", digits=40)
    with mpmath.workdps(45):
        assert abs(found.values["at"].item() - mpmath.mpf(3) / 2) < mpmath.mpf(10) ** -39
    at_best = evaluate_process(_ridge("A@w0 + 3/2*noise(A)"), d=40, T=60, lam="3/2", digits=40)
    assert abs(found.values["least"].item() - at_best.values["risk"].item()) < 1e-39
    shares = evaluate_process(read_process(_EXAMPLES / "averaged_labels.toml"), n=300, digits=30)
    with mpmath.workdps(35):
        golden = (mpmath.sqrt(5) - 1) / 2
        assert abs(shares.values["best_share"].item() - golden) < mpmath.mpf(10) ** -29
    assert shares.radii.keys() == {"generator"}  # what a search finds has no radius


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"lam": -1, "T": 80}, "spectral edge"),
        ({"lam": 0, "T": 20}, "as many rows as fitted directions"),
        ({"lam": 0, "T": 21}, "within 1 of d = 20"),
    ],
)
def test_what_float64_refuses_is_refused(given, error):
    """Edge, threshold and infinite expectation, at any digits."""
    process = _ridge("A@w0" if given["T"] == 20 else "A@w0 + noise(A)")
    with pytest.raises(InputError, match=error):
        evaluate_process(process, d=20, digits=30, **given)


def test_a_boundary_that_balls_cannot_decide_is_named():
    """1/10 - s is zero on a level of 1/10, which no digits tell; on 1/8 they do."""
    text = _RIDGE.format(labels="A@w0", lam="1/5").replace("(T)", "(T, 'S')")
    text += '[process.covariances]\nS = "where(1/{} - s, 1, 2)"\n'
    assert evaluate_process(
        read_process(text.format(8)), d=9, T=5, spectrum="levels:1/8*4,1*5", digits=30
    ).radii
    with pytest.raises(Undecided, match="boundary"):
        evaluate_process(
            read_process(text.format(10)), d=9, T=5, spectrum="levels:1/10*4,1*5", digits=30
        )


def _ring(digits):
    engine = Balls(digits)
    spectrum = build_spectrum(make_setting(d=4, T=1), engine)
    return BallRing(Directions(spectrum, engine, one_by_one=False), floats=None, at=None)


@pytest.mark.parametrize("digits", [8, 30])
def test_the_contour_is_no_farther_than_its_bound(digits):
    """|phi - r| at many x, from far above 0 to the largest poles and beyond, and its bound."""
    with Balls(digits).scope():
        contour = _ring(digits).contour()
        bound, worst = contour_error(contour), arb(0)
        for x in [*np.geomspace(1e-3, 1e4, 60), 0.999 * float(abs(contour[-1][0]))]:
            r = sum((2 * (c / (x + z)).real for z, c in contour), arb(0))
            worst = worst.max(abs((1 - arb(-x).exp()) / x - r).upper())
        assert worst < bound < arb(10) ** -digits


def test_a_flow_is_certified_where_it_is_asked():
    """Few digits enclose many, in spite of a coarse contour; a fit on a flow has no certificate."""
    flow = read_process(
        '[process]\nsteps = "A = rows(T)\\ng = gradient_flow(A@w0 + noise(A), 5)"\n'
        '[ask]\nlength = "inner(3*g - w0, g)"\n'
    )
    graph, space, point = normal_form(flow), Space(9, "spiked:4*1,1", "flat"), {"T": 7, "d": 9}
    exact = {name: Fraction(value) for name, value in point.items()}
    few, many = (
        solve_point(graph, exact, space, digits, certified=True).answers["length"]
        for digits in (3, 14)
    )
    assert few.value.item().contains(many.value.item())
    learned = _ridge("A@gradient_flow(A@w0, 2)")
    with pytest.raises(NotBuilt, match=r"of risk .*gradient_flow"):
        evaluate_process(learned, d=4, T=9, lam=1, certified=True)


def test_numbers_that_are_no_fractions():
    """Roots of parameters in a penalty and in an ask: balls that hold those of more digits."""
    process = read_process(
        '[process]\nsteps = "A = rows(T)\\nm = ridge(A@w0 + noise(A), lam^(1/2))"\n'
        '[ask]\nroot = "risk(m)^(1/2) + lam^(1/2)"\n'
    )
    for T in (12, 30):
        space = {"d": 20, "T": T, "lam": 3}
        few, many = (evaluate_process(process, digits=k, certified=True, **space) for k in (13, 40))
        gap = abs(few.values["root"].item() - many.values["root"].item())
        assert gap <= few.radii["root"].item() < 1e-12
        floats = evaluate_process(process, **space).values["root"]
        assert floats == pytest.approx(float(many.values["root"].item()), rel=1e-13)


def test_what_is_zero_is_given_as_zero():
    """A risk of nothing, and parts that cancel where no other ask says how small is small."""
    for ask in ("risk(w0)", "inner(m - w0, w0) - 2*risk(w0) - inner(w0, m) + norm2(w0)"):
        process = read_process(_RIDGE.format(labels="A@w0", lam="1/5").replace("risk(m)", ask))
        found = evaluate_process(process, d=4, T=9, digits=20, certified=True)
        assert found.values["risk"] == 0 <= found.radii["risk"] < 1e-40


@settings(max_examples=20, deadline=None, derandomize=True)
@given(processes(fits=4))
def test_drawn_processes_agree_with_float64(process):
    """Loops, lists, weights and combinations: the same numbers, or a certificate not built."""
    try:
        found = evaluate_process(process, digits=15, certified=True)
    except NotBuilt as error:
        assert "gradient_flow" in str(error)  # noqa: PT017
        return
    for name, value in evaluate_process(process).values.items():
        known = float(found.values[name].item())
        assert value == pytest.approx(known, rel=1e-12, abs=1e-15)


def test_arrays_and_exact_equality():
    """Points one by one; 1/3 three times over is one kind of rows, which has a kappa."""
    process = read_process(
        '[process]\nsteps = "A = rows(T)\\nB = rows(T)\\n'
        'm = ridge([A@w0 + noise(A), B@w0], lam, weights=[a, 1/3])"\n'
        '[ask]\nrisk = "risk(m)"\n'
    )
    found = evaluate_process(process, d=5, T=4, a="1/3", lam=[0.5, 1], digits=20)
    assert found.values["risk"].shape == found.radii["risk"].shape == (2,)
    one = evaluate_process(process, d=5, T=4, a="1/3", lam=1, digits=20)
    assert one.kappa.keys() == {"m"}
    assert found.values["risk"][1] == one.values["risk"]
    assert not evaluate_process(process, d=5, T=4, a="1/4", lam=1, digits=20).kappa
