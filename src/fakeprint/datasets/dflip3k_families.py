"""The 27 base architectures of DFLIP-3K v2 with their number of versions; ids are positions (specs: dflip3k 5.1)."""

FAMILIES: tuple[tuple[str, int], ...] = (
    ("aura_flow", 1),
    ("chroma", 1),
    ("flux.1_d", 13),
    ("flux.1_s", 3),
    ("flux2-dev", 1),
    ("gpt-image-1", 1),
    ("hidream", 1),
    ("hunyuan", 1),
    ("illustrious", 35),
    ("imagen4", 1),
    ("kolors", 1),
    ("nano_banana", 1),
    ("nano_banana_pro", 1),
    ("noobai", 4),
    ("pixart", 1),
    ("playground_v2", 1),
    ("pony", 92),
    ("pony_v7", 1),
    ("qwen", 5),
    ("sd_1.5", 600),
    ("sd_2.1", 32),
    ("sd_3.5_large", 2),
    ("sd_3.5_medium", 1),
    ("sdxl_1.0", 583),
    ("seedream", 1),
    ("stable_cascade", 1),
    ("z-image", 1),
)


def family_named(name: str) -> str:
    """Return the family in the spelling of the table, or the name itself in lower case with underscores.

    >>> family_named("SDXL 1.0"), family_named("Flux.1 D"), family_named("Qwen"), family_named("New Net")
    ('sdxl_1.0', 'flux.1_d', 'qwen', 'new_net')
    """
    slug = "_".join(name.lower().split())
    return _SPELLINGS.get(slug.replace("-", "_"), slug)


_SPELLINGS = {name.replace("-", "_"): name for name, _ in FAMILIES}
