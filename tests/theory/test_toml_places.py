"""Errors of a user's TOML name the file and the line where the mistake is."""

from __future__ import annotations

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.conjectures.conjecture import read_conjecture
from ridgeproof.verification.sweep.run import read_sweep

_PROCESS = """\
[process]
steps = '''
m = ridge(rows(T)@w0, lam)
'''
[process.parameters]
lam = 1
[ask]
risk = "risk(m)"
"""

_CONJECTURE = """\
[conjecture]
title = "a"
quantity = "test_error"
relation = "equal"
kind = "limit"
formula = "1"
[domain]
d = 5
T = 9
"""


@pytest.mark.parametrize(
    ("right", "wrong", "line"),
    [
        ("lam = 1", 'lam = "a"', 6),  # the key
        ("risk(m)", "risk(k)", 8),  # the text that is refused
        ("m = ridge(", "m = rigde(", 3),  # in a text of several lines
        ("[ask]", "[ask", 7),  # no TOML
        ("[ask]", "titel = 3\n[ask]", 7),  # an unknown name
    ],
)
def test_the_line_of_a_mistake(tmp_path, right, wrong, line):
    """Of a file with its path, of a text alone."""
    text = _PROCESS.replace(right, wrong)
    path = tmp_path / "mine.toml"
    path.write_text(text, encoding="utf-8")
    for source in (path, text):
        with pytest.raises(InputError) as caught:
            read_process(source)
        assert f"line {line}" in str(caught.value)
        assert ("mine.toml" in str(caught.value)) is (source is path)


def test_the_file_is_that_of_the_mistake(tmp_path):
    """A conjecture's own; for a sweep over a process that of the process."""
    conjecture = tmp_path / "conjecture.toml"
    conjecture.write_text(_CONJECTURE, encoding="utf-8")
    with pytest.raises(InputError, match=r"conjecture\.toml, line 4"):
        read_conjecture(conjecture)
    (tmp_path / "p.toml").write_text(_PROCESS.replace("= 1", "= 'a'"), encoding="utf-8")
    sweep = tmp_path / "sweep.toml"
    sweep.write_text("process = 'p.toml'\n\n[grid]\nT = [1, 2]\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_sweep(sweep, 0)
    assert "p.toml, line 6" in str(caught.value)
    assert "sweep.toml" not in str(caught.value)


def test_a_missing_file_has_no_line(tmp_path, monkeypatch):
    """It is named once."""
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as caught:
        read_process("none.toml")
    assert str(caught.value).count("none.toml") == 1
