"""The builder of the default world, one step a module; `build` runs them in order.

inputs → final_demand (imputation) → rest_of_world → rare_earths → baseline_tariffs → balance → aggregation → fit, card
"""

from detente.world.builder.build import build_world
from detente.world.builder.fit import FitReport

__all__ = ["FitReport", "build_world"]
