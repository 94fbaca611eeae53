"""What the model said against what happened: the tariffs of 2018–19, those of 2025, and past rounds of talks.

`trade_2018`, `trade_2025` and `rounds` each have a function of their own name. Nothing here feeds back into parameters: the
elasticity that would have fitted best is reported as a finding.
"""
