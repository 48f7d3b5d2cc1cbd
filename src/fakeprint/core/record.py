"""The base of every type that is written or sent: frozen, closed, versioned by its outermost record."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

SCHEMA_VERSION: Literal["1.0"] = "1.0"


class Record(BaseModel):
    """A frozen pydantic model that refuses unknown fields and NaN."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
