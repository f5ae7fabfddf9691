"""Ctrl-C: heard at any moment, and while the program loads an end without a traceback."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from ridgeproof.verification.compute.alarm import is_deaf

__all__ = ["INTERRUPTED", "leave_at_once", "listen"]

INTERRUPTED = 130
_SOON = 0.01  # seconds


@contextmanager
def leave_at_once() -> Iterator[None]:
    """End the program with status 130 on Ctrl-C in this block, which loads modules.

    An import can swallow KeyboardInterrupt (in a callback of the garbage collector, say), and the
    program would run on as if nothing had happened.
    """
    before = signal.getsignal(signal.SIGINT)
    ours = before in {signal.default_int_handler, _raise}
    if not ours or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, _leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def listen() -> None:
    """From now on Ctrl-C raises KeyboardInterrupt where it cannot be lost."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _raise)


def _raise(number: int, frame: FrameType | None) -> None:
    if is_deaf(frame):
        threading.Timer(_SOON, os.kill, (os.getpid(), number)).start()
        return
    raise KeyboardInterrupt


def _leave(number: int, frame: FrameType | None) -> None:
    del number, frame
    os.write(2, b"interrupted\n")
    os._exit(INTERRUPTED)
