"""One import name: the layers are ridgeproof's, and nobody else's modules can be taken for them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[2]
_LAYERS = ("theory", "numerics", "verification")
_EVERY_MODULE = """
import importlib, os, pkgutil, sys
import ridgeproof

found = [m.name for m in pkgutil.walk_packages(ridgeproof.__path__, "ridgeproof.")]
for name in found:
    if not name.endswith("__main__"):
        importlib.import_module(name)
files = {}
for name, module in list(sys.modules.items()):
    if getattr(module, "__file__", None) and "ridgeproof" in module.__file__:
        files.setdefault(os.path.realpath(module.__file__), []).append(name)
print(len(found), [names for names in files.values() if len(names) > 1])
print(sorted(name for name in sys.modules if name.split(".")[0] in sys.argv[1:]))
"""


@pytest.fixture
def python(tmp_path):
    """Run a script in a folder of its own, as a user does."""

    def run(code, *arguments):
        script = tmp_path / "script.py"
        script.write_text(code, encoding="utf-8")
        done = subprocess.run(  # noqa: S603
            [sys.executable, script, *arguments],
            cwd=tmp_path, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(_ROOT)},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return run


@pytest.mark.slow
def test_no_module_has_two_names(python):
    """Every module imported: each file once, and none as theory.x, numerics.x, verification.x."""
    each, layers = python(_EVERY_MODULE, *_LAYERS)
    count, twice = each.split(" ", 1)
    assert int(count) > 250
    assert twice == "[]"
    assert layers == "[]"


def test_nor_has_one_in_this_run():
    """Tests and doctests are collected under the one name too."""
    assert not [name for name in sys.modules if name.split(".")[0] in _LAYERS]


def test_a_script_beside_its_own_theory(python, tmp_path):
    """Modules of a user's that are called as our layers are neither imported nor in the way."""
    for name in ("theory.py", "numerics.py"):
        (tmp_path / name).write_text("raise RuntimeError('not yours')", encoding="utf-8")
    (tmp_path / "verification").mkdir()
    (tmp_path / "verification" / "__init__.py").write_text("raise RuntimeError", encoding="utf-8")
    code = (
        "import ridgeproof\n"
        "setting = ridgeproof.make_setting(d=10, T=40, sigma=1)\n"
        "print(ridgeproof.evaluate(setting).value)\n"
        "print(ridgeproof.simulate(setting, repetitions=16).repetitions)\n"
        "from ridgeproof import theory, numerics, verification\n"
    )
    assert python(code)[:2] == ["0.333333333333333", "16"]
