"""ProcessExponents: the exponents of what a process asks, by ask, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import oo

from ridgeproof.numerics.scaling.slopes import AskExponents
from ridgeproof.theory.errors import shortened
from ridgeproof.theory.scaling.exponents import REGIMES
from ridgeproof.theory.shown import Shown, aligned, echoed

__all__ = ["ProcessExponents"]

_KEYS = ("ell", "rate", "classical_ell", "rate_at_classical", "regime", "logs")
# Beside the regimes of what is derived.
_WHY = {"measured": "measured at T = 10^12", "none": "neither derived nor measured"}


class ProcessExponents(dict[str, AskExponents], Shown):
    """The exponents by ask; ``setting`` is what was given, ``title`` that of the process."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, asks: Mapping[str, AskExponents], title: str, setting: Mapping[str, Any]
    ) -> None:
        super().__init__(asks)
        self.title, self.setting = title, setting

    def data(self) -> dict[str, Any]:
        """Plain data, rationals as p/q."""
        asks = {name: _data(each) for name, each in self.items()}
        return {"setting": echoed(self.setting), "asks": asks}

    def rows(self) -> list[tuple[str, str]]:
        """Each ask as a power of T, the best and the classical lam, and the regime."""
        rows = [("process", shortened(self.title))] if self.title else []
        for name, each in self.items():
            regime = str(each.regime)
            rows.append((name, _power(each)))
            if each.ell is not None:
                rows.append(("  best lam", f"T^-({_number(each.ell)})"))
            if each.rate_at_classical is not None:
                kept = f"T^({_number(each.rate_at_classical)})"
                rows.append(("  classical", f"{kept} at lam = T^-({_number(each.classical_ell)})"))
            if each.rate_at_ell is not None:
                rows.append(("  given ell", f"T^({_number(each.rate_at_ell)})"))
            rows.append(
                ("  regime", f"{_WHY[regime]}: {each.reason}" if regime in _WHY else regime)
            )
        return rows

    def __str__(self) -> str:
        regimes = " ".join(str(each.regime) for each in self.values())
        legend = [(name, text) for name, text in REGIMES.items() if name in regimes]
        tables = [aligned(self.rows()), aligned(legend, indent="  ")]
        return "\n\n".join(filter(None, tables))


def _data(found: AskExponents) -> dict[str, Any]:
    """The contract's keys of one ask."""
    data: dict[str, Any] = {key: _number(getattr(found, key)) for key in _KEYS}
    data |= {"measured": found.measured, "reason": found.reason or None}
    if found.rate_at_ell is not None:
        data["rate_at_ell"] = _number(found.rate_at_ell)
    return data


def _power(found: AskExponents) -> str:
    if found.rate is None:
        return "no exponent"
    logs = "" if found.logs == 0 else f" log(T)^({found.logs})"
    return f"T^({_number(found.rate)}){logs}"


def _number(value: Any) -> str | None:
    if value is None or isinstance(value, float):
        return None if value is None else f"{value:.4f}"
    return {oo: "inf", -oo: "-inf"}.get(value, str(value))
