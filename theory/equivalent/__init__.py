"""The one theorem: the limit of any pipeline of linear fits on Gaussian rows.

lowering      from the graph of a process to its pencil
pencil        the linear system in the Gaussian matrices; assembly puts one together
ring          what the solver asks of its numbers
lanes         the rows of a node, one number for each group
response      G and H by back-substitution; correlation: C, given them
asks          what is read off
symbolic      the ring of formulas, on laurent polynomials
derived       derive_process: every ask as a formula; sections: its derivation, line by line
recognised    which theorem of the catalogue an ask is
python_module the formulas as code
"""
