"""Files that state no sweep: one message about the key, before anything runs."""

from __future__ import annotations

import pytest

from ridgeproof.theory.errors import InputError
from ridgeproof.verification.sweep.run import read_sweep

QUESTIONS = [
    ("", "asks for nothing"),
    ("theory = 1", "a table is needed"),
    ("[theory]\nform = 'limit'", "Did you mean forms"),
    ("[theory]\nforms = []", "asks for nothing"),
    ("[theory]\nforms = 'rough'", "theory forms = rough: is unknown"),
    ("[theory]\nquantities = ['test_eror']", "Did you mean test_error"),
    ("[theory]\nquantities = ['bias', 'bias']", "is listed twice"),
    ("[theory]\nquantities = [[]]", "is unknown"),
    ("[simulation]", "is missing: it says when to stop"),
    ("[simulation]\nrepetitions = 5\nrelative_error = 0.1", "contradicts relative_error"),
    ("[simulation]\nrepetitions = 1", "at least 2"),
    ("[simulation]\nrepetitions = 2.5", "whole number"),
    ("[simulation]\nrepetitions = true", "not a number"),
    ("[simulation]\nrepetitions = [2]", "not a number"),
    ("[simulation]\nrelative_error = 0", "must lie in (0, 1)"),
    ("[simulation]\nrelative_error = nan", "not a finite number"),
    ("[simulation]\nrepetitions = 5\nmethod = 'magic'", "simulation method = magic: is unknown"),
    ("[simulation]\nrepetitions = 5\nquantities = ['optimal_lam']", "optimal_lam: is unknown"),
    ("[simulation]\nrepetitions = 5\nseed = 3", "seed"),
    ("[theory]\n[plot]", "plot"),
    ("title = 3\n[theory]", "a text is needed"),
]


@pytest.mark.parametrize(("tables", "condition"), QUESTIONS)
def test_bad_questions(tables, condition):
    """One clear message about the key, before anything runs."""
    with pytest.raises(InputError) as caught:
        read_sweep(f"{tables}\n[grid]\nd = 10\nT = 20", seed=0)
    assert condition in str(caught.value)


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("[theory]\n", "grid is missing: a table is needed"),
        ("grid\n", "is not TOML"),
        ("\n", "grid is missing"),
    ],
)
def test_files_that_state_no_sweep(text, condition):
    """A file without a grid, and one that is not TOML."""
    with pytest.raises(InputError) as caught:
        read_sweep(text, seed=0)
    assert condition in str(caught.value)
