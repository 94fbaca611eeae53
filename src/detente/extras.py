"""Packages that `pip install detente` leaves out, and which extra brings each: the main job needs none of them.

>>> need("json").__name__
'json'
"""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from detente.errors import MissingPackage

EXTRAS = {
    "serve": ("fastapi", "uvicorn", "starlette", "cachetools", "prometheus_client"),
    "mcp": ("mcp",),
    "ensemble": ("pyarrow",),
    "xarray": ("xarray",),
    "cluster": ("dask", "distributed"),
    "tables": ("openpyxl", "pyxlsb", "pooch", "requests"),
    "build": ("pyfixest",),
    "api": ("comtradeapicall", "wbgapi"),
    "pdf": ("weasyprint",),
}
"""Extra → the packages it brings; the same names stand in pyproject.toml."""
OF = {package: extra for extra, packages in EXTRAS.items() for package in packages}


def need(module: str) -> ModuleType:
    """A module of an extra, imported. Raises `MissingPackage` with the command that installs it."""
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        package = str(error.name or module).partition(".")[0]
        if package not in OF:
            raise
        raise MissingPackage(package, OF[package]) from None
