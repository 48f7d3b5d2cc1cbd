"""Annotated copies of images and videos: what detectors of faces said, drawn where and when they said it."""
