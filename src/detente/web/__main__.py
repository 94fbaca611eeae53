"""`python -m detente.web`: the server with the settings of the environment; `detente serve` has them as options."""

from __future__ import annotations

import os
import sys

from detente.errors import DetenteError
from detente.web.app import serve
from detente.web.settings import Settings

if __name__ == "__main__":
    try:
        serve(Settings(token=os.environ.get("DETENTE_TOKEN") or None))
    except DetenteError as error:
        sys.exit(f"error {error}")
