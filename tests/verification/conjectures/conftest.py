"""Fixtures of the tests of conjectures."""

from __future__ import annotations

import pytest


@pytest.fixture
def nothing_proved(monkeypatch):
    """The rungs after the proofs decide, also what could be proved."""
    subject = "ridgeproof.verification.conjectures.settings.subject"
    rung = "ridgeproof.verification.proofs.all_sizes.all_sizes"
    monkeypatch.setattr(rung, lambda conjecture: None)
    monkeypatch.setattr(f"{subject}.on_whole_domain", lambda *_: None)
