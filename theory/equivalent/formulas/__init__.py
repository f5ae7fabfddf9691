"""The theorem in symbols: what a process asks, as formulas, and what is made of them.

symbolic      the ring of formulas, on laurent polynomials; fits: its kappas and responses
unknowns      the names that stand for what is solved
derived       derive_process: every ask as a formula; sections: its derivation, line by line
recognised    which theorem of the catalogue an ask is
any_generator processes with any model behind their labels, whose formulas are theorems
special_cases entries of the catalogue that the theorem derives, and why others stay
program       the formulas in the order of computation; code: written in one of the languages
"""
