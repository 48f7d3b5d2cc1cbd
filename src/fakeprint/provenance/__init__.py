"""Examiners of what a file declares about its own origin.  Presence may be strong evidence; absence is evidence of nothing."""

TABLE: dict[str, str] = {
    "container": "fakeprint.provenance.container:ContainerExaminer",
    "c2pa": "fakeprint.provenance.c2pa:C2paExaminer",
    "iptc": "fakeprint.provenance.iptc:IptcExaminer",
    "generator-metadata": "fakeprint.provenance.generator_metadata:GeneratorMetadataExaminer",
    "aigc-label": "fakeprint.provenance.aigc_label:AigcLabelExaminer",
    "stealth-png": "fakeprint.provenance.stealth_png:StealthPngExaminer",
    "dwt-dct-watermark": "fakeprint.provenance.dwt_dct_watermark:DwtDctWatermarkExaminer",
    "closed-watermarks": "fakeprint.provenance.closed_watermarks:ClosedWatermarksExaminer",
}
