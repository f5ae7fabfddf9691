"""Proofs of claims on their whole domain, by certified branch and bound.

intervals     many intervals at once, their ends rounded outwards
sums          spectral sums as sums of positive terms, enclosed for a range of every kappa
problem       a claim as an inequality over boxes
kappas        rigorous brackets of kappa
bounds        lower bounds of the inequality on boxes
search        boxes are bounded, and halved where the bound does not do
certificate   the leaves of a proof, written down for a second reader
"""
