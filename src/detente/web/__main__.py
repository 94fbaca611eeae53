"""`python -m detente.web`: the same as `detente serve`."""

from __future__ import annotations

import sys

import typer

from detente.cli.common import print_error
from detente.cli.serve import serve
from detente.errors import DetenteError

if __name__ == "__main__":
    try:
        typer.run(serve)
    except DetenteError as error:
        print_error(str(error))
        sys.exit(error.exit_code)
