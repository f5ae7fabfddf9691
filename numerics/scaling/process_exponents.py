"""ProcessExponents: the exponents of what a process asks, by ask, and how they are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sympy import Float, Symbol, oo

from ridgeproof.numerics.scaling.slopes import AskExponents
from ridgeproof.theory.errors import shortened
from ridgeproof.theory.scaling.exponents import ELL, REGIMES
from ridgeproof.theory.shown import Shown, aligned, echoed

__all__ = ["ProcessExponents"]

_KEYS = ("ell", "rate", "classical_ell", "rate_at_classical", "regime", "logs")
# Slopes below are not told apart from 0.
_NIL = 1e-3


class ProcessExponents(dict[str, AskExponents], Shown):
    """The exponents by ask; ``setting`` is what was given, ``title`` that of the process."""

    __hash__ = None  # type: ignore[assignment]

    def __init__(
        self, asks: Mapping[str, AskExponents], title: str, setting: Mapping[str, Any]
    ) -> None:
        super().__init__(asks)
        self.title, self.setting = title, setting

    @property
    def base(self) -> str:
        """The size that every ask is a power of."""
        return next(iter(self.values())).scale.base

    def data(self) -> dict[str, Any]:
        """Plain data, rationals as p/q."""
        asks = {name: _data(each) for name, each in self.items()}
        return {"setting": echoed(self.setting), "base": self.base, "asks": asks}

    def rows(self) -> list[tuple[str, str]]:
        """Each ask as a power of the base, the best and the classical penalty, and the regime."""
        rows = [("process", shortened(self.title))] if self.title else []
        for name, each in self.items():
            rows.append((name, _power(each)))
            if each.ell is not None:
                rows += [(f"  best {free}", power) for free, power in _penalties(each, each.ell)]
            if each.rate_at_classical is not None:
                kept = f"{self.base}^({_number(each.rate_at_classical)})"
                free = [f"{free} = {power}" for free, power in _penalties(each, each.classical_ell)]
                rows.append(("  classical", f"{kept} at {', '.join(free)}"))
            if each.rate_at_ell is not None:
                rows.append(("  given ell", f"{self.base}^({_number(each.rate_at_ell)})"))
            rows.append(("  regime", _regime(each)))
        return rows

    def __str__(self) -> str:
        regimes = " ".join(str(each.regime) for each in self.values())
        legend = [
            (name, text.format(base=self.base)) for name, text in REGIMES.items() if name in regimes
        ]
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
    base = found.scale.base
    logs = "" if found.logs == 0 else f" log({base})^({found.logs})"
    return f"{base}^({_number(found.rate)}){logs}"


def _penalties(found: AskExponents, ell: Any) -> list[tuple[str, str]]:
    """What ell decides, by name, as a power of the base there."""
    scale, axis, told = found.scale, Symbol(ELL, positive=True), []
    for name in scale.holding(ELL):
        power = scale.powers[name][1]
        falls = bool(power.coeff(axis) < 0)
        size = -power if falls else power
        # ell itself needs no algebra, which would rewrite its pieces.
        size = ell if size == axis else size.subs(axis, ell)
        told.append((name, f"{scale.base}^{'-' * falls}({_number(size)})"))
    return told


def _regime(found: AskExponents) -> str:
    """Its name, or where nothing is derived the reason."""
    if found.measured:
        where = f"{found.scale.base} = 10^{found.largest:.4g}"
        return f"measured at {where}: {found.reason}"
    if str(found.regime) == "none":
        return f"neither derived nor measured: {found.reason}"
    return str(found.regime)


def _number(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, float | Float):
        return "0" if abs(value) < _NIL else f"{float(value):.4f}"
    return {oo: "inf", -oo: "-inf"}.get(value, str(value))
