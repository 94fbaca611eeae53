"""The trade elasticity by months since the duty, estimated from customs panels.

duties → flows → projection → shrinkage → estimates (all of it in one record) → charts, page
"""
