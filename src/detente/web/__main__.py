"""`detente serve`, and the same as `python -m detente.web`: the page and the API on this machine."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from detente.errors import DetenteError
from detente.extras import EXTRAS, need
from detente.files import target_folder


def out_folder(path: Path | None) -> Path | None:
    """Callback of every option that names a folder to write into."""
    return None if path is None else target_folder(path)


def folder_name(text: str) -> Path:
    """Parser of every option that names a folder: an empty name, as of a variable that is not set, is not the current folder."""
    if not text:
        raise typer.BadParameter("the name of the folder is empty; give . for the current folder")
    return Path(text)


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on; other machines reach it only with a token.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on; 0 takes a free one.")] = 8000,
    data: Annotated[
        Path | None,
        typer.Option(
            help="Where jobs and results are kept; the user's data folder if absent.",
            callback=out_folder,
            parser=folder_name,
            metavar="FOLDER",
        ),
    ] = None,
    token: Annotated[
        str | None, typer.Option(envvar="DETENTE_TOKEN", help="Word that lets people in; needed beyond this machine.")
    ] = None,
    name: Annotated[list[str] | None, typer.Option("--name", help="A host name it answers to; repeat for more.")] = None,
    proxy: Annotated[
        bool, typer.Option("--proxy", help="Behind a proxy on this machine: believe its X-Forwarded headers.")
    ] = False,
    solvers: Annotated[int, typer.Option(min=0, max=256, help="Quick answers at once; 0 is one a core.")] = 0,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Long jobs at once.")] = 1,
    open_page: Annotated[bool, typer.Option("--open", help="Open the page in the browser.")] = False,
) -> None:
    """Serve the page and the API until interrupted."""
    for package in EXTRAS["serve"]:
        need(package)
    from detente.web.app import serve as run
    from detente.web.settings import Settings

    settings = Settings(
        host=host,
        port=port,
        data=data,
        token=token or None,
        names=tuple(name or ()),
        proxy=proxy,
        solvers=solvers,
        workers=workers,
    )
    run(settings, open_page=open_page)


def mcp() -> None:
    """Answer an assistant over standard input and output (Model Context Protocol), read-only; extras `serve`, `mcp`."""
    for package in (*EXTRAS["serve"], *EXTRAS["mcp"]):
        need(package)
    from detente.web.assistant import server

    server().run("stdio")


if __name__ == "__main__":
    try:
        typer.run(serve)
    except DetenteError as error:
        sys.stderr.write(f"error {error}\n")
        sys.exit(error.exit_code)
