"""The builder of the default world, one step a module; `build` runs them in order.

sources, targets → final_demand → rest_of_world → rare_earths → baseline_tariffs → balance → classification → card
"""

from detente.build.build import FitReport, build_world

__all__ = ["FitReport", "build_world"]
