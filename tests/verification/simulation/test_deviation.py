"""One z everywhere: rounding is no deviation, and what is small and real is one."""

from __future__ import annotations

import pytest

from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.figures.panels import Point
from ridgeproof.verification.simulation.deviation import deviation, scale_of
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.simulation.simulate_process import simulate_process
from ridgeproof.verification.sweep.answer import answer
from ridgeproof.verification.sweep.question import Question

QUIET = make_setting(d=8, T=16)
PROCESS = read_process("""[process]
steps = \"\"\"
A = rows(16)
m = least_squares(A@w0)
\"\"\"
[process.parameters]
d = 8
[ask]
risk = "risk(m)"
""")


def swept():
    """The z columns of a sweep at the quiet setting."""
    asked = ("test_error",)
    question = Question(asked, ("limit",), simulation=asked, repetitions=64, seed=3)
    names = [column.name for column in question.columns()]
    return answer(question, QUIET)[names.index("test_error_z_limit")]


@pytest.mark.parametrize(
    "z",
    [
        lambda: simulate(QUIET, repetitions=64, seed=3).z,
        lambda: simulate(make_setting(d=8, T=12, width=9), repetitions=64, seed=3).z,
        lambda: simulate_process(PROCESS, repetitions=64, seed=3).asks["risk"].z,
        swept,
        lambda: Point(1, 3e-31, 1e-32, 0.0, scale=1.0).z,
    ],
    ids=["simulate", "wide", "process", "sweep", "figure"],
)
def test_what_rounding_leaves_of_an_exact_zero_is_no_deviation(z):
    """Least squares on labels without noise returns the truth, up to 1e-31 that is never 0."""
    assert z() == 0.0


def test_a_small_error_that_is_wrong_is_seen():
    """Noise of 1e-5 makes an error of 1e-10, far below the signal; 10 % more of it counts."""
    quiet = make_setting(d=8, T=16, sigma="1e-5")
    found = simulate(quiet, repetitions=64, seed=3)
    assert 0 < abs(found.z) < 5
    wrong = deviation(1.1 * found.theory, found.theory, 1e-13, scale=scale_of(quiet))
    assert wrong == pytest.approx(found.theory * 1e12)


def test_the_repetitions_asked_for_are_made():
    """Repetitions that all agree are no reason to stop early."""
    found = simulate(QUIET, repetitions=100, method="conditional", quantity="variance")
    assert (found.repetitions, found.standard_error, found.z) == (100, 0.0, 0.0)
