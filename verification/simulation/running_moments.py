"""Running mean and standard error of a stream of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

__all__ = ["RunningMoments"]

Array: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class RunningMoments:
    """Count, mean and sum of squared deviations, merged without cancellation.

    >>> print(RunningMoments().updated(np.array([1.0, 2.0])).updated(np.array([3.0, 4.0])))
    2.5 +- 0.65
    """

    count: int = 0
    mean: float = 0.0
    squares: float = 0.0

    def updated(self, x: Array) -> RunningMoments:
        """The moments after further observations x, of which there is at least one."""
        mean = float(x.mean())
        count, apart = self.count + len(x), mean - self.mean
        return RunningMoments(
            count,
            self.mean + apart * len(x) / count,
            self.squares + float(np.sum((x - mean) ** 2)) + apart**2 * self.count * len(x) / count,
        )

    @property
    def standard_error(self) -> float:
        """The standard error of the mean; needs two observations."""
        return math.sqrt(self.squares / (self.count - 1) / self.count)

    def __str__(self) -> str:
        error = f" +- {self.standard_error:.2g}" if self.count > 1 else ""
        return f"{self.mean:.6g}{error}"
