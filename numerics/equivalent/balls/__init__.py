"""The one theorem in balls, for one point: any number of digits, and radii that are a theorem.

digits        one point, at as many digits as it takes
ring          the ring of balls
roots         the fits, each root proved to be on its branch
flows         how far a sum over poles is from gradient flow
"""
