"""Which expectations are infinite: the evaluator and the fold of the simulator say the same."""

import random
from collections import Counter

from ridgeproof.numerics.equivalent.evaluate import evaluate_process
from ridgeproof.theory.errors import InfiniteExpectation, InputError, SolverError
from ridgeproof.theory.process.file import read_process
from ridgeproof.theory.process.finiteness import require_finite
from ridgeproof.theory.process.normal import normal_form


def _drawn(pick):
    """Fits next to their thresholds, on shared rows, of some directions or narrow features."""
    models, lines, rows = ["w0"], [], []
    for k in range(pick((1, 2, 3))):
        labels = []
        for _ in range(pick((1, 1, 2))):
            if not rows or pick((False, False, True)):
                rows.append(f"A{len(rows)}")
                lines.append(f"{rows[-1]} = rows({pick((2, 3, 4, 5, 6, 7, 8, 12))})")
            on = pick(rows)
            model = pick(models) + pick(("", "", f" - {pick(models)}"))
            labels.append(f"{on}@({model})" + pick(("", "", f" + noise({on})")))
        option = pick(("", "", ", penalty='half'", f", features=features({pick((3, 5, 6, 9))})"))
        lines.append(f"m{k} = ridge([{', '.join(labels)}], {pick(('0', '0', '1/2'))}{option})")
        models.append(f"m{k}")
    steps = "\n".join(lines)
    profiles = '[process.covariances]\nhalf = "where(d/2 - i, 1, inf)"' if "half" in steps else ""
    return f'[process]\nsteps = """\n{steps}\n"""\n{profiles}\n[ask]\nq = "risk({models[-1]})"'


def _is_infinite(function, *arguments):
    try:
        function(*arguments)
    except InfiniteExpectation:
        return True
    except (InputError, SolverError):  # as many rows as directions has no limit either
        return False
    return False


def test_the_evaluator_and_the_fold_of_the_simulator_agree():
    """What evaluate gives as finite is finite, and what it refuses as infinite is infinite."""
    pick = random.Random(1).choice
    seen = Counter()
    for _ in range(120):
        text = _drawn(pick)
        process = read_process(text)
        graph = normal_form(process, {})
        infinite = _is_infinite(
            require_finite, graph, {}, 6, lambda p, _: (6 if str(p) == "1" else 3, 6)
        )
        assert _is_infinite(lambda p: evaluate_process(p, d=6), process) == infinite, text
        seen[infinite] += 1
    assert min(seen.values()) > 15
