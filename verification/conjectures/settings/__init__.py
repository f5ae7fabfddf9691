"""Conjectures about settings: what theory knows of one, and how one is put on trial.

claimed       the value of the formula at a setting, exact or in the limit
truth         what the derived theory knows of a quantity
subject       the claim as the rungs of a check see it
symbolic      proof by a catalogued theorem on the whole domain
scaling       log-log slopes
optimal       the optimal penalty by simulation
"""
