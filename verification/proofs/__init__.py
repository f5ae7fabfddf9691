"""Proofs of claims: for all sizes at once, or on the domain that is stated.

all_sizes     a proof by the first route that finds one
positivity    what is proved non-negative, and the polynomials that show it
ratios        Sigma = I: a claim as a rational function of the ratios and of 1/(1 + kappa)
any_spectrum  what is linear in spectral sums, level by level
pathwise      every design at once: the eigenvalues of X'X/T
whole_domain  a proof by boxes that fill the domain, or where to look for a counterexample
inequality    a claim about settings as what these boxes bound; process_inequality one about
              the asks of a process
boxes         certified branch and bound
"""
