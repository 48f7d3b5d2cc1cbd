"""Examiners of classical traces.  They describe the file's history; alone they seldom say how it was made."""

TABLE: dict[str, str] = {
    "jpeg-history": "fakeprint.signals.jpeg_history:JpegHistoryExaminer",
    "exif-consistency": "fakeprint.signals.exif_consistency:ExifConsistencyExaminer",
    "spectral-peaks": "fakeprint.signals.spectral_peaks:SpectralPeaksExaminer",
    "noise-residual": "fakeprint.signals.noise_residual:NoiseResidualExaminer",
}
