"""The limit of pcr: integrals of the Marchenko-Pastur law, literal runs, and what is refused."""

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import quad

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.equivalent.gradients.gradient import gradient_of_process
from ridgeproof.numerics.equivalent.profiles import Space
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.verification.simulation.interpreter import make_literal
from ridgeproof.verification.simulation.simulate_process import world_of

_PROCESS = read_process("""
[process]
steps = '''
A = rows(2*d)
m = pcr(A@w0 + 1/2*noise(A), cut)
'''
[ask]
risk = "risk(m)"
norm = "norm2(m)"
""")
_SPACE = {"spectrum": "isotropic", "signal": "flat"}


def _kept(cut):
    """The share of eigenvalues beyond a cut, and the mean of 1/x over them, at d/T = 1/2.

    The density is a half circle over 2 pi x/2, in the angle of which nothing is singular.
    """
    middle, reach = 1.5, math.sqrt(2)
    ends = 0.0, math.acos(min(max((cut - middle) / reach, -1), 1))
    return [
        quad(
            lambda t, power=power: (
                (reach * math.sin(t)) ** 2 / (math.pi * (middle + reach * math.cos(t)) ** power)
            ),
            *ends,
            epsabs=1e-14,
        )[0]
        for power in (1, 2)
    ]


@pytest.mark.slow
def test_cuts_inside_and_outside_of_the_spectrum():
    """What is kept is a share of the signal, and the noise over the eigenvalues.

    The eigenvectors have no preferred direction at Sigma = I, so that the Marchenko-Pastur law says
    all. A contour that ends short of the cut, or is coarse next to it, misses the tenth digit.
    """
    cuts = np.array([0.05, 0.5, 1.7, 3.5])
    found = evaluate_process(_PROCESS, d=40, cut=cuts, terms=False, **_SPACE).values
    kept, inverse = np.array([_kept(cut) for cut in cuts]).T
    np.testing.assert_allclose(found["risk"], 1 - kept + inverse / 8, rtol=2e-12)
    np.testing.assert_allclose(found["norm"], kept + inverse / 8, rtol=2e-12, atol=1e-13)


def test_runs_at_two_sizes_tend_to_the_limit():
    """What is left of the norm halves as sizes double."""
    kept, inverse = _kept(0.5)
    limit, left, errors = kept + inverse / 8, [], []
    for d in (6, 12):
        graph = normal_form(_PROCESS, {"d": Fraction(d)})
        world = world_of(graph, {"cut": Fraction(1, 2)}, Space(d, "isotropic", "flat"))
        draws = make_literal(graph, world)(np.random.default_rng(3), 4000)[:, 1]
        left.append(draws.mean() - limit)
        errors.append(draws.std() / math.sqrt(len(draws)))
    error = math.hypot(errors[0], 2 * errors[1])
    assert left[0] < -3 * errors[0]
    assert abs(2 * left[1] - left[0]) < 3 * error < 0.06 * limit


def test_what_is_not_built_is_refused():
    """Eigenvalues of zero, digits that no contour has, and slopes."""
    given = {"d": 10, "cut": "1/2", **_SPACE}
    with pytest.raises(InputError, match="eigenvalues of zero"):
        evaluate_process(_PROCESS, **{**given, "cut": 0})
    for more in ({"digits": 20}, {"certified": True}):
        with pytest.raises(NotBuilt, match="pcr beyond 12 digits"):
            evaluate_process(_PROCESS, **given, **more)
    with pytest.raises(NotBuilt, match="or differentiated"):
        gradient_of_process(_PROCESS, "cut", **given)
