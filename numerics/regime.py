"""The regime of a setting in words: ridge or not, T and T0 against d, kind of generators."""

from __future__ import annotations

from theory.setting import Setting

__all__ = ["regime"]


def regime(setting: Setting) -> str:
    """Where a setting lies, in words."""

    def against(name: str, rows: int) -> str:
        sign = ">" if rows > setting.d else "<" if rows < setting.d else "="
        return f"{name} {sign} d"

    parts = ["ridge" if setting.lam > 0 else "ridgeless", against("T", setting.T)]
    if setting.n == 0:
        return ", ".join([*parts, "clean data"])
    assert setting.T0 is not None
    kind = (
        "ridge"
        if setting.lam0 > 0
        else "least-squares"
        if setting.T0 >= setting.d
        else "minimum-norm"
    )
    parts += [against("T0", setting.T0), f"{kind} generators", f"{setting.design} designs"]
    return ", ".join(parts)
