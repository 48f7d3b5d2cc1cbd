"""Bytes to pixels and back: walk, probe, decode, sandbox.  The only folder that decodes untrusted bytes."""
