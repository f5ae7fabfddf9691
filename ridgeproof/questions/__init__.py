"""What is asked about a setting, a process or a claim, under the names of the commands.

A setting may be given by its parts, `evaluate(d=300, T=1000, lam=0.01)`; a process as a record, a
path or the text of a file, with its parameters by name.  Numbers are of any type, or texts such as
"1/3".  `evaluate` takes arrays of them too, and gives `Curves`.

formulas      the catalogue, derivations, derived formulas as functions
answers       evaluate, optimum, gradient, simulate, exponents
verdicts      check, verify
tables        figure, sweep
asked         how a question is put
"""
