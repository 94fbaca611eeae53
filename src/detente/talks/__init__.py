"""How they bargain: divisions, games of stances, stand-offs, reputation, truces, promises and bystanders.

Every function here takes payoffs as plain numbers and never solves an equilibrium; `strategy/` computes the payoffs. What a cut
of a critical input does to output, month by month, is in `equilibrium/chokepoints.py`.
"""
