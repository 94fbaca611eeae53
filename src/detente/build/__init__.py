"""The builder of the default world, one step a module; `build` runs them in order.

inputs → final_demand (imputation) → rest_of_world → rare_earths → baseline_tariffs → balance → aggregation → fit, card
"""

from detente.build.build import build_world
from detente.build.fit import FitReport

__all__ = ["FitReport", "build_world"]
