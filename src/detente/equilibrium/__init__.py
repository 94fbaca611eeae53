"""How markets answer: parameters, the system of equations, the solver, outcomes."""

from detente.equilibrium.levels import Equilibrium
from detente.equilibrium.outcome import Outcome
from detente.equilibrium.parameters import Parameters, horizon
from detente.equilibrium.solve import Solver, solve

__all__ = ["Equilibrium", "Outcome", "Parameters", "Solver", "horizon", "solve"]
