"""Carries out ``fakeprint dfspot``: everything that can be wrong is told before a model is loaded."""

import sys
from pathlib import Path

from fakeprint.annotate import Annotating
from fakeprint.cli.annotate_run import Followers, Following
from fakeprint.cli.dfspot_models import Members, find_members, missing_text
from fakeprint.cli.dfspot_options import Options
from fakeprint.cli.exit_codes import ExitCode, strongest
from fakeprint.cli.guards import Terminated, output_errors, stop_on_sigterm
from fakeprint.cli.progress import progress_over
from fakeprint.core.errors import UsageError
from fakeprint.core.limits import Limits
from fakeprint.core.offline import forbid_network
from fakeprint.detectors.artifact import CARD
from fakeprint.detectors.pull import models_folder
from fakeprint.examiners import examiner_names
from fakeprint.media.annotate.plan import Style
from fakeprint.media.examiner import Settings
from fakeprint.media.inputs import Input, find_inputs
from fakeprint.reports.dfspot import IMAGE_ENDINGS, VIDEO_ENDINGS, LegacyLists, Terms
from fakeprint.scan import ScanConfig, open_run, scan_inputs

_SHORT = {"TimmV2": "V2", "TimmV2ST": "V2ST", "ViT": "ViT", "ViTST": "ViTST"}


def run_dfspot(options: Options) -> ExitCode:
    """Score, write the lists, and return the exit code: 0 only if every file was scored.

    Raises:
        UsageError, ArtifactError: before any file is decoded.
    """
    if options.offline:
        forbid_network()
    chosen = choose_inputs(options)
    members = find_members(options)
    _say_notes(options, members)
    if not chosen:
        return ExitCode.NO_INPUT
    config = ScanConfig(
        limits=Limits(video_samples=max(Limits().video_samples, options.fpv)),
        skip=tuple(name for name in examiner_names() if name not in members.shipped),
    )
    settings = Settings(models=members.folders, frames=_frames(options), aggregate=options.aggregate)
    if _own_finder(options):
        settings = settings.model_copy(update={"face_finder": str(Path(options.blazeface_dir or "").resolve())})
    run = open_run(config, settings)
    codes: set[ExitCode] = set()
    with (
        stop_on_sigterm(),
        output_errors(options.output_dir),
        Followers(_following(options, members), config.limits, options.jobs, options.quiet) as follow,
    ):
        try:
            scanned = scan_inputs(enumerate(chosen), config, settings, run, jobs=options.jobs)
            for one in progress_over(scanned, on=not options.quiet):
                follow.take(chosen[one.report.index].path, one.report)
            codes |= follow.finish_copies()
        except (KeyboardInterrupt, Terminated) as stop:
            codes.add(ExitCode.INTERRUPTED if isinstance(stop, KeyboardInterrupt) else ExitCode.TERMINATED)
        codes |= follow.finish_lists()
    return strongest(*codes)


def _following(options: Options, members: Members) -> Following:
    strict = options.strict_compat
    terms = Terms(threshold=options.threshold, faces=options.faces, aggregate=options.aggregate, weights_set=options.dataset, strict=strict)
    lists = LegacyLists(
        options.output_dir,
        terms,
        form=options.format,
        models=members.models,
        absent=members.absent,
        appending=options.annotate,
        force=options.force,
        videos_folder=Path() if strict and not options.annotate else None,
    )
    if not options.annotate:
        return Following(None, lists)
    names = {examiner: _SHORT.get(shown, shown) for examiner, shown in members.models}
    copies = Annotating(options.output_dir, Style.DFSPOT, options.threshold, names, suffix="", first_dot=True)
    return Following(copies, lists)


def choose_inputs(options: Options) -> tuple[Input, ...]:
    """Return the files to score: videos sorted by path and chosen by position, then images, sorted.

    Raises:
        UsageError: a position is not in the list.
    """
    found = sorted(_listed(options), key=lambda one: one.shown)
    videos = [one for one in found if one.path.suffix.lower() in VIDEO_ENDINGS] if options.media_type != "image" else []
    images = [one for one in found if one.path.suffix.lower() in IMAGE_ENDINGS] if options.media_type != "video" else []
    if options.video_id is not None:
        wrong = [number for number in options.video_id if not 0 <= number < len(videos)]
        if wrong:
            raise UsageError(f"--video_id {wrong[0]}: there are {len(videos)} videos, numbered from 0")
        videos = [videos[number] for number in dict.fromkeys(options.video_id)]
    elif options.n is not None:
        videos = videos[: options.n]
    return (*videos, *images)


def _listed(options: Options) -> list[Input]:
    listed: list[Input] = []
    for given in options.data_dir:
        folder = Path(given)
        if not folder.exists() and not any(sign in given for sign in "*?["):
            raise UsageError(f"--data_dir {given}: there is no such file or folder")
        found = find_inputs([given])
        direct = folder.is_dir() and not options.recursive
        listed += [one for one in found if not direct or one.path.parent == folder]
    return listed


def _frames(options: Options) -> str:
    if options.annotate or options.all_frames:
        return "all"
    return f"fps:{options.fps:g}" if options.fps is not None else f"even:{options.fpv}"


def _own_finder(options: Options) -> bool:
    return options.blazeface_dir is not None and (options.blazeface_dir / CARD).is_file()


def _say_notes(options: Options, members: Members) -> None:
    notes = []
    if members.absent:
        notes.append(missing_text(members.absent, options.dataset, options.model_dir or models_folder()))
        notes.append(f"the score is the mean of {', '.join(shown for _, shown in members.models)} alone")
    if options.n is not None and options.video_id is not None:
        notes.append("--n has no effect beside --video_id")
    if options.blazeface_dir is not None and not _own_finder(options):
        notes.append(f"--blazeface_dir {options.blazeface_dir}: no artifact of a face finder lies there; ours finds the faces")
    if options.device not in {"0", "cpu", "auto"}:
        notes.append(f"--device {options.device}: models run on the processor")
    for note in notes if not options.quiet else ():
        print(f"fakeprint: {note}", file=sys.stderr)
