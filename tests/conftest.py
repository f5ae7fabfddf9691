"""Fixtures that several layers share: worlds of random numbers, and derivations without repeats."""

from __future__ import annotations

import os

# One BLAS thread: test workers share the cores, and small matrices gain nothing from more.
for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(variable, "1")
