"""A time limit that holds while somebody else's code runs: algebra, or a user's simulator.

The loops of a check look at the clock themselves.  What they call may not come back in time; then
a timer of the operating system raises in the midst of it.
"""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

__all__ = ["Alarm", "alarm_at", "is_deaf"]

_GRACE = 0.25  # seconds for the loops that look at the clock: they leave better records
_AGAIN = 2.0  # and again, should the exception have been lost
_SOON = 0.01

# What is raised in these is printed and lost: finalizers, and the callback of this name with which
# hypothesis times the garbage collector.
_DEAF = {"__del__", "gc_callback"}


@dataclass
class Alarm:
    """Whether the timer went off."""

    rang: bool = False

    def ring(self, number: int, frame: FrameType | None) -> None:
        """Raise in the main thread whatever it is doing, or as soon as it can be heard.

        Raises:
            KeyboardInterrupt: always; all that keeps its records on Ctrl-C keeps them here too.
        """
        del number
        if is_deaf(frame):
            signal.setitimer(signal.ITIMER_REAL, _SOON, _AGAIN)
            return
        self.rang = True
        raise KeyboardInterrupt


def is_deaf(frame: FrameType | None) -> bool:
    """Whether a frame, or one that it was called from, swallows what is raised."""
    while frame is not None:
        if frame.f_code.co_name in _DEAF:
            return True
        frame = frame.f_back
    return False


@contextmanager
def alarm_at(deadline: float | None) -> Iterator[Alarm]:
    """Raise KeyboardInterrupt in this block shortly after `time.monotonic()` passes the deadline.

    Without a deadline, outside the main thread, where a timer is in use already, or without such
    timers (Windows), nothing is armed.
    """
    alarm = Alarm()
    if deadline is None or not _available():
        yield alarm
        return
    before = signal.signal(signal.SIGALRM, alarm.ring)
    signal.setitimer(signal.ITIMER_REAL, max(deadline - time.monotonic(), 0.0) + _GRACE, _AGAIN)
    try:
        yield alarm
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _available() -> bool:
    if threading.current_thread() is not threading.main_thread():
        return False
    return hasattr(signal, "setitimer") and signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
