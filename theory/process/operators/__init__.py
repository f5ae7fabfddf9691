"""The operators of a process: one module for each kind, found by looking here.

A module declares the records of its nodes and, with `theory.process.builder.operator`, the words of
the language that make them.  An operator that is exact algebra over others adds their nodes and has
none of its own.
"""
