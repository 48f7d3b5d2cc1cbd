"""``fakeprint data checkpoints``: names for the checkpoint hashes of a dataset."""

from pathlib import Path
from typing import Annotated

import typer


def checkpoints_command(
    hashes: Annotated[list[str] | None, typer.Argument(help="Hashes of 8 or 10 hexadecimal digits.")] = None,
    from_file: Annotated[Path | None, typer.Option(help="A hash, or a hash and a count of images, on each line.")] = None,
    cache: Annotated[Path, typer.Option(help="Where answers are remembered.")] = Path("checkpoints.json"),
    online: Annotated[bool, typer.Option("--online", help="Ask the catalogue for what the cache does not hold.")] = False,
    catalogue: Annotated[str | None, typer.Option(help="Address with {hash} in it.")] = None,
    delay: Annotated[float, typer.Option(min=0, help="Seconds between two questions.")] = 1.0,
    threshold: Annotated[int, typer.Option(min=0, help="More images than this make a model a class.")] = 200,
    urls: Annotated[bool, typer.Option("--urls", help="Print the original's list: hash, tab, address.")] = False,
    allow_address: Annotated[list[str] | None, typer.Option(help="HOST:PORT that may lie in a private network (repeat).")] = None,
) -> None:
    """Look checkpoint hashes up in a catalogue; without --online only the cache is asked.

    Exit codes: 0 all are known or known to be unknown, 2 usage, 3 some could not be looked up, 5 no hash given.
    """
    from fakeprint.cli.exit_codes import ExitCode
    from fakeprint.collect.checkpoints import CATALOGUE, CheckpointCache, model_urls, named_classes, normal_hash, resolve
    from fakeprint.collect.rules import DownloadConfig, Pace
    from fakeprint.core.errors import UsageError
    from fakeprint.core.sanitise import plain

    images: dict[str, int] = {}
    wanted = list(hashes or ())
    if from_file is not None:
        for line in from_file.read_text(encoding="utf-8").splitlines():
            words = line.split()
            if words:
                wanted.append(words[0])
                value = normal_hash(words[0])
                if value and len(words) > 1 and words[1].isdigit():
                    images[value] = int(words[1])
    if not wanted:
        raise typer.Exit(ExitCode.NO_INPUT)
    if catalogue is not None and not online:
        raise UsageError("--catalogue is only asked with --online")
    config = DownloadConfig(pace=Pace(delay_s=delay), allowed=frozenset(allow_address or ()))
    found = resolve(wanted, CheckpointCache(cache), online=online, catalogue=catalogue or CATALOGUE, config=config)
    if urls:
        typer.echo(model_urls(found), nl=False)
    else:
        classes = named_classes(found, images, threshold)
        for value, entry in found.items():
            state = "not looked up" if entry is None else "unknown to the catalogue" if not entry.found else entry.model or "without a name"
            typer.echo("\t".join([value, plain(state), plain((entry and entry.version) or ""), classes.get(value, "")]))
    raise typer.Exit(ExitCode.INPUT_FAILED if None in found.values() else ExitCode.OK)
