"""The main job on real media: write marked, signed and broken files, add photographs that installed packages carry, scan them all.

    python examples/demo.py [FOLDER]

Ends with the path of an HTML report.  Nothing is fetched.
"""

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from broken_media import write_broken
from generated_media import write_all
from signed_media import Authority, write_variants
from watermarked_media import write_watermarked

PHOTOGRAPHS = (
    ("sklearn", "datasets/images/china.jpg"),
    ("sklearn", "datasets/images/flower.jpg"),
    ("matplotlib", "mpl-data/sample_data/grace_hopper.jpg"),
)


def copy_photographs(folder: Path) -> list[Path]:
    """Copy the sample photographs of scikit-learn and matplotlib; returns those that were there."""
    copied = []
    folder.mkdir(parents=True, exist_ok=True)
    for package, inside in PHOTOGRAPHS:
        spec = find_spec(package)
        source = Path(spec.origin).parent / inside if spec and spec.origin else None
        if source and source.exists():
            copied.append(Path(shutil.copy(source, folder)))
    return copied


def main() -> int:
    """Write the media, scan them and name the report."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "demo")
    media = folder / "media"
    shutil.rmtree(media, ignore_errors=True)
    photographs = copy_photographs(media / "photographs")
    signed = write_variants(media / "signed", Authority.make())
    anchors = signed["trust-list.pem"].rename(folder / "trust-anchors.pem")
    write_watermarked(photographs, media / "watermarked")
    write_all(media / "generated")
    write_broken(media / "broken")

    report = folder / "report.html"
    scan = [sys.executable, "-m", "fakeprint", "scan", str(media), "--out", str(report), "--trust-anchors", str(anchors)]
    code = subprocess.run(scan, check=False).returncode
    if code not in (0, 3):  # 3: the broken files failed, as they should
        return code
    print(f"\nReport: {report.resolve()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
