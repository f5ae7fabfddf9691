"""The one theorem: the limit of any pipeline of linear fits on Gaussian rows.

lowering      from the graph of a process to its pencil
pencil        the linear system in the Gaussian matrices; assembly puts one together
ring          what the solver asks of its numbers
lanes         the rows of a node, one number for each group
response      G and H by back-substitution; correlation: C, given them
asks          what is read off
formulas      the same in symbols
"""
