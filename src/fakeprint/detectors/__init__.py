"""Examiners that run a learned model on pixels or faces.  Models come as artifacts: a folder with a card and an ONNX graph."""

TABLE: dict[str, str] = {
    "synthetic-image": "fakeprint.detectors.synthetic_image:SyntheticImageDetector",
    "face-swap": "fakeprint.detectors.face_swap:FaceSwapDetector",
    "generator": "fakeprint.detectors.generator:GeneratorDetector",
}
