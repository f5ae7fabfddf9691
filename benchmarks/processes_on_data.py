"""Processes run on real data, against what predicts them: the table of docs/rows.md.

    python benchmarks/processes_on_data.py

Needs the digits: pip install 'ridgeproof[mnist]'.  A minute or two of computing.
"""

from __future__ import annotations

import os

# Threads that compete for the cores cost more than they bring.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from ridgeproof.numerics.rows.features import features
from ridgeproof.numerics.rows.population import make_population
from ridgeproof.numerics.rows.predict import predict
from ridgeproof.profiles import read_profiles
from ridgeproof.theory.process.file import read_process
from ridgeproof.verification.figures.digits import load_digits
from ridgeproof.verification.simulation.simulate_process import simulate_process

IMAGES, T = 400, 120
PROCESSES = """
[process]
steps = '''
A = rows(T)
y = A@w0 + sigma*noise(A)
teacher = ridge(y, lam)
again = ridge(2*(A@teacher) - y, lam)
B = rows(T)
z = B@teacher + sigma*noise(B)
student = ridge(z, lam)
pooled = ridge([y, z], lam)
'''
[ask]
one_fit = "risk(teacher)"
chain_of_one = "risk(student)"
distilled_on_the_same_rows = "risk(again)"
real_and_synthetic_pooled = "risk(pooled)"
"""


def main() -> None:
    """Print the table."""
    digits = load_digits().sample(IMAGES)
    y = (digits.labels - digits.labels.mean()) / digits.labels.std()
    process = read_process(PROCESSES)
    head = "process", "kernel", "lam", "measured", "Gaussian", "count-aware"
    print(f"| {' | '.join(head)} |\n{'|---' * len(head)}|")
    for kernel in ("rbf", "polynomial:5"):
        population = make_population(digits.images, y, kernel)
        found = features(population)
        space = read_profiles(found.spectrum, found.signal)
        for lam in (1e-3, 1e-2):
            given = {"T": T, "sigma": 0.5, "lam": lam}
            runs = simulate_process(
                process, **space, **given, rows=found.rows, repetitions=200, seed=1
            )
            counted = predict(population, n=[0, 1], **given).value.tolist()
            for ask, seen in runs.asks.items():
                told = f"{counted.pop(0) / seen.mean - 1:+.1%}" if counted else "-"
                off = f"{seen.theory / seen.mean - 1:+.1%} | {told}"
                name = ask.replace("_", " ")
                mean = f"{seen.mean:.4f} ± {seen.standard_error:.4f}"
                print(f"| {name} | {kernel} | {lam:g} | {mean} | {off} |", flush=True)


if __name__ == "__main__":
    main()
