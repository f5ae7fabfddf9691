"""The page to play with: its numbers are those of evaluate, and it fetches nothing."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

import ridgeproof as rp
from ridgeproof.commands.explore import command
from ridgeproof.explore_page import explore_page
from ridgeproof.theory.errors import InputError, NotBuilt
from ridgeproof.theory.process.file import read_process

_EXAMPLES = Path("examples/processes")
_RUN = """
const parts = require("fs").readFileSync(process.argv[1], "utf8").split("<script>");
const code = parts[1].split("</script>")[0].replace(/<\\\\\\//g, "</");
const page = JSON.parse(parts[2].split("const page = ")[1].split(";\\nconst hues")[0]);
const f = new Function(code + "; return f;")();
const state = {};
for (const p of page.parameters) state[p.name] = p.value;
for (const given of process.argv.slice(2)) state[given.split("=")[0]] = Number(given.split("=")[1]);
try { console.log(JSON.stringify(f(page.s, page.w0, state))); }
catch (error) { console.log(JSON.stringify({ error: error.message })); }
"""


def page(tmp_path, *arguments):
    """The page that the command writes."""
    out = tmp_path / "page.html"
    done = CliRunner().invoke(command, [*arguments, "--out", str(out)])
    assert done.exit_code == 0, done.output
    return out


def answers(path, *given):
    """What the page computes, by node."""
    node = shutil.which("node")
    if node is None:
        pytest.skip("node is not here")
    run = subprocess.run(  # noqa: S603
        [node, "-e", _RUN, "--", str(path), *given], capture_output=True, text=True, check=True
    )
    return json.loads(run.stdout)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("weak_to_strong", {"T": 300, "lam": 0.05, "width": 30}),
        ("gcv", {"T": 40, "lam": 0.5, "sigma": 0.25}),
        ("synthetic_beside_real", {"weight": 0.5, "T2": 70}),
    ],
)
def test_the_page_computes_what_evaluate_does(name, given, tmp_path):
    """Every ask, after its parameters are moved, to 1e-10."""
    path = _EXAMPLES / f"{name}.toml"
    found = answers(page(tmp_path, str(path)), *(f"{k}={v}" for k, v in given.items()))
    values = rp.evaluate(path, **given).values
    assert found.keys() <= values.keys()
    for ask, value in found.items():
        assert value == pytest.approx(float(values[ask]), rel=1e-10), ask


def test_a_branch_that_the_formulas_are_not_for_is_refused(tmp_path):
    """A chain of least-squares generators has no slider for lam0, and no value below T0 = d."""
    given = ["--d", "40", "--T", "80", "--T0", "120", "--n", "3", "--sigma", "1", "--sigma0", "1",
             "--lam", "1/10"]  # fmt: skip
    path = page(tmp_path, *given)
    text = path.read_text(encoding="utf-8")
    assert '"name": "lam0"' not in text
    assert "slider" in text
    assert "d < T0" in answers(path, "T0=20")["error"]
    value = rp.evaluate(d=40, T=90, T0=120, n=3, sigma=1, sigma0=1, lam=0.1).value
    assert answers(path, "T=90")["test_error"] == pytest.approx(float(value), rel=1e-10)


def test_the_page_is_whole_and_offline(tmp_path):
    """Nothing is fetched; it says its source, its steps, its formula and the line to redo it."""
    path = page(tmp_path, str(_EXAMPLES / "weak_to_strong.toml"), "--simulate", "4")
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r'(?:src|href)="', text)
    assert "<math" in text
    assert "arXiv:2503.02877" in text
    assert "m = ridge(" in text
    assert "@@" not in text
    data = json.loads(text.split("const page = ")[1].split(";\nconst hues")[0])
    assert len(data["points"]["T"]) == 15
    assert data["command"].startswith("ridgeproof evaluate")


def test_a_text_from_a_file_cannot_leave_its_place():
    """A title and a source are text, not markup; the script ends where it ends."""
    process = read_process(
        '[process]\ntitle = "<script>alert(1)</script>"\nsource = "</pre><img src=x>"\n'
        'steps = "m = ridge(rows(T)@w0, 1)"\n[process.parameters]\nd = 4\nT = 8\n'
        '[ask]\nrisk = "risk(m)"\n'
    )
    text = explore_page(process, "ridgeproof evaluate FILE")
    assert "<script>alert" not in text
    assert "<img" not in text


@pytest.mark.slow
def test_a_slider_is_moved_in_a_browser(tmp_path):
    """In Chromium a slider moves the value, and the value is that of evaluate."""
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("chromium is not here")
    path = page(tmp_path, str(_EXAMPLES / "gcv.toml"))
    moved = """<script>addEventListener("load", () => {
      const slider = document.getElementById("slider-T");
      slider.value = 700; slider.dispatchEvent(new Event("input"));
    });</script></body>"""
    text = path.read_text(encoding="utf-8").replace("</body>", moved)
    path.write_text(text, encoding="utf-8")
    run = subprocess.run(  # noqa: S603
        [browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking",
         "--no-first-run", f"--user-data-dir={tmp_path / 'profile'}", "--window-size=500,900",
         "--dump-dom", path.as_uri()],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    value = float(re.search(r'<output id="value"[^>]*>([^<]+)<', run.stdout)[1])
    T = int(re.search(r"--T (\d+)", run.stdout)[1])
    assert T != 60
    expected = rp.evaluate(_EXAMPLES / "gcv.toml", T=T).values["training"]
    assert value == pytest.approx(float(expected), rel=1e-10)
    assert '<path class="curve"' in run.stdout


def test_what_no_page_is_written_for(tmp_path):
    """A file that is no page; a process whose asks have no formula."""
    done = CliRunner().invoke(command, [str(_EXAMPLES / "gcv.toml"), "--out", "page.txt"])
    assert isinstance(done.exception, InputError)
    flow = read_process(
        '[process]\nsteps = "m = gradient_flow(rows(T)@w0, 1)"\n'
        '[process.parameters]\nd = 4\nT = 8\n[ask]\nrisk = "risk(m)"\n'
    )
    with pytest.raises(NotBuilt):
        explore_page(flow, "")
