"""``fakeprint data``: datasets from public sources to manifests one can train and measure on."""

import typer

from fakeprint.cli import (
    data_audit,
    data_build,
    data_check,
    data_checkpoints,
    data_dedupe,
    data_download,
    data_gallery,
    data_import,
    data_legacy_split,
    data_manifest,
    data_match,
    data_self_blend,
    data_split,
    data_stats,
)

app = typer.Typer(no_args_is_help=True, help="Build, check and describe datasets.")

app.command("audit")(data_audit.audit_command)
app.command("import")(data_import.import_command)
app.command("merge")(data_manifest.merge_command)
app.command("filter")(data_manifest.filter_command)
app.command("sample")(data_manifest.sample_command)
app.command("count")(data_manifest.count_command)
app.command("verify")(data_manifest.verify_command)
app.command("card")(data_manifest.card_command)
app.command("match")(data_match.match_command)
app.command("self-blend")(data_self_blend.self_blend_command)
app.command("check")(data_check.check_command)
app.command("dedupe")(data_dedupe.dedupe_command)
app.command("split")(data_split.split_command)
app.command("leakage")(data_split.leakage_command)
app.command("legacy-split")(data_legacy_split.legacy_split_command)
app.command("stats")(data_stats.stats_command)
app.command("download")(data_download.download_command)
app.command("checkpoints")(data_checkpoints.checkpoints_command)
app.command("gallery")(data_gallery.gallery_command)
app.command("build-d3")(data_build.build_command)
app.command("measure-mix")(data_build.measure_command)
