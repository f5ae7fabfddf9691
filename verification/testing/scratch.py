"""leaves_no_folder: hypothesis keeps what it remembers in a folder that is gone afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from hypothesis.configuration import set_hypothesis_home_dir

__all__ = ["leaves_no_folder"]


@contextmanager
def leaves_no_folder() -> Iterator[None]:
    """Hypothesis writes no .hypothesis where a user happens to stand.

    Nothing of it is needed again: every draw is a function of the seed.
    """
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        set_hypothesis_home_dir(folder)
        try:
            yield
        finally:
            set_hypothesis_home_dir(None)
