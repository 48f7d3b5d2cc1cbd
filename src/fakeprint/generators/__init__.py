"""How manipulated media are made: every output carries the Step that makes it again."""

from fakeprint.core.registry import Registry
from fakeprint.generators.self_blend import SelfBlend

GENERATORS: Registry[type[SelfBlend]] = Registry("generators", {"self-blend": "fakeprint.generators.self_blend:SelfBlend"})
