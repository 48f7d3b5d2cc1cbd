"""Write PNG copies of photographs that carry the open dwtDct watermark of known generators.

python examples/watermarked_media.py PHOTOGRAPH... FOLDER
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

from fakeprint.provenance.dwt_dct import MESSAGES, Carrier, encode


def write_watermarked(photographs: list[Path], folder: Path) -> list[Path]:
    """Mark the photographs in turn with every known message and return the paths written."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number, message in enumerate(MESSAGES):
        source = photographs[number % len(photographs)]
        pixels = np.asarray(Image.open(source).convert("RGB"))
        marked = encode(pixels, message, Carrier.UINT8_BGR)
        path = folder / f"{source.stem}-{message.key}.png"
        Image.fromarray(marked).save(path)
        paths.append(path)
    return paths


if __name__ == "__main__":
    for written in write_watermarked([Path(name) for name in sys.argv[1:-1]], Path(sys.argv[-1])):
        print(written)
