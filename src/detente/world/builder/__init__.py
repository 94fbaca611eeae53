"""The builder of the default world, one step a module; `detente.world.build` runs them in order.

accounts → imputation → rest_of_world → rare_earths → baseline_tariffs → balance → aggregation → fit
"""
