"""Fakeprint finds the prints that generators and editors leave on images and videos.

The verbs are modules: ``fakeprint.scan``, ``fakeprint.train``, ``fakeprint.evaluate``.  The package root exports nothing else,
so that importing it costs nothing.
"""

__version__ = "0.1.0"
