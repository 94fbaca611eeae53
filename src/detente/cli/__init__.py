"""The command line. Quiet and fast: heavy modules load only inside the commands that need them.

Exit codes: 0 done, 1 a fault of our own, 2 bad input, 3 a computation that did not reach an answer. What commands share is in
`common`.
"""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from detente import __version__
from detente.cli import (
    beside,
    check,
    data,
    dispatch,
    doctor,
    dossier,
    estimate,
    exposure,
    politics,
    questions,
    runs,
    table,
    trade,
    validate,
    watch,
    world,
)
from detente.cli.common import any_terminal, out, print_error
from detente.cli.logs import current, log
from detente.cli.new import new
from detente.cli.reply import spoken
from detente.cli.shapes import named
from detente.errors import DetenteError
from detente.interpreter import collect_rarely
from detente.web.__main__ import mcp, serve

app = typer.Typer(
    name="detente",
    help="An open laboratory for trade wars and the talks that end them.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(questions.brief)
app.command()(new)
app.command()(check.check)
app.command()(doctor.doctor)
app.command("schema")(dossier.print_schema)
app.command()(serve)
app.command()(mcp)
app.command()(runs.solve)
app.command()(watch.stress)
app.command()(questions.nash)
app.command()(questions.bargain)
app.command()(questions.deal)
app.command()(questions.regimes)
app.command()(questions.control)
app.command()(questions.talks)
app.command()(questions.truce)
app.command()(questions.bystander)
app.command()(table.table)
app.command()(questions.path)
app.command()(questions.jobs)
app.command()(exposure.exposure)
app.command()(politics.politics)
app.command()(beside.uncertainty)
app.command()(beside.reaction)
app.command()(beside.exercises)
app.command()(runs.compare)
app.command()(runs.changed)
app.command()(questions.outlook)
app.command()(watch.watch)
app.command()(dispatch.dispatch)
app.command()(questions.rates)
app.command()(questions.ensemble)
app.command()(runs.rerun)
app.command()(watch.backtest)
app.command()(estimate.estimate)
app.command()(dossier.read)
world.worlds.command()(trade.trade)
world.worlds.command()(trade.duties)
app.add_typer(world.worlds, name="world")
app.add_typer(dossier.dossiers, name="dossier")
app.add_typer(dossier.policies, name="policy")
app.add_typer(data.data, name="data")
app.add_typer(validate.validate, name="validate")


def _answer_first(family: typer.Typer, *words: str) -> None:
    """Every command says the answer first and has `--full`; the briefing and the server say what they write and where,
    a schema is printed whole.

    In JSON every command names the shape of its answer, which is called as the command is.
    """
    for command in family.registered_commands:
        if command.callback is None:
            continue
        name = command.name or command.callback.__name__.replace("_", "-")
        if command.callback not in (questions.brief, dossier.print_schema, serve, mcp, doctor.doctor):
            command.callback = spoken(command.callback, out)
        command.callback = named("-".join((*words, name)), command.callback)
    for group in family.registered_groups:
        if group.typer_instance is not None:
            _answer_first(group.typer_instance, *words, str(group.name))


_answer_first(app)


def main() -> None:
    """Run the command line; named failures become one message and an exit code, faults of our own too: the log has them whole."""
    any_terminal()
    # many small matrices in several threads of our own: more threads inside each cost an eighth of a briefing's processor time
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    collect_rarely()
    try:
        app()
    except DetenteError as error:
        log.warning("refused: %s", error)
        print_error(str(error))
        sys.exit(error.exit_code)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except OSError as error:
        log.warning("the system refused", exc_info=True)
        place = f" {error.filename}" if error.filename else ""
        print_error(f"{error.strerror or error}{place}")
        sys.exit(2)
    except Exception as error:
        log.exception("a fault of detente's own")
        if (kept := current.kept) is None:  # nowhere else to read it
            raise
        from detente.words import refusal

        print_error(refusal("cli", "ours", kind=type(error).__name__, text=str(error), place=str(kept)))
        sys.exit(1)
    finally:
        current.end()


def _version(value: bool) -> None:
    if value:
        out.print(f"detente {__version__}", highlight=False)
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", help="Say on standard error what is done and how long it takes, as the log file has it."),
    ] = False,
) -> None:
    """An open laboratory for trade wars and the talks that end them."""
    current.begin(sys.argv[1:], verbose=verbose)


if __name__ == "__main__":
    main()
