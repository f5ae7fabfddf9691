"""The regime of a setting in words: ridge or not, T and T0 against d, kind of generators."""

from __future__ import annotations

from ridgeproof.theory.settings.features import Gaussian
from ridgeproof.theory.settings.generations import Generation, Replace
from ridgeproof.theory.settings.setting import Setting

__all__ = ["regime"]


def regime(setting: Setting) -> str:
    """Where a setting lies, in words."""

    def against(name: str, rows: int) -> str:
        sign = ">" if rows > setting.d else "<" if rows < setting.d else "="
        return f"{name} {sign} d"

    parts = ["ridge" if setting.lam > 0 else "ridgeless", against("T", setting.T)]
    if setting.width is not None:
        parts.append(against("width", setting.width))
    law = [] if setting.features == Gaussian() else [f"{setting.features} features"]
    if setting.n == 0:
        return ", ".join([*parts, "clean data", *law])
    sizes = dict.fromkeys(against("T0", each.T0) for each in setting.distinct_generations)
    kinds = dict.fromkeys(
        f"{_kind(each, setting.d)} generators" for each in setting.distinct_generations
    )
    parts += [" or ".join(sizes), " or ".join(kinds), f"{setting.design} designs"]
    if setting.chain != Replace():
        parts.append(str(setting.chain))
    parts += law
    return ", ".join(parts)


def _kind(generation: Generation, d: int) -> str:
    if generation.lam0 > 0:
        return "ridge"
    return "least-squares" if generation.T0 >= d else "minimum-norm"
