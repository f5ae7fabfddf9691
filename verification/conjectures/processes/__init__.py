"""Conjectures about processes: what is claimed, where, what the one theorem and simulation say.

place         a process with all numbers fixed; its domain, and points drawn from it
stated        the claim, read from a file
sides         the values of both sides, as balls around the theorem's, or of simulated means
allowed       what a limit is allowed at finite size: a fold over the fits
trial         draws of the difference of the two sides, put before the sequential test
subject       the claim as the rungs of a check see it
"""
