"""The certificate of a proof: its claim and its leaves, as docs/certificates.md says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ridgeproof.theory.domains.entries import Choice, Fixed, IntegerRange, RealInterval
from ridgeproof.theory.domains.space import Space
from ridgeproof.verification.conjectures.claim import Claim
from ridgeproof.verification.proofs.boxes.search import Search

__all__ = ["certificate"]


def certificate(claim: Claim, search: Search) -> dict[str, Any]:
    """The proof that a search has found, for `verification.recheck`.

    Args:
        claim: about settings.
        search: that has closed every box.
    """
    domain = claim.domain
    entries = {name: entry for name, entry in domain.items if not isinstance(entry, Choice)}
    names = [name for name, entry in entries.items() if _is_number(entry)]
    return {
        "format": "ridgeproof certificate",
        "version": 1,
        "theorem": search.form.problem.theorem,
        "delta": str(search.form.problem.delta),
        "conjecture": claim.words,
        "domain": {name: _written(entry) for name, entry in domain.items},
        "variables": names,
        "leaves": list(_leaves(domain, names, search)),
    }


def _is_number(entry: Any) -> bool:
    return isinstance(entry, Fixed | IntegerRange | RealInterval)


def _written(entry: Any) -> Any:
    match entry:
        case Choice(options):
            return [str(option) for option in options]
        case IntegerRange(least, most):
            return f"{least} .. {most}"
        case RealInterval(least, most):
            return [str(least), str(most)]
    return str(entry)


def _leaves(domain: Space[Any], names: list[str], search: Search) -> Iterator[dict[str, Any]]:
    problem = search.form.problem
    columns = {str(x): j for j, x in enumerate(problem.variables)}
    whole = {name for name in names if domain.is_whole(name)}
    for boxes in search.leaves:
        for index, low, high in zip(boxes.place, boxes.low, boxes.high, strict=True):
            place = problem.places[index]
            known = {domain.symbol("d"): place.d}
            box: list[list[Any]] = []
            for name in names:
                if name == "d":
                    box.append([place.d, place.d])
                elif name in columns:
                    ends = low[columns[name]], high[columns[name]]
                    box.append([int(x) if name in whole else float(x) for x in ends])
                else:
                    box.append(_all_of(name, domain[name], known))
            yield {
                "spectrum": str(place.spectrum),
                "signal": str(place.signal),
                "sign": 1,
                "box": box,
            }


def _all_of(name: str, entry: Any, known: Mapping[Any, Any]) -> list[Any]:
    """The whole range of a number that the inequality does not depend on."""
    match entry:
        case IntegerRange():
            return list(entry.ends(name, known))
        case RealInterval(least, most):
            return [str(least), str(most)]
    return [str(entry), str(entry)]
