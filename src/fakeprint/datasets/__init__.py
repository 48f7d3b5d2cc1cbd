"""Readers that turn tables, folders and public data sets into manifests."""

from collections.abc import Callable

from fakeprint.core.manifest import Manifest
from fakeprint.core.registry import Registry

Reader = Callable[..., Manifest]

DATASETS: Registry[Reader] = Registry(
    "datasets",
    {
        "table": "fakeprint.datasets.table:read_table",
        "folders": "fakeprint.datasets.folders:read_folders",
    },
)
