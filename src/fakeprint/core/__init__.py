"""The nouns: records that flow between the verbs.  Imports no decoder, no torch, no ONNX."""
