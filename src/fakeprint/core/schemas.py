"""The JSON Schemas of the records that are written or sent; ``docs/schemas`` holds them and a test compares."""

import json

from pydantic import BaseModel

from fakeprint.core.prediction import Prediction
from fakeprint.core.report import Report, ReportSet
from fakeprint.core.run import RunRecord
from fakeprint.core.scorecard import Scorecard

RECORDS: dict[str, type[BaseModel]] = {
    "report": Report,
    "report-set": ReportSet,
    "run-record": RunRecord,
    "prediction": Prediction,
    "scorecard": Scorecard,
}


def schema_text(name: str) -> str:
    """Return one schema as indented JSON with a final newline; ``name`` is a key of :data:`RECORDS`."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **RECORDS[name].model_json_schema(mode="serialization")}
    return json.dumps(schema, indent=2, sort_keys=True) + "\n"
