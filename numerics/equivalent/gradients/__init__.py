"""Derivatives of the asks of a process along its parameters.

gradient      every ask along every parameter asked for
dual_ring     the solver on dual numbers over any ring
moving_fit    how a fit moves with its parameters: the implicit equations
"""
