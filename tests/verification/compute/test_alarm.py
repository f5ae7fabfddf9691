"""Time limits: they hold while a simulator sleeps, lose no record, and leave no timer behind."""

from __future__ import annotations

import signal
import time

import pytest

from ridgeproof.verification.compute.alarm import alarm_at
from ridgeproof.verification.conjectures.check import check
from ridgeproof.verification.conjectures.declared import conjecture
from ridgeproof.verification.testing.verdict import Outcome

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="needs timers")

DOMAIN = {"d": {"integers": [3, 9]}, "T": "d + 11", "n": 0, "sigma": 1}


def declared(simulator, factor=1):
    """The mean of d/chi2(12), or a multiple of it."""
    return conjecture(domain=DOMAIN, simulator=simulator)(lambda s: factor * s.d / 10)


def inverse(setting, rng):
    """What the claim is about."""
    return setting.d / rng.chisquare(12, 64)


def timed(question, limit=0.5):
    """The verdict under a limit, and how long it took."""
    start = time.monotonic()
    verdict = check(question, time_limit=limit)
    return verdict, time.monotonic() - start


def test_a_sleeping_simulator_is_left():
    """One draw that would take a minute: undecided, time named, not interrupted by a user."""
    verdict, seconds = timed(declared(lambda *_: time.sleep(60)))
    assert verdict.verdict is Outcome.UNDECIDED
    assert seconds < 3
    assert "more time" in verdict.evidence["missing"][0]
    assert verdict.evidence["interrupted"] is False


def test_a_counterexample_found_in_time_stands():
    """The clock may end the search for a smaller one; what is refuted stays refuted."""
    calls = []

    def slow(setting, rng):
        calls.append(setting)
        if len(set(calls)) > 1:
            time.sleep(60)
        return inverse(setting, rng)

    verdict, seconds = timed(declared(slow, factor=2), limit=3)
    assert verdict.verdict is Outcome.REFUTED
    assert verdict.counterexample.setting == calls[0]
    assert seconds < 5


def test_no_timer_is_left_behind():
    """Handler and timer are as before, whether or not the alarm rang."""
    before = signal.getsignal(signal.SIGALRM)
    with pytest.raises(KeyboardInterrupt), alarm_at(time.monotonic() - 1) as alarm:
        time.sleep(5)
    assert alarm.rang
    with alarm_at(time.monotonic() + 100) as alarm:
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    assert not alarm.rang
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
    assert signal.getsignal(signal.SIGALRM) is before


def test_a_timer_in_use_is_respected():
    """Someone else's alarm (a test runner's, say) is not touched."""
    before = signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 100)
    try:
        with alarm_at(time.monotonic() - 1) as alarm:
            time.sleep(0.5)
        assert not alarm.rang
        assert signal.getitimer(signal.ITIMER_REAL)[0] > 50
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_it_waits_for_where_it_can_be_heard():
    """What is raised in a finalizer is lost, also from what that calls: it rings right after."""

    class Finalized:
        def __del__(self):
            time.sleep(0.8)  # the alarm goes off at 0.25

    start = time.monotonic()

    def work():
        Finalized()
        time.sleep(5)

    with pytest.raises(KeyboardInterrupt), alarm_at(start - 1):
        work()
    assert 0.8 <= time.monotonic() - start < 1.5
