"""The rungs of a check, cheapest evidence first, over the cases of any claim.

case          what the rungs ask of a claim: its cases, both sides of each, how to try one
formula       a user's formula at a place: its pieces, its limit, its signs
climb         the rungs that ask theory
on_trial      the rung that simulates
worst         where a margin is least; choosers walks through a domain for it
search        the smallest place where a claim still fails
"""
