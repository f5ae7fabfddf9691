"""A sweep's table: its numbers, its bytes on every engine, what it keeps and what it refuses."""

from __future__ import annotations

import csv
import math
import multiprocessing
import os
import signal
import sqlite3
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor
from contextlib import closing, nullcontext

import pyarrow.parquet as pq
import pytest

from ridgeproof.numerics.evaluate import evaluate
from ridgeproof.numerics.optima.optimum import optimum
from ridgeproof.theory.errors import InputError, RidgeproofError
from ridgeproof.theory.formula import Form
from ridgeproof.theory.settings.setting import make_setting
from ridgeproof.verification.compute import executors
from ridgeproof.verification.simulation.simulate import simulate
from ridgeproof.verification.sweep import run, tasks
from ridgeproof.verification.sweep.answer import answer
from ridgeproof.verification.sweep.question import read_question
from ridgeproof.verification.sweep.run import read_sweep, run_sweep, store_path
from ridgeproof.verification.sweep.store import Store

SEED = 7
SPEC = """
[theory]
quantities = ["test_error", "variance"]
forms      = ["limit", "exact"]
[simulation]
quantities  = ["test_error", "bias"]
method      = "conditional"
repetitions = 5
[grid]
spectrum = ["isotropic", "ar1:1/2"]
d        = 8
T        = ["2*d", 8]
T0       = "3*d"
n        = 2
design   = ["independent", "shared"]
sigma    = 0.5
sigma0   = "1/3"
lam      = [0, 0.1]
lam0     = [0, 0.5]
"""
ROWS = 2 * 2 * 2 * 2 * 2


def swept(text, out, **options):
    """Run a sweep and return its summary."""
    return run_sweep(read_sweep(text, SEED), out, **options)


def table(path):
    """The rows of a CSV file, as dictionaries of text."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The table of SPEC, computed inline in one go."""
    out = tmp_path_factory.mktemp("sweep") / "table.csv"
    assert swept(SPEC, out).computed == ROWS
    return out


def kept(out):
    """Which run wrote each row of the store."""
    with closing(sqlite3.connect(store_path(out))) as connection:
        return dict(connection.execute("SELECT key, run FROM rows"))


def test_rows_are_what_the_commands_say(undisturbed):
    """Every row against evaluate and simulate called on a setting written from the row itself."""
    rows = table(undisturbed)
    assert len(rows) == ROWS
    complete = 0
    for row in rows:
        setting = make_setting(
            d=8, T=row["T"], T0=24, n=2, sigma="1/2", sigma0="1/3", lam=row["lam"],
            lam0=row["lam0"], design=row["design"], spectrum=row["spectrum"],
        )  # fmt: skip
        if row["reason"]:
            continue
        complete += 1
        for form in Form:
            value = evaluate(setting, form=form)
            assert row[f"test_error_{form.value}"] == str(float(value.shown(value.value)))
            shown = float(value.shown(value.terms["variance"]))
            assert float(row[f"variance_{form.value}"]) == shown
        for quantity in ("test_error", "bias"):
            found = simulate(
                setting, repetitions=5, quantity=quantity, method="conditional", seed=SEED
            )
            assert row[f"{quantity}_simulated"] == str(found.mean)
            assert row[f"{quantity}_standard_error"] == str(found.standard_error)
            assert row[f"{quantity}_repetitions"] == "5"
            if quantity == "test_error":
                z = (found.mean - float(row[f"{quantity}_exact"])) / found.standard_error
                assert float(row[f"{quantity}_z_exact"]) == z
                assert row["theory_kind"] == found.theory_kind
                assert found.z == pytest.approx(z, rel=1e-9)
    assert complete > ROWS / 3


def test_what_has_no_number_says_why(undisturbed):
    """No exact form leaves a limit and the simulation there; no expectation, nothing."""
    for row in table(undisturbed):
        infinite = row["T"] == "8" and row["lam"] == "0.0"
        without = row["design"] == "shared" and row["lam0"] != "0.0"
        assert (row["test_error_exact"] == "") is (infinite or without)
        assert (row["test_error_simulated"] == "") is infinite
        assert ("infinite expected error" in row["reason"]) is infinite
        assert ("theorem" in row["reason"]) is (without and not infinite)
        assert (row["test_error_z_limit"] == "") is infinite
        assert bool(row["reason"]) is (infinite or without)


def test_the_optimum_is_that_of_its_own_command(tmp_path):
    """The four optima, and infinity where no finite penalty is best."""
    text = (
        '[theory]\nquantities = ["optimal_lam", "optimal_value", "classical_lam", '
        '"value_at_classical"]\n[grid]\nd = 20\nT = 60\nT0 = 40\nn = [0, 3]\nsigma = [0.5, 0]\n'
        "sigma0 = 0.5\nlam = [0, 1]"
    )
    out = tmp_path / "optima.csv"
    swept(text, out)
    rows = table(out)
    assert len(rows) == 8
    for row in rows:
        n, sigma = row["n"], row["sigma"]
        found = optimum(make_setting(d=20, T=60, T0=40, n=n, sigma=sigma, sigma0="1/2"))
        for name, value in (
            ("optimal_lam", found.lam),
            ("optimal_value", found.value),
            ("classical_lam", found.classical_lam),
            ("value_at_classical", found.value_at_classical),
        ):
            assert float(row[f"{name}_limit"]) == float(found.shown(value))
    assert len({row["optimal_lam_limit"] for row in rows}) > 2


def test_the_bytes_do_not_depend_on_the_engine(undisturbed, tmp_path):
    """Three threads of an executor given: the same bytes as inline."""
    out = tmp_path / "again.csv"
    with ThreadPoolExecutor(3) as threads:
        swept(SPEC, out, executor=threads, workers=3)
    assert out.read_bytes() == undisturbed.read_bytes()


def test_another_seed_gives_other_simulations_and_the_same_theory(undisturbed, tmp_path):
    """The seed reaches the draws, and only them."""
    out = tmp_path / "seeded.csv"
    run_sweep(read_sweep(SPEC, SEED + 1), out)
    for row, before in zip(table(out), table(undisturbed), strict=True):
        assert row["test_error_exact"] == before["test_error_exact"]
        if row["test_error_simulated"]:
            assert row["test_error_simulated"] != before["test_error_simulated"]


def test_parquet_holds_what_csv_holds(undisturbed, tmp_path):
    """The same names and cells, with types: whole numbers, float64 and text."""
    out = tmp_path / "table.parquet"
    swept(SPEC, out)
    found = pq.read_table(out)
    rows = table(undisturbed)
    assert found.column_names == list(rows[0])
    types = dict(zip(found.column_names, map(str, found.schema.types), strict=True))
    assert (types["T"], types["lam"], types["design"]) == ("int64", "double", "string")
    assert types["test_error_repetitions"] == "int64"
    for row, wanted in zip(found.to_pylist(), rows, strict=True):
        for name, value in row.items():
            text = wanted[name]
            if isinstance(value, int | float):
                assert float(text) == value
            else:
                assert (value or "") == text


def test_an_infinite_dimension_in_both_formats(tmp_path):
    """d = inf: the theory is there, the simulation says why it is not."""
    text = (
        '[theory]\n[simulation]\nrepetitions = 3\n[grid]\nspectrum = "power-law:2"\n'
        'signal = "source:1"\nd = [6, "inf"]\nT = 30\nsigma = 1\nlam = 0.1'
    )
    swept(text, tmp_path / "a.csv")
    swept(text, tmp_path / "a.parquet")
    finite, infinite = table(tmp_path / "a.csv")
    assert (finite["d"], infinite["d"]) == ("6.0", "inf")
    assert infinite["test_error_limit"]
    assert "holds in no array" in infinite["reason"]
    assert pq.read_table(tmp_path / "a.parquet")["d"].to_pylist() == [6.0, math.inf]


def test_the_wider_process_is_swept_too(tmp_path):
    """Chains, mixtures, widths, laws of features and schedules, against the commands' functions."""
    text = """
    [theory]
    forms = ["exact"]
    [simulation]
    repetitions = 4
    [grid]
    chain = ["replace", "accumulate"]
    d = 6
    T = 24
    n = 2
    T0 = ["2*d", "12,18"]
    sigma = 0.5
    sigma0 = 0.5
    lam = 0.1
    synthetic_fraction = [1, 0.5]
    width = "d + 2"
    features = ["gaussian", "student:9"]
    """
    out = tmp_path / "t.csv"
    swept(text, out)
    swept(text, out.with_suffix(".parquet"))
    rows = table(out)
    assert len(rows) == 16
    assert {row["chain"] for row in rows} == {"replace", "accumulate"}
    assert {row["T0"] for row in rows} == {"12", "12,18"}
    given = {"d": 6, "T": 24, "n": 2, "sigma": "1/2", "sigma0": "1/2", "lam": "1/10", "width": 8}
    for row in (rows[0], rows[7], rows[-1]):
        names = ("chain", "T0", "synthetic_fraction", "features")
        setting = make_setting(**given, **{name: row[name] for name in names})
        found = simulate(setting, repetitions=4, seed=SEED)
        assert row["test_error_simulated"] == str(found.mean)
        # Exact forms are those of normal features; simulate shows the limit for other laws.
        known = found.theory if row["features"] == "gaussian" else None
        assert row["test_error_exact"] == ("" if known is None else f"{known:.15g}")
    columns = pq.read_table(out.with_suffix(".parquet"))
    for name in ("T0", "chain", "test_error_simulated"):
        assert list(map(str, columns[name].to_pylist())) == [row[name] for row in rows]


def test_a_changed_sweep_computes_only_what_is_new(tmp_path):
    """Rows are kept by what they hold: a wider grid keeps them, another question does not."""
    out = tmp_path / "t.csv"
    grid = "[theory]\n{}\n[grid]\nd = 10\nT = {}\nsigma = 1"
    notes = []
    assert swept(grid.format("", "[20, 30]"), out).computed == 2
    wider = swept(grid.format("", "[40, 30, 20, 30]"), out, resume=True, note=notes.append)
    assert (wider.total, wider.computed) == (4, 1)
    assert "the sweep changed" in notes[-1]
    assert "1 of 4 rows" in notes[-1]
    assert [row["T"] for row in table(out)] == ["40", "30", "20", "30"]
    again = swept(grid.format("", "[20, 30]"), out, resume=True, note=notes.append)
    assert (again.total, again.computed) == (2, 0)
    other = swept(grid.format("forms = ['exact']", "[20, 30]"), out, resume=True)
    assert other.computed == 2
    assert list(table(out)[0])[-2:] == ["theory_kind", "reason"]


def test_other_code_keeps_no_row(tmp_path, monkeypatch):
    """Rows of another version of the code are computed again, and the user is told."""
    out, notes = tmp_path / "t.csv", []
    text = "[theory]\n[grid]\nd = 10\nT = [20, 30]\nsigma = 1"
    swept(text, out)
    for module in (run, tasks):
        monkeypatch.setattr(module, "code_version", lambda: "another")
    assert swept(text, out, resume=True, note=notes.append).computed == 2
    assert "the code or a library changed" in notes[-1]


def test_a_worker_with_other_code_is_found_out(tmp_path, monkeypatch):
    """Its rows are refused, not mixed with ours."""
    monkeypatch.setattr(run, "code_version", lambda: "another")
    with pytest.raises(RidgeproofError, match="another version"):
        swept("[theory]\n[grid]\nd = 10\nT = 20", tmp_path / "t.csv")
    assert kept(tmp_path / "t.csv") == {}


def test_the_contents_of_a_file_belong_to_the_task(tmp_path):
    """New eigenvalues under an old name are a new setting; d is read off the file."""
    levels, out = tmp_path / "levels.txt", tmp_path / "t.csv"
    text = f"[theory]\n[grid]\nspectrum = 'file:{levels}'\nT = 30\nsigma = 1\nlam = 0.1"
    levels.write_text("3 2 1")
    assert swept(text, out).computed == 1
    before = table(out)[0]["test_error_limit"]
    levels.write_text("3 2 2")
    assert swept(text, out, resume=True).computed == 1
    assert table(out)[0]["test_error_limit"] != before
    levels.write_text("3 2 1")
    assert swept(text, out, resume=True).computed == 0
    assert table(out)[0]["test_error_limit"] == before


SMALL = "[theory]\n[grid]\nd = 10\nT = [20, 30]\nsigma = 1"


def test_an_earlier_run_is_not_overwritten_unasked(tmp_path):
    """A store or a foreign table in the way is refused with the remedy; --overwrite replaces it."""
    out = tmp_path / "t.csv"
    swept(SMALL, out)
    with pytest.raises(InputError, match="--resume, start afresh with --overwrite"):
        swept(SMALL, out)
    assert swept(SMALL, out, overwrite=True).computed == 2
    with pytest.raises(InputError, match="contradicts"):
        swept(SMALL, out, overwrite=True, resume=True)
    foreign = tmp_path / "foreign.csv"
    foreign.write_text("mine")
    for resume in (False, True):
        with pytest.raises(InputError, match="is no sweep's"):
            swept(SMALL, foreign, resume=resume)
    assert foreign.read_text() == "mine"


def test_a_refused_setting_leaves_nothing_behind(tmp_path):
    """The last setting of a grid is bad: no store, no table, and an older store as it was."""
    out = tmp_path / "t.csv"
    bad = SMALL.replace("[20, 30]", "[20, 'd - 10']")
    with pytest.raises(InputError, match="at least 1"):
        swept(bad, out)
    assert list(tmp_path.iterdir()) == []
    swept(SMALL, out)
    before = kept(out), out.read_bytes()
    for options in ({"overwrite": True}, {"resume": True}):
        with pytest.raises(InputError, match="at least 1"):
            swept(bad, out, **options)
    assert (kept(out), out.read_bytes()) == before


def test_the_table_appears_at_once(tmp_path, monkeypatch):
    """A failure while writing leaves the old table as it was, and no piece of the new one."""
    out = tmp_path / "t.csv"
    swept(SMALL, out)
    before = out.read_bytes()

    def fail(path, columns, rows):
        path.write_text("half a tab")
        raise OSError("no space left")

    monkeypatch.setitem(run.write_table.__globals__["_WRITERS"], ".csv", fail)
    with pytest.raises(RidgeproofError, match=r"no space.*--resume"):
        swept(SMALL.replace("20", "25"), out, resume=True)
    assert out.read_bytes() == before
    assert {path.name for path in tmp_path.iterdir()} == {"t.csv", "t.csv.store"}


def test_a_full_disk_is_one_message(tmp_path):
    """SQLite's refusal to write becomes an error with the remedy; the rows before it are kept."""
    out = tmp_path / "t.csv"

    def fill(state):
        if isinstance(state, run.Progress):
            raise sqlite3.OperationalError("database or disk is full")

    with pytest.raises(RidgeproofError, match=r"disk is full.*--resume"):
        swept(SMALL, out, watch=fill)
    assert len(kept(out)) == 1
    assert swept(SMALL, out, resume=True).computed == 1


def test_two_sweeps_do_not_share_a_store(tmp_path):
    """The second one is told that the first is at work."""
    with (
        Store(tmp_path / "t.csv.store"),
        pytest.raises(InputError, match="in use by another sweep"),
    ):
        swept(SMALL, tmp_path / "t.csv", resume=True)


def test_a_file_that_is_no_store_is_left_alone(tmp_path):
    """Neither text nor another program's database is written to, even by --overwrite."""
    path = tmp_path / "t.csv.store"
    path.mkdir()
    with pytest.raises(InputError, match="cannot be used"):
        swept(SMALL, tmp_path / "t.csv", resume=True)
    path.rmdir()
    for overwrite in (False, True):
        path.write_text("a letter of mine, long enough to be looked at")
        with pytest.raises(InputError, match="cannot be used"):
            swept(SMALL, tmp_path / "t.csv", resume=not overwrite, overwrite=overwrite)
        assert path.read_text().startswith("a letter")
        path.unlink()
        with closing(sqlite3.connect(path)) as other:
            other.execute("CREATE TABLE mine (x)")
        with pytest.raises(InputError, match="something else"):
            swept(SMALL, tmp_path / "t.csv", resume=not overwrite, overwrite=overwrite)
        path.unlink()


@pytest.mark.parametrize(
    ("name", "condition"),
    [
        ("t.xlsx", "no known ending"),
        ("t", "no known ending"),
        ("absent/t.csv", "folder that does not exist"),
        ("folder.csv", "is a folder"),
    ],
)
def test_outputs_that_cannot_be(tmp_path, name, condition):
    """Before anything runs."""
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match=condition):
        swept(SMALL, tmp_path / name)


def test_parquet_without_its_library(tmp_path, monkeypatch):
    """The message has the line that installs it, and nothing has run."""
    monkeypatch.setitem(__import__("sys").modules, "pyarrow.parquet", None)
    with pytest.raises(InputError, match=r"pip install 'ridgeproof\[parquet\]'"):
        swept(SMALL, tmp_path / "t.parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_columns_are_those_of_the_answers():
    """Every column is filled at a setting where everything exists, but for the reason."""
    tables = {
        "theory": {"quantities": ["test_error", "optimal_lam"], "forms": ["limit", "exact"]},
        "simulation": {"quantities": ["test_error", "bias"], "repetitions": 5},
    }
    question = read_question(tables, SEED)
    cells = answer(question, make_setting(d=5, T=20, sigma=1, lam="1/10"))
    names = [column.name for column in question.columns()]
    assert len(set(names)) == len(names) == len(cells)
    assert dict(zip(names, cells, strict=True)).pop("reason") == ""
    assert None not in cells


@pytest.mark.slow
def test_a_lost_worker_is_replaced(undisturbed, tmp_path):
    """Two processes and SIGKILL to one: its batches run again, and the bytes are those of one."""
    out, killed = tmp_path / "t.csv", []

    def kill(state):
        children = multiprocessing.active_children()
        if not killed and isinstance(state, run.Progress) and state.computed > 2 and children:
            killed.append(children[0].pid)
            os.kill(children[0].pid, signal.SIGKILL)

    summary = swept(SPEC, out, workers=2, watch=kill)
    assert len(killed) == 1
    assert (summary.total, summary.computed) == (ROWS, ROWS)
    assert out.read_bytes() == undisturbed.read_bytes()


class Broken(Executor):
    """An executor whose workers die at once."""

    def submit(self, *given, **options):
        """Nothing can be done here."""
        raise BrokenExecutor


def test_a_setting_that_always_kills_is_reported(monkeypatch, tmp_path):
    """Three deaths end the attempt, with the setting and what to do."""
    monkeypatch.setattr(executors, "open_pool", lambda workers: nullcontext(Broken()))
    with pytest.raises(RidgeproofError, match=r'died 3 times.*"d":8.*--resume'):
        swept(SPEC, tmp_path / "t.csv", workers=2)
