"""Process files: what they hold, what they refuse, and that a record is written back unchanged."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.expressions import Text
from ridgeproof.theory.process.file import process_text, read_process
from ridgeproof.theory.process.names import free_names

WHOLE = '''
[process]
title = "a \\"title\\" with a \\\\ in it"
source = "nobody, 2024"
truths = ["w0", "w1"]
steps = """
A = rows(T, "S2", law="student:5")  # comments may hold anything: ünïcode, __ and $
m = ridge(A@(w0 + w1) + sigma*noise(A), lam, penalty="pen")
for _ in range(n):
    m = ridge(A@m, lam, weights=[2])
"""
[process.covariances]
S2 = "power-law:2"
pen = "where(i - 5, 1, inf)"
[process.signals]
w1 = "sqrt(s)*w0/2"
[process.parameters]
T = 30
sigma = 0.1
lam = "1/7"
n = 2
d = 20
spectrum = "power-law:1"
signal = "source:3/10"
[ask]
error = "risk(m) + norm2(w1, 'pen')"
'''


def test_a_file_is_read_exactly_and_written_back():
    """Numbers are exact, words of the setting are kept, and the text of the record is the record's.

    A title counts for nothing in equality, so it is compared by itself.
    """
    process = read_process(WHOLE)
    assert process.defaults["sigma"] == Fraction(1, 10)
    assert (process.spectrum, process.signal) == ("power-law:1", "source:3/10")
    assert free_names(process) == {"T", "sigma", "lam", "n"}
    again = read_process(process_text(process))
    assert again == process
    assert (again.title, again.source) == (process.title, process.source)


def test_a_file_is_read_from_a_path(tmp_path):
    """The same text in a file gives the same record."""
    path = tmp_path / "one.toml"
    path.write_text(WHOLE, encoding="utf-8")
    assert read_process(path) == read_process(str(path)) == read_process(WHOLE)


def test_a_path_in_a_file_is_relative_to_it(tmp_path):
    """file:s.csv is beside the process file; an absolute path, and a text's path, stay."""
    text = BASE.format('[process.covariances]\nS = "file:s.csv"\nU = "file:/u.csv"')
    text = text.replace('"risk(m)"', "\"norm2(m, 'S') + norm2(m, 'U')\"")
    path = tmp_path / "one.toml"
    path.write_text(text, encoding="utf-8")
    wanted = {"S": Text(f"file:{tmp_path}/s.csv"), "U": Text("file:/u.csv")}
    assert dict(read_process(path).covariances) == wanted
    assert dict(read_process(text).covariances)["S"] == Text("file:s.csv")


BASE = '[process]\nsteps = "m = ridge(rows(T)@w0, lam)"\n{}\n[ask]\nrisk = "risk(m)"\n'
BAD = [
    ("foo = 3", "is no key"),
    ("sources = 3", "did you mean source"),
    ("title = 3", "not text"),
    ("[process.covariance]", "is no key"),
    ("[process.covariances]\nS = 3", "not text"),
    ('[process.covariances]\nS = "1 + x"', "not known in a profile"),
    ('[process.covariances]\nS = "w0"', "not known in a profile"),
    ('[process.covariances]\nS = "where(i, 1)"', "no function of a profile"),
    ('[process.covariances]\nd = "1"', "word of the language"),
    ("[process.parameters]\nT = [10, 20]", "not a finite number"),
    ("[process.parameters]\nT = true", "not a number"),
    ("[process.parameters]\nT = nan", "not a finite number"),
    ("[process.parameters]\nridge = 3", "word of the language"),
    ("[process.parameters]\nrisk = 3", "word of the language"),
    ('[process.parameters]\n"1x" = 3', "is no name"),
    ('truths = ["w0", "w1"]', "has no signal"),
    ('truths = "w0"', "no list of names"),
    ('[process.signals]\nw1 = "i"', "is no truth"),
    ("[process.parameters]\nlamda = 3", "did you mean lam.*leave it out"),
    ('[process.covariances]\nS = "i"', "used nowhere"),
    ('truths = ["w0", "w1"]\n[process.signals]\nw1 = "i"', "used nowhere"),
    ('[process.signals]\nw0 = "10*i"', "that signal sets"),
    ("[ask.more]\nx = 1", "not text"),
    ("[tolerance]\nx = 1", "is no key"),
    ("title = ", "is not TOML"),
]


@pytest.mark.parametrize(("text", "why"), BAD)
def test_a_bad_table_or_key_meets_one_error(text, why):
    """A key that nobody would read is refused, as is a value of the wrong kind."""
    with pytest.raises(InputError, match="(?i)" + why):
        read_process(BASE.format(text))


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ('[process]\nsteps = "m = w0"\n', "asks nothing"),
        ('[ask]\nrisk = "risk(w0)"\n', "is needed"),
        ('[process]\nsteps = "m = w0"\n[ask]\nT = "risk(m)"\nx = "T"\n', "like a parameter"),
        ("no/such/file.toml", "not a file"),
    ],
)
def test_a_file_that_is_no_process_is_refused(text, why):
    """A process has steps, asks that are none of its parameters, and a file that exists."""
    with pytest.raises(InputError, match=why):
        read_process(text)
