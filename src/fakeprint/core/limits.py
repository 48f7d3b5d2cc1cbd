"""Every bound on untrusted input, in one typed object (specs: reliability 2, provenance 2 and 5.2)."""

from pydantic import Field

from fakeprint.core.record import Record

MIB = 1 << 20
GIB = 1 << 30


class Limits(Record):
    """Bounds that hold for one run; all are reported in its run record.

    Sizes are bytes, times are seconds, counts are counts.

    >>> Limits().image_pixels
    50000000
    """

    image_bytes: int = Field(200 * 10**6, gt=0)
    image_pixels: int = Field(50_000_000, gt=0)
    image_side: int = Field(65_535, gt=0)
    image_seconds: float = Field(30.0, gt=0)
    image_frames: int = Field(64, gt=0)

    video_bytes: int = Field(20 * 10**9, gt=0)
    video_duration_s: float = Field(4 * 3600.0, gt=0)
    video_side: int = Field(16_383, gt=0)
    video_samples: int = Field(300, gt=0)
    video_frames: int = Field(20_000, gt=0)
    video_seconds: float = Field(600.0, gt=0)
    video_threads: int = Field(1, ge=1, le=2)

    text_chunk_bytes: int = Field(1 * MIB, gt=0)
    text_total_bytes: int = Field(64 * MIB, gt=0)
    xmp_bytes: int = Field(16 * MIB, gt=0)
    aigc_bytes: int = Field(1 * MIB, gt=0)
    metadata_bytes: int = Field(16 * MIB, gt=0)
    c2pa_bytes: int = Field(64 * MIB, gt=0)
    box_depth: int = Field(32, gt=0)
    box_count: int = Field(1024, gt=0)
    container_elements: int = Field(16_384, gt=0)
    tiff_pages: int = Field(2000, gt=0)
    tiff_sub_ifds: int = Field(1000, gt=0)
    xml_depth: int = Field(64, gt=0)
    stealth_compressed_bytes: int = Field(4 * MIB, gt=0)
    stealth_inflated_bytes: int = Field(16 * MIB, gt=0)
    prompt_chars: int = Field(10_000, gt=0)
    path_chars: int = Field(1024, gt=0)

    worker_memory_bytes: int = Field(4 * GIB, gt=0)
    worker_open_files: int = Field(256, gt=16)
    worker_items: int = Field(1000, gt=0)
