"""Conjectures about processes: verdicts by the theorem and by simulation, and what is refused."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from ridgeproof import check
from ridgeproof.commands.check import command
from ridgeproof.numerics.arithmetic.precision import Float64
from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.numerics.spectra.spectrum import build_spectrum, expanded
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.conjectures.drawing import draw
from ridgeproof.verification.conjectures.ladder.case import Case
from ridgeproof.verification.conjectures.processes import trial
from ridgeproof.verification.conjectures.processes.allowed import allowed
from ridgeproof.verification.conjectures.processes.sides import Sides
from ridgeproof.verification.conjectures.processes.trial import draws_of
from ridgeproof.verification.simulation.world import ProcessWorld
from ridgeproof.verification.testing.allowance import allowance

_EXAMPLES = Path(__file__).parents[4] / "examples" / "processes" / "conjectures"
_VERDICTS = {
    "a_limit_claimed_at_every_size": "refuted",
    "averaging_halves_the_error": "refuted",
    "averaging_never_hurts": "proved",
    "generalised_cross_validation": "proved",
    "more_rows_always_help": "refuted",
    "self_distillation_never_helps": "refuted",
    "synthetic_rows_never_help": "refuted",
    "weak_to_strong_never_helps": "refuted",
}
_RIDGE = """
[process]
steps = '''
A = rows(T)
y = A@w0 + sigma*noise(A)
m = ridge(y, lam)
s = ridge(A@m, lam)
'''
[ask]
teacher = "risk(m)"
student = "risk(s)"
gcv = "mean_square(y - A@m)/(1 - df(m))^2"
train = "mean_square(y - A@m)"
best = "minimum(risk(m), lam)"
at = "argmin(risk(m), lam)"
"""
_PLACE = """
[domain]
d = 32
T = 48
sigma = 1
lam = 0.1
"""
_DOMAIN = """
[domain]
d = { integers = [4, 30] }
T = "2 .. 3*d"
sigma = [0.1, 1]
lam = [0.01, 1]
"""

_CHAIN = """
[process]
steps = '''
m = w0
for _ in range(n):
    A = rows(T0)
    m = ridge(A@m + noise(A), 1/20)
B = rows(T)
f = ridge(B@m + noise(B), 1/10)
'''
[ask]
risk = "risk(f)"
"""


def _read(claim: str, domain: str = _DOMAIN, more: str = ""):
    return read_conjecture(f'[conjecture]\nclaim = "{claim}"\n{more}\n{domain}{_RIDGE}')


@pytest.mark.parametrize("name", sorted(_VERDICTS))
def test_examples_get_their_verdicts(name):
    """A check that holds back, or that passes everything, gives some example another verdict."""
    verdict = check(read_conjecture(_EXAMPLES / f"{name}.toml"))
    assert verdict.verdict == _VERDICTS[name]
    if verdict.counterexample is not None:
        # Small: a refuted claim about d up to 40 is refuted at a d that one can follow by hand.
        assert verdict.counterexample.setting.canonical()["d"] <= 4


def test_every_example_has_a_verdict():
    """A new file that nobody judges would pass the test above."""
    assert {path.stem for path in _EXAMPLES.glob("*.toml")} == _VERDICTS.keys()


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("gcv = teacher + sigma^2", "proved"),
        ("gcv = (teacher + sigma^2)*1.00000000000000000001", "refuted"),
        ("gcv <= teacher + sigma^2", "proved"),
        ("gcv <= teacher + sigma^2 - 1/10^20", "refuted"),
        ("gcv - teacher = sigma^2 + 1/T", "identical"),  # 1/T vanishes in the limit
        ("gcv - teacher = sigma^2 + d/(100*T)", "refuted"),
        ("lam = kappa(m)*(1 - df(m))", "proved"),
        ("lam = kappa(m)*(1 + df(m))", "refuted"),
        ("train = lam^2/kappa(m)^2*(teacher + sigma^2)", "proved"),
        ("at = sigma^2*d/T", "identical"),  # flat signal, Sigma = I
        ("at = sigma^2*d/T + 1/10^18", "refuted"),
    ],
)
def test_the_theorem_decides(claim, verdict):
    """A side evaluated wrongly, a limit not taken, or a tolerance too wide changes a verdict."""
    assert check(_read(claim)).verdict == verdict


@pytest.mark.parametrize(("share", "verdict"), [(1, "identical"), (0.9, "refuted")])
def test_the_error_at_the_optimum_is_claimed_about(share, verdict):
    """The least error over the penalty is below the error anywhere; nine tenths of it are not."""
    claim = f"best <= {share}*min(teacher, best)"
    assert check(_read(claim, _PLACE)).verdict == verdict


@pytest.mark.parametrize(
    ("claim", "verdict"),
    [
        ("student >= teacher", "refuted"),
        ("student <= teacher", "consistent"),
        ("gcv = teacher + sigma^2", "consistent"),
        ("train = teacher + sigma^2", "refuted"),
    ],
)
def test_simulation_decides_without_the_theorem(claim, verdict):
    """The same claims by literal runs; a slope of the wrong sign would swap the verdicts."""
    assert check(_read(claim, _PLACE), theorem=False, tolerance=0.2, budget=4000).verdict == verdict


@pytest.mark.parametrize(
    ("relation", "verdict"), [("increases-in", "proved"), ("decreases-in", "refuted")]
)
def test_the_theorem_decides_changes(relation, verdict):
    """The effective penalty rises with the penalty; a before and after exchanged is seen."""
    stated = f'quantity = "kappa(m)"\nrelation = "{relation}"\nformula = "lam"'
    assert check(read_conjecture(f"[conjecture]\n{stated}\n{_DOMAIN}{_RIDGE}")).verdict == verdict


def test_a_turn_closer_than_any_step_is_seen_by_the_slope():
    """Rows of two kinds want a penalty far below a thousandth of the interval; no step meets it."""
    text = """
[conjecture]
quantity = "sqrt(pooled)"
relation = "increases-in"
formula = "lam"
[domain]
d = 30
T = 40
sigma = 0.5
lam = [0, 20000]
[process]
steps = '''
A = rows(T)
B = rows(20, "S2")
m = ridge([A@w0 + sigma*noise(A), B@w0 + sigma*noise(B)], lam)
'''
[process.covariances]
S2 = "4*i/d"
[ask]
pooled = "risk(m)"
"""
    verdict = check(read_conjecture(text))
    assert verdict.verdict == "refuted"
    assert verdict.counterexample is not None
    assert verdict.counterexample.quantity == "change of sqrt(pooled) from lam = 0"


def test_a_limit_is_allowed_what_its_sizes_leave(monkeypatch):
    """What is refuted above is not, where the two sizes may be off by as much as they are."""
    monkeypatch.setattr(trial, "allowed", lambda *_: 1.0)
    claim = _read("student >= teacher", _PLACE)
    assert check(claim, theorem=False, budget=1000).verdict == "undecided"


def test_a_claim_is_about_the_places_that_have_a_fit():
    """Beyond the edge of the spectrum there is none: counted, neither simulated nor left open."""
    domain = _DOMAIN.replace("lam = [0.01, 1]", "lam = [-0.2, 1]")
    verdict = check(_read("gcv = teacher + sigma^2", domain))
    assert (verdict.verdict, verdict.repetitions) == ("identical", 0)
    assert any("edge" in reason for reason in verdict.evidence["out_of_scope"])


def test_simulation_decides_changes():
    """More ridge helps a noisy fit on T = d rows: a before and after exchanged is seen."""
    domain = "[domain]\nd = 6\nT = 6\nsigma = 2\nlam = [0.05, 0.45]"
    for relation, expected in (("decreases-in", "consistent"), ("increases-in", "refuted")):
        stated = f'quantity = "teacher"\nrelation = "{relation}"\nformula = "lam"\nkind = "exact"'
        text = f"[conjecture]\n{stated}\n{domain}{_RIDGE}"
        verdict = check(read_conjecture(text), theorem=False, tolerance=0.2, budget=4000)
        assert verdict.verdict == expected


def test_two_sizes_are_combined():
    """A draw is 2 x(64) - x(32) less the formula, x the error of literal runs at each size."""
    domain = "[domain]\nd = 32\nT = 48\nsigma = 1\nlam = 0"
    conjecture = _read("2*teacher = d/(T - d - 1)", domain)  # 2 in the limit
    (place,) = draw(conjecture.domain, 1, 0, "").places
    draws, left, _ = draws_of(Sides(conjecture), Case(place), 0, "two sizes")
    small, large = draws.table(0, 8).T
    assert draws(0, 8) == pytest.approx(2 * (2 * large - small) - 2, rel=1e-6)
    assert left == 0


def test_a_number_of_theory_alone_is_not_simulated():
    """kappa is observed by no draw: without the theorem the claim stays open, and says why."""
    verdict = check(_read("lam <= kappa(m)"), theorem=False)
    assert verdict.verdict == "undecided"
    assert "no draw observes" in verdict.evidence["missing"][0]


@pytest.mark.parametrize(
    ("T", "lam", "why"), [(11, 0, "within 3 of the 8"), (8, 1e-9, "lam is tiny")]
)
def test_next_to_a_threshold_nothing_is_simulated(T, lam, why):
    """The error has no variance, or a few designs have it all: counted, and no verdict."""
    domain = f"[domain]\nd = 8\nT = {T}\nsigma = 1\nlam = {lam:.9f}"
    verdict = check(_read("teacher <= 10", domain, 'kind = "exact"'))
    assert verdict.verdict == "undecided"
    assert any(why in reason for reason in verdict.evidence["out_of_scope"])


@pytest.mark.parametrize("n", [0, 2])
def test_a_process_is_allowed_what_its_setting_is(n):
    """The fold over the fits adds up what the setting's own allowance adds up."""
    process = read_process(_CHAIN)
    setting = make_setting(
        d=24, T=40, T0=30, n=n, sigma=1, sigma0=1, lam="1/10", lam0="1/20",
        spectrum="power-law:3/2",
    )  # fmt: skip
    values = {"n": Fraction(n), "T": Fraction(40), "T0": Fraction(30)}
    s, w0 = expanded(build_spectrum(setting, Float64()))
    found = allowed(normal_form(process, values), ProcessWorld(s, w0, values))
    assert found == pytest.approx(allowance(setting if n else setting.clean()), rel=1e-9)


def test_redo_lines_work_as_printed(tmp_path):
    """The Python line, run in its own process, prints the values that refuted the claim."""
    file = tmp_path / "conjecture.toml"
    file.write_text(f'[conjecture]\nclaim = "student >= teacher"\n{_DOMAIN}{_RIDGE}')
    example = check(read_conjecture(file)).counterexample
    words = shlex.split(example.command)
    assert words[:3] == ["ridgeproof", "evaluate", str(file)]
    options = dict(zip(words[3::2], words[4::2], strict=True))
    assert options["--d"] == str(example.setting.canonical()["d"])
    run = subprocess.run(  # noqa: S603  (our own line)
        [sys.executable, "-c", example.python], capture_output=True, text=True, check=True
    )
    assert example.observed[:10] in run.stdout


def test_a_process_on_a_file_of_its_own(tmp_path):
    """The path is relative to the conjecture; the status of the command says refuted."""
    (tmp_path / "process.toml").write_text(_RIDGE)
    file = tmp_path / "conjecture.toml"
    file.write_text(f'[conjecture]\nprocess = "process.toml"\nclaim = "train >= gcv"\n{_DOMAIN}')
    result = CliRunner().invoke(command, [str(file), "--json"])
    found = json.loads(result.stdout)
    assert (result.exit_code, found["verdict"]) == (1, "refuted")
    assert str(tmp_path / "process.toml") in found["counterexample"]["command"]


def test_places_are_whole_where_sizes_are():
    """A derived size is rounded, a parameter with a default may be left out."""
    domain = _DOMAIN.replace('"2 .. 3*d"', '"3*d/2"').replace("lam = [0.01, 1]", "")
    process = _RIDGE.replace("[ask]", "[process.parameters]\nlam = 0.25\n[ask]")
    text = f'[conjecture]\nclaim = "train <= gcv"\n{domain}{process}'
    conjecture = read_conjecture(text)
    drawn = draw(conjecture.domain, 12, 0, "").places
    assert all(place.T.denominator == 1 for place in drawn)
    assert all(2 * place.T in {3 * place.d, 3 * place.d + 1} for place in drawn)
    values = evaluate_process(conjecture.process, d=drawn[0].dimension, T=int(drawn[0].T),
                              sigma=drawn[0].sigma).values  # fmt: skip
    assert values["train"] <= values["gcv"]


@pytest.mark.parametrize(
    ("claim", "change", "message"),
    [
        ("student < teacher", None, "exactly one of"),
        ("student <= teacher <= 1", None, "exactly one of"),
        ("studnet <= teacher", None, "column 1 = studnet.*Did you mean student"),
        ("student <= kappa(mm)", None, "mm"),
        ("1 <= 2", None, "asks nothing"),
        ("student <= __import__", None, "column"),
        ("student <= teacher", ("sigma = [0.1, 1]", ""), "domain sigma"),
        ("student <= teacher", ("sigma =", "sigma0 = 1\nsigma ="), "sigma0"),
        ("student <= teacher", ('"2 .. 3*d"', "[1, 20]"), "must be whole"),
        ("student <= teacher", ('"2 .. 3*d"', '"2 .. 3*q"'), "q"),
        ("student <= teacher", ("lam = [0.01, 1]", "lam = -50"), "edge"),
        ("student <= beta", None, "beta"),
        ("student <= 21/T", ("{ integers = [4, 30] }", "21"), "grows in the limit.*21.0"),
    ],
)
def test_bad_input_is_refused(claim, change, message):
    """Each has one error that names what is wrong; none becomes a verdict."""
    domain = _DOMAIN if change is None else _DOMAIN.replace(*change)
    with pytest.raises(InputError, match=f"(?s){message}"):
        check(_read(claim, domain))


@pytest.mark.parametrize("kind", ["limit", "exact"])
@pytest.mark.parametrize(
    "piece", ["(T-2*d)/(T-2*d)", "1 + 0*log(T-d)", "(T-2*d+1)/(T-2*d+1)", "1 + 0/(7*d-3*T)"]
)
def test_a_piece_of_the_claim_is_undefined_somewhere(piece, kind):
    """Algebra would cancel it; the last is undefined at none of the drawn places."""
    domain = _DOMAIN.replace("2 .. 3*d", "2*d - 1") if "+1" in piece else _DOMAIN
    claim = _read(f"teacher*({piece}) <= 2*teacher", domain, f'kind = "{kind}"')
    verdict = check(claim, budget=400)
    if kind == "limit" and "+1" in piece:  # defined at all large sizes
        assert verdict.verdict == "identical"
    else:
        assert (verdict.verdict, verdict.counterexample.claimed) == ("refuted", "undefined")
        assert verdict.repetitions == 0


@pytest.mark.slow
def test_a_piece_with_an_ask_in_it_is_undefined_where_its_value_is():
    """No fit on its own predictions has less error than its teacher everywhere."""
    example = check(_read("teacher + 0*sqrt(student - teacher) <= 2*teacher")).counterexample
    assert example.claimed == "undefined"
    assert check(_read("teacher + 0*sqrt(gcv) <= 2*teacher")).verdict == "identical"


def test_what_float64_cannot_divide_by_is_not_undefined():
    """1 - df is 10^-12 where T < d and lam is tiny, and GCV is what it is everywhere."""
    tiny = (
        '[domain]\nd = { integers = [20, 40] }\nT = "2 .. d/2"\nsigma = [0.1, 1]\n'
        "lam = [1e-12, 1e-9]\n"
    )
    steps = "A = rows(T)\ny = A@w0 + sigma*noise(A)\nm = ridge(y, lam)"
    asks = 'r = "risk(m)"\ngcv = "mean_square(y - A@m)/(1 - df(m))^2"'
    claim = '[conjecture]\nclaim = "gcv = r + sigma^2"\n'
    text = f'{claim}{tiny}[process]\nsteps = """\n{steps}\n"""\n[ask]\n{asks}\n'
    assert check(read_conjecture(text)).verdict == "proved"


def test_scales_as_is_not_built():
    """An exponent of a process is refused by type, never passed."""
    stated = 'quantity = "student"\nrelation = "scales-as"\nformula = "T"'
    with pytest.raises(NotBuilt):
        read_conjecture(f"[conjecture]\n{stated}\n{_DOMAIN}{_RIDGE}")


_SHARED_SIZE = """
[process]
steps = '''
A = rows({rows})
m = least_squares(A@w0 + sigma*noise(A))
'''
[ask]
risk = "risk(m)"
[domain]
d = {{ integers = [4, 20] }}
T = "6*d"
{share}
sigma = 1
"""


def test_a_factor_of_a_size_grows_where_the_other_is_a_ratio(tmp_path):
    """In a limit T grows in rows(share*T): otherwise sigma^2 d/(T - d) would tend to -sigma^2."""
    path = tmp_path / "claim.toml"
    for rows, share in (("(1 - share)*T", "share = 0.5"), ("share*T", "share = 0.5")):
        head = '[conjecture]\nclaim = "risk = sigma^2*d/(T/2 - d)"\n'
        path.write_text(head + _SHARED_SIZE.format(rows=rows, share=share))
        assert check(read_conjecture(path), seed=1).verdict in {"proved", "identical"}
    path.write_text(head + _SHARED_SIZE.format(rows="share*T", share="share = 1"))
    with pytest.raises(InputError, match="of which one factor grows"):
        read_conjecture(path)


def test_a_guard_may_hold_the_energy_of_the_signal(tmp_path):
    """b has a value at a place only; the best penalty of isotropic rows divides by it."""
    path = tmp_path / "claim.toml"
    path.write_text('[conjecture]\nclaim = "at = sigma^2*d/(T*b)"\n' + _DOMAIN + _RIDGE)
    assert check(read_conjecture(path), seed=1).verdict in {"proved", "identical"}
