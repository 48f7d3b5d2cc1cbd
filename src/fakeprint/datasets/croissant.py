"""The dataset card in Croissant 1.0 JSON-LD, which dataset search engines and loaders read (mlcommons.org/croissant)."""

import hashlib
import json
from pathlib import Path

from fakeprint.core.manifest import ManifestHeader
from fakeprint.datasets.columns import COLUMNS
from fakeprint.datasets.summary import UNKNOWN, Summary

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_MEANING = {
    "id": "Unique name of the sample.",
    "path": "Path of the file, relative to the folder of the manifest; ARCHIVE!/MEMBER inside archives.",
    "label": "authentic, synthetic or manipulated.",
    "split": "train, val, dev, calib or test.",
    "group": "What must stay in one split.",
    "source": "Collection that the file was taken from.",
    "generator": "Model or method that made the file.",
    "family": "Coarser name of the generator.",
    "generator_version": "Version or checkpoint of the generator.",
    "licence": "Licence of the file, empty where unknown.",
    "sha256": "Hash of the stored bytes.",
    "phash": "64-bit perceptual hash of the pixels.",
    "url": "Address that the file was published at.",
    "pair": "Id of the sample that shows the same content before manipulation.",
    "mask": "Path of the mask of what was changed.",
    "checkpoint_hash": "Hash of the checkpoint that made the file.",
    "record": "JSON of all other fields.",
}


def croissant(header: ManifestHeader, summary: Summary, path: Path) -> str:
    """Return the JSON-LD of a stored manifest; its bytes are hashed, so the file must exist.

    A Parquet manifest is described column by column; of a JSONL manifest, whose first line is its header, only the file is described.
    """
    parquet = path.suffix == ".parquet"
    with path.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha256").hexdigest()
    licences = sorted({licence for _, licence in summary.licences if licence != UNKNOWN})
    document: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": header.name,
        "version": f"{header.version}.0.0" if header.version.isdigit() else header.version,
        "description": header.description or f"{summary.samples} labelled media files of {len(summary.sources)} sources.",
        "license": [header.terms] if header.terms else licences or [UNKNOWN],
        "citeAs": header.citation or "",
        "distribution": [
            {
                "@type": "cr:FileObject",
                "@id": "manifest",
                "name": path.name,
                "contentUrl": path.name,
                "contentSize": f"{path.stat().st_size} B",
                "encodingFormat": "application/x-parquet" if parquet else "application/jsonlines",
                "sha256": digest,
            }
        ],
    }
    if parquet:
        document["recordSet"] = [
            {
                "@type": "cr:RecordSet",
                "@id": "samples",
                "name": "samples",
                "description": f"One record for each of {summary.samples} files in {summary.groups} groups.",
                "key": {"@id": "samples/id"},
                "field": [_field(name) for name in COLUMNS],
            }
        ]
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def _field(name: str) -> dict[str, object]:
    return {
        "@type": "cr:Field",
        "@id": f"samples/{name}",
        "name": name,
        "description": _MEANING[name],
        "dataType": "sc:Text",
        "source": {"fileObject": {"@id": "manifest"}, "extract": {"column": name}},
    }
