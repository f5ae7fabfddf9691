"""The one theorem in numbers: float64 for many points at once, balls for one.

evaluate      evaluate_process: every ask of a process
float64       the ring; profiles: the directions; sources: what sounds, along an axis
optimum       optimum_of_process: where an ask is least; search over one number, joint over several
balls         another ring, for any number of digits
fits          kappa and its kin, fit by fit; negative and several are its harder cases
residual      the four equations, checked on every solution
finiteness    fits whose expectation is infinite at every size
"""
