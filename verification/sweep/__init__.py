"""Sweeps: a grid of settings, theory and simulation side by side, in a table that can be resumed.

A sweep is planned (every setting read and validated), run (task by task on any engine, each
finished row kept in a store), and tabulated (in the order of the grid).
"""
