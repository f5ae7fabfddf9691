"""Setting.process: what a setting is shorthand for, as text."""

import ast
from dataclasses import dataclass, fields
from pathlib import Path

import pytest

from ridgeproof.theory.errors import NotBuilt, NoTheorem
from ridgeproof.theory.process.file import process_text, read_process
from ridgeproof.theory.process.normal import normal_form
from ridgeproof.theory.process.text import steps_text
from ridgeproof.theory.settings.setting import Setting, make_setting

_CHAIN = {"d": 20, "T": 24, "T0": 30, "n": 3, "sigma": 1, "sigma0": "1/2", "lam": "1/10"}


def _steps(**changes):
    return steps_text(make_setting(**_CHAIN | changes).process().steps)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"n": 0, "T0": None}, "B = rows(T)\nf = ridge(B@w0 + sigma*noise(B), lam)"),
        (
            {"design": "shared", "features": "student:5"},
            (
                "m = w0\nA = rows(T0, law='student:5')\nfor _ in range(n):\n"
                "    m = ridge(A@m + sigma0*noise(A), lam0)\n"
                "B = rows(T, law='student:5')\nf = ridge(B@m + sigma*noise(B), lam)"
            ),
        ),
        (
            {"chain": "accumulate", "width": 9},
            (
                "data = []\nm = w0\nfor _ in range(n):\n    A = rows(T0)\n"
                "    data = data + [A@m + sigma0*noise(A)]\n    m = ridge(data, lam0)\n"
                "B = rows(T)\nF = features(width)\n"
                "f = ridge(B@m + sigma*noise(B), lam, features=F)"
            ),
        ),
        (
            {"chain": "weighted:1/3", "n": 10**12},
            (
                "m = w0\nfor _ in range(n):\n    A = rows(T0)\n    y = A@w0 + sigma*noise(A)\n"
                "    z = A@m + sigma0*noise(A)\n    m = ridge(W*y + (1 - W)*z, lam0)\n"
                "B = rows(T)\nf = ridge(B@m + sigma*noise(B), lam)"
            ),
        ),
        (
            {"n": 2, "T0": [30, 9], "sigma0": ["1/2", "1/2"], "chain": "weighted:0,1"},
            (
                "m = w0\nA = rows(T0_1)\ny = A@w0 + sigma*noise(A)\nz = A@m + sigma0*noise(A)\n"
                "m = ridge(W_1*y + (1 - W_1)*z, lam0)\nA = rows(T0_2)\ny = A@w0 + sigma*noise(A)\n"
                "z = A@m + sigma0*noise(A)\nm = ridge(W_2*y + (1 - W_2)*z, lam0)\n"
                "B = rows(T)\nf = ridge(B@m + sigma*noise(B), lam)"
            ),
        ),
        (
            {"synthetic_fraction": "1/4", "sigma_real": 2, "n": 0, "T0": None},
            (
                "B = rows(synthetic_fraction*T)\ny = B@w0 + sigma*noise(B)\n"
                "C = rows((1 - synthetic_fraction)*T)\nz = C@w0 + sigma_real*noise(C)\n"
                "f = ridge([y, z], lam)"
            ),
        ),
        (
            {"synthetic_fraction": 0, "sigma_real": 2},  # nothing of the chain is learnt from
            "C = rows(T)\nf = ridge(C@w0 + sigma_real*noise(C), lam)",
        ),
    ],
)
def test_a_setting_reads_as_the_process_that_it_is(changes, text):
    """Every kind of chain and of downstream fit, in the words of the language."""
    assert _steps(**changes) == text


def test_the_file_of_a_process_has_all_of_the_setting(tmp_path):
    """d, spectrum, signal and every number; a file by its whole path, copies in multiplicities."""
    file = tmp_path / "s.csv"
    file.write_text("2\n1\n")
    process = make_setting(d=2, T=9, spectrum=f"file:{file}", sigma="1/3").process()
    text = process_text(process)
    assert read_process(text) == process
    for line in ('d = "2"', 'T = "9"', 'sigma = "1/3"', 'lam = "0"', f'"file:{file}"', '"flat"'):
        assert line in text
    spiked = make_setting(d=5, T=9, spectrum="spiked:10*2,1", signal="energies:3,1").grown(4)
    assert (spiked.process().spectrum, spiked.process().signal) == ("spiked:10*8,1", "energies:3,1")


def test_settings_of_one_process_have_one_normal_form():
    """A first generator has nothing to accumulate, and weight 0 on real labels replaces all."""
    one = {"n": 1, "lam0": "1/9"}
    forms = [
        normal_form(process := make_setting(**_CHAIN | one | changes).process(), process.defaults)
        for changes in ({}, {"chain": "accumulate"}, {"chain": "weighted:0"}, {"design": "shared"})
    ]
    assert forms[0] == forms[1] == forms[2] == forms[3]
    other = make_setting(**_CHAIN | {"n": 2, "lam0": "1/9", "chain": "accumulate"}).process()
    assert normal_form(other, other.defaults) != forms[0]


def test_what_has_no_process_says_so():
    """d = inf, copies of what has no multiplicities, and a field that nobody writes out."""

    @dataclass(frozen=True, kw_only=True, eq=False)
    class Shifted(Setting):
        shift: int = 0

    infinite = make_setting(d="inf", T=9, spectrum="power-law:2", signal="source:1", lam=1)
    grown = make_setting(d=4, T=9, spectrum="power-law:2").grown(2)
    known = make_setting(d=4, T=9)
    shifted = Shifted(**{field.name: getattr(known, field.name) for field in fields(known)})
    for setting, why in ((infinite, "inf"), (grown, "copies"), (shifted, "shift")):
        with pytest.raises((NotBuilt, NoTheorem), match=why):
            setting.process()


ROOMS = ("theory", "numerics", "verification", "ridgeproof")
# Fields that say what the process is, and what is derived of them: some by name alone, those that
# other records have too where it is a setting's.
FLAGS = {"synthetic_fraction", "sigma_real", "real_noise", "synthetic_rows", "schedule", "gathers"}
FLAGS |= {"stages", "distinct_stages", "distinct_generations"}
SHARED_NAMES = {"chain", "design", "weights", "width", "features"}
READERS = {
    "theory/settings/as_process.py": "writes the process out",
    "theory/settings/setting.py": "validates, grows and prints a setting",
    "theory/settings/selection.py": "says which closed theorem claims it",
    "numerics/regime.py": "says it in words",
    "numerics/point.py": "gives the symbols of closed formulas their values",
    "numerics/chains/chain.py": "iterates a catalogued step at any number of digits",
    "numerics/chains/phase.py": "iterates a catalogued step at any number of digits",
    "numerics/finite_size/generations.py": "knows moments at finite size",
    "numerics/finite_size/isotropic.py": "knows moments at finite size",
    "numerics/spectra/power_law.py": "places ranges by the least kappa of a chain, at d = inf too",
    "verification/simulation/quantity_draws.py": "is the literal run of the source's process",
    "numerics/general.py": "elliptical rows have no one kappa to print",
    "verification/simulation/resolvents.py": "draws features of a law",
}


def _flags_read(path: Path) -> set[str]:
    read = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            owner = ast.unparse(node.value)
            if owner != "sy" and (
                node.attr in FLAGS or (node.attr in SHARED_NAMES and owner.endswith("setting"))
            ):
                read.add(f"{owner}.{node.attr}")
    return read


def test_what_a_setting_says_of_its_process_is_read_where_that_is_written_out():
    """A flag read elsewhere may be forgotten there; claims state settings of their own."""
    root = Path(__file__).parents[3]
    modules = [path for room in ROOMS for path in (root / room).rglob("*.py")]
    assert len(modules) > 200
    states = ("verification/claims/", "verification/power/")
    readers = {
        name: flags
        for path in modules
        if not (name := path.relative_to(root).as_posix()).startswith(states)
        and (flags := _flags_read(path))
    }
    assert readers.keys() == READERS.keys(), readers
