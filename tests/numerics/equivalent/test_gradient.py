"""Gradients: the implicit equations against differences at forty digits, and what is refused."""

import re
from fractions import Fraction
from textwrap import dedent

import mpmath
import numpy as np
import pytest

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.gradients.gradient import gradient_of_process
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process

_PROCESS = read_process(
    dedent("""\
        [process]
        steps = '''
        A = rows(T)
        B = rows(2*T, "S2")
        y = A@w0 + sigma*noise(A)
        m = ridge(y, lam, penalty="P")
        u = ridge([A@m, xi*(B@w0)], lam/2, weights=[1, share])
        f = ridge(y, lam, features=features(width))
        l = least_squares(A@u)
        '''
        [process.covariances]
        S2 = "s^2"
        P = "where(i - 2, 1 + s, inf)"
        [ask]
        teacher = "risk(m)"
        student = "risk(u)/risk(m)^2"
        featured = "risk(f)"
        inner = "inner(u, l)"
        training = "mean_square(y - A@m)/(1 - df(m))^2"
        kappas = "kappa(m)*kappa(f)"
        """)
)
_SPACE = {"d": 12, "spectrum": "power-law:1", "signal": "source:1"}
_FLOW = read_process(
    dedent("""\
        [process]
        steps = '''
        A = rows(8)
        y = A@w0 + noise(A)
        e = gradient_flow(y, t)
        g = ridge([y, rows(20, "S2")@e], t/50, features=features(9))
        '''
        [process.covariances]
        S2 = "s^2"
        [ask]
        stopped = "risk(e)"
        training = "mean_square(y - A@e)"
        both = "risk(g)"
        """)
)


@pytest.mark.parametrize(
    ("process", "given", "digits"),
    [
        (_PROCESS, {"lam": "1/20", "sigma": "1/2", "xi": "2", "share": "2/3"}, 30),
        (_FLOW, {"t": "7"}, 20),
    ],
)
def test_gradients_are_the_limits_of_differences(process, given, digits):
    """On rows of several kinds, features, flows, without ridge and in quotients."""
    sizes = {"T": 8, "width": 9} if process is _PROCESS else {}
    point = {name: Fraction(text) for name, text in given.items()}
    found = gradient_of_process(process, list(point), **_SPACE, **sizes, **point)
    step = Fraction(1, 10**8)
    for name, at in point.items():
        above, below = (
            evaluate_process(
                process, digits=digits, **_SPACE, **sizes, **{**point, name: at + move}
            ).values
            for move in (step, -step)
        )
        for ask, slopes in found.items():
            difference = float((above[ask].item() - below[ask].item()) / (2 * step))
            assert float(slopes[name]) == pytest.approx(difference, rel=3e-11, abs=1e-12)


def test_sizes_have_derivatives():
    """Rows and features are numbers in the limit: on isotropic data 1 - T/d is left."""
    copies = {"d": 12, "spectrum": "levels:1*12"}
    process = read_process(
        dedent("""\
            [process]
            steps = "m = least_squares(rows(T)@w0)"
            [ask]
            risk = "risk(m)"
            least = "minimum(risk(m) + c^2 - 3*c*T, c)"
            """)
    )
    found = gradient_of_process(process, ["T"], T=np.array([3, 7]), **copies)
    np.testing.assert_allclose(found["risk"]["T"], -1 / 12, rtol=1e-13)
    # c = 3 T/2 leaves -9 T^2/4.
    np.testing.assert_allclose(found["least"]["T"], -1 / 12 - 4.5 * np.array([3, 7]), rtol=1e-8)


def test_gradients_have_any_number_of_digits():
    """The same equations in balls."""
    process = read_process(
        dedent("""\
            [process]
            steps = "m = ridge(rows(T)@w0, lam)"
            [ask]
            kappa = "kappa(m)"
            """)
    )
    slope = gradient_of_process(process, "lam", d=1, T=1, lam=Fraction(1, 2), digits=40)
    # lam = kappa^2/(1 + kappa) at d = T: kappa = 1 and kappa' = 4/3.
    assert mpmath.nstr(slope["kappa"]["lam"], 38) == "1." + 37 * "3"


def test_certified_gradients_lie_within_their_radii():
    """Digits beyond the radius move nothing, and differences at forty digits agree."""
    point = {"sigma": "1/2", "xi": 2, "share": "2/3", "T": 8, "width": 9} | _SPACE
    over, lam, step = ["lam", "sigma", "T"], Fraction(1, 20), Fraction(1, 10**10)
    found, finer = (
        gradient_of_process(_PROCESS, over, digits=digits, certified=True, lam=lam, **point)
        for digits in (5, 25)
    )
    above, below = (
        evaluate_process(_PROCESS, digits=40, lam=lam + move, **point).values
        for move in (step, -step)
    )
    for ask, radii in found.radii.items():
        for name, radius in radii.items():
            assert abs(found[ask][name] - finer[ask][name]) <= radius <= 1e-4
        with mpmath.workdps(40):
            difference = (above[ask].item() - below[ask].item()) / mpmath.mpf("2e-10")
            assert mpmath.almosteq(finer[ask]["lam"], difference, 1e-14)
    line = next(line for line in str(finer).splitlines() if "/d lam" in line)
    assert re.fullmatch(r"d \w+/d lam +-?[\d.]{20,} \+- [\d.]+e-\d+", line), line
    with pytest.raises(NotBuilt, match="gradient_flow leaves out moves"):
        gradient_of_process(_FLOW, "t", t=7, certified=True, **_SPACE)


def test_what_has_no_gradient_is_refused():
    """A count, an unknown name, the space, the place of a minimum."""
    process = read_process(
        dedent("""\
            [process]
            steps = '''
            m = ridge(rows(T)@w0, lam)
            f = iterated_ridge(rows(T)@w0, lam, k)
            '''
            [ask]
            risk = "risk(m) + risk(f)"
            place = "argmin(risk(m), lam)"
            """)
    )
    given = {"d": 5, "T": 9, "lam": 1, "k": 2}
    with pytest.raises(InputError, match="how often"):
        gradient_of_process(process, "k", **given)
    with pytest.raises(InputError, match="rho"):
        gradient_of_process(process, "rho", **given)
    for space in ("d", "spectrum", "signal"):  # the risk moves with each: no slope is not slope 0
        with pytest.raises(InputError, match="no slope"):
            gradient_of_process(process, ["lam", space], **given)
    with pytest.raises(NotBuilt, match="where a minimum lies"):
        gradient_of_process(process, "T", **given)
