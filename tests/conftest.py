"""Fixtures that several layers share: worlds of random numbers, and derivations without repeats."""

from __future__ import annotations

import os
import signal

import hypothesis

# One BLAS thread: test workers share the cores, and small matrices gain nothing from more.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")

# A job that was started in the background ignores Ctrl-C, and so would all that the tests start to
# interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# The same examples in every run: what fails, fails for everybody.
hypothesis.settings.register_profile("reproducible", derandomize=True)
hypothesis.settings.load_profile("reproducible")
