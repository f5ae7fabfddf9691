"""Ctrl-C while the program loads: nothing is known yet, so it ends at once, without a traceback."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

__all__ = ["leave_at_once"]

_INTERRUPTED = 130


@contextmanager
def leave_at_once() -> Iterator[None]:
    """End the program with status 130 on Ctrl-C in this block, which loads modules.

    An import can swallow KeyboardInterrupt (in a callback of the garbage collector, say), and the
    program would run on as if nothing had happened.
    """
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    os.write(2, b"interrupted\n")
    os._exit(_INTERRUPTED)
