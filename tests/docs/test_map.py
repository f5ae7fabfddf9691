"""The map of the house in CONTRIBUTING.md, against the folders that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_LAYERS = ("theory", "numerics", "verification", "ridgeproof")
# In these folders a module is an entry, and they grow with the catalogue.
_ENTRIES = {"theorems", "claims", "experiments", "commands"}


def rooms():
    """Every folder of modules, by its path from the top."""
    found = {path.parent for layer in _LAYERS for path in (_ROOT / layer).rglob("*.py")}
    return sorted(folder for folder in found if folder.resolve() == folder)


@pytest.mark.parametrize("room", rooms(), ids=lambda room: room.name)
def test_a_room_is_small_and_on_the_map(room):
    """At most 15 modules lie flat in a folder; each has a line of its own, and a docstring."""
    modules = [path for path in room.glob("*.py") if path.name != "__init__.py"]
    assert len(modules) <= 15 or room.name in _ENTRIES
    lines = (_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").splitlines()
    assert any(line.strip().startswith(f"{room.name}/ ") for line in lines), room
    assert (room / "__init__.py").read_text(encoding="utf-8").startswith('"""')


@pytest.mark.parametrize("layer", _LAYERS)
def test_the_modules_at_the_top_of_a_layer_are_on_the_map(layer):
    """Each is named: no folder's line speaks for them."""
    drawn = (_ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8").split("```")[1]
    there = {path.stem for path in (_ROOT / layer).glob("*.py") if not path.stem.startswith("__")}
    assert there <= set(re.findall(r"\w+", drawn))
