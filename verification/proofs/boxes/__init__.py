"""Certified branch and bound: an inequality on boxes of numbers.

problem       the inequality, its kappas, and the boxes
sums          spectral sums as sums of positive terms, enclosed for a range of every kappa
kappas        rigorous brackets of kappa
intervals     many intervals at once, their ends rounded outwards
bounds        lower bounds of the inequality on boxes
search        boxes are bounded, and halved where the bound does not do
certificate   the leaves of a proof, written down for a second reader
"""
