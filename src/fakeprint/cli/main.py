"""``fakeprint``: the entry point, its commands, and how errors become exit codes."""

import os
import sys
from typing import Annotated

import typer

from fakeprint import __version__
from fakeprint.cli import data, dfspot, doctor, evaluate, models, provenance, scan, schema, train
from fakeprint.cli.exit_codes import ExitCode

app = typer.Typer(
    name="fakeprint",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Finds the prints that generators and editors leave on images and videos.",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fakeprint {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: Annotated[bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version.")] = False,
) -> None:
    pass


app.command("scan")(scan.scan_command)
app.command("eval")(evaluate.eval_command)
app.command("train")(train.train_command)
app.command(
    "dfspot",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)(dfspot.dfspot_command)
app.command("doctor")(doctor.doctor_command)
app.command("schema")(schema.schema_command)
app.add_typer(data.app, name="data")
app.add_typer(models.app, name="models")
app.add_typer(provenance.app, name="provenance")


def main() -> None:
    """Run the command line; user errors end without a traceback."""
    from fakeprint.core.errors import FakeprintError, UsageError

    try:
        app()
    except FakeprintError as error:
        typer.echo(f"fakeprint: {error}", err=True)
        _drop_stdout()
        sys.exit(ExitCode.USAGE if isinstance(error, UsageError) else ExitCode.INTERNAL)
    except BrokenPipeError:
        _drop_stdout()
        sys.exit(ExitCode.OK)


def _drop_stdout() -> None:
    """Let the interpreter's last flush go nowhere, since the reader of stdout is gone or its disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    main()
