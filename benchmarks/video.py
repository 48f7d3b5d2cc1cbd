"""What a scan of a video costs beside a pipeline of DFSpot's shape, and whether its memory grows with the clip.

    python benchmarks/video.py [--clip CLIP] [--repeat 60] [--skip-large] [--large-frames 32]

Without ``--clip`` it makes ten seconds of 1280 x 720 at 30 frames per second with a drawn face that wanders.  Ours is the command
``fakeprint scan`` as it stands, start-up included.  The other side is what DFSpot does on a video (specs: dfspot 2, 4 to 8, 10): 32
frames evenly spaced, BlazeFace's front network on tiles of 720 pixels, one face of each frame through EfficientNetV2-L and ViT-L/16, both
plain and Siamese-tuned, all four in memory, in PyTorch.  Their weights are random, which costs the same; as random weights find no face,
a box in the middle of the frame stands for it.  Building the networks, which stands for loading 3.4 GB of checkpoints, is not counted.
The long clip is the same one ``--repeat`` times in a row, its packets copied.

CPU seconds are those of all processes.  Memory is the greatest sum, over the processes of a run, of what each has to itself and of its
share of what they have in common (PSS), looked at five times a second.  Prints one JSON document.  Linux only.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import av
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from fakeprint.core.card import FaceSpec

SIZE, RATE, SECONDS = (1280, 720), 30, 10


@dataclass(frozen=True)
class Cost:
    """What one run took: seconds, and bytes of memory at its peak."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def drawn_face(side: int) -> Image.Image:
    """Return a face painted with ellipses, which the shipped finder takes for one."""
    unit = side / 100
    image = Image.new("RGBA", (side, side))
    draw = ImageDraw.Draw(image)
    ovals: list[tuple[float, float, float, float, tuple[int, int, int]]] = [
        (50, 46, 36, 44, (60, 42, 30)),
        (50, 52, 30, 40, (214, 168, 140)),
    ]
    for x in (38, 62):
        ovals += [
            (x, 38, 9, 3, (92, 62, 46)),
            (x, 46, 8, 5, (172, 126, 104)),
            (x, 46, 6.5, 3.2, (236, 230, 226)),
            (x, 46, 3, 3.2, (44, 32, 28)),
        ]
    ovals += [
        (50, 60, 5, 9, (196, 146, 120)),
        (50, 66, 7, 3, (170, 116, 96)),
        (50, 77, 12, 4, (160, 78, 78)),
        (50, 76.5, 11, 1, (96, 40, 44)),
    ]
    for centre, y, wide, tall, colour in ovals:
        draw.ellipse([(centre - wide) * unit, (y - tall) * unit, (centre + wide) * unit, (y + tall) * unit], fill=colour)
    return image.filter(ImageFilter.GaussianBlur(unit * 1.2))


def write_clip(path: Path) -> Path:
    """Write the clip: a face that wanders before a still background with noise."""
    rng = np.random.default_rng(0)
    coarse = Image.fromarray(rng.integers(60, 200, (9, 16, 3), np.uint8))
    background = coarse.resize(SIZE, Image.Resampling.BICUBIC)
    face = drawn_face(300)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("h264", rate=RATE)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuv420p"
        for number in range(RATE * SECONDS):
            frame = background.copy()
            place = 490 + round(200 * np.sin(number / 40)), 200 + round(60 * np.cos(number / 25))
            frame.paste(face, place, face)
            noisy = np.asarray(frame).astype(np.int16) + rng.integers(-4, 5, (*SIZE[::-1], 1), np.int16)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(np.clip(noisy, 0, 255).astype(np.uint8), format="rgb24")))
        container.mux(stream.encode())
    return path


def repeat_clip(clip: Path, path: Path, times: int) -> Path:
    """Write a clip's video packets ``times`` times in a row, without decoding them."""
    with av.open(str(path), "w") as container:
        stream, offset, end = None, 0, 0
        for _ in range(times):
            with av.open(str(clip)) as source:
                video = source.streams.video[0]
                stream = stream or container.add_stream_from_template(video)
                for packet in source.demux(video):
                    if packet.dts is None or packet.pts is None:
                        continue
                    packet.dts, packet.pts = packet.dts + offset, packet.pts + offset
                    end = max(end, packet.pts + (packet.duration or 1))
                    packet.stream = stream
                    container.mux(packet)
            offset = end
    return path


def cost_of(command: list[str]) -> Cost:
    """Run a command to its end."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    peak, done = [0], threading.Event()
    watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
    watcher.start()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    done.set()
    watcher.join()
    if process.returncode:
        raise SystemExit(f"{command[2:4]} ended with {process.returncode}")
    return Cost(round(wall, 2), round(usage.ru_utime + usage.ru_stime, 2), round(peak[0] / 2**20, 1))


def _watch(root: int, peak: list[int], done: threading.Event) -> None:
    while not done.wait(0.2):
        peak[0] = max(peak[0], sum(map(_share, _tree(root))))


def _tree(root: int) -> Iterator[int]:
    yield root
    for task in Path(f"/proc/{root}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except OSError:
            continue
        for child in children:
            yield from _tree(int(child))


def _share(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except OSError:  # it has just ended
        return 0
    return next((int(line.split()[1]) << 10 for line in lines if line.startswith("Pss:")), 0)


def large_pipeline(clip: Path, count: int) -> dict[str, float]:
    """Do in this process what DFSpot does on one video; return seconds of each part and the score."""
    import torch

    from fakeprint.core.score_ensemble import ensemble, sequence_score
    from fakeprint.learn.backbone_classifier import BackboneClassifier
    from fakeprint.learn.blazeface import FrontNet
    from fakeprint.media.face_tiles import tiles_of

    nets = {
        name: BackboneClassifier(f"timm:{timm}", 224, 0.5, frozen=name.endswith("ST")).eval()
        for timm, pair in (("tf_efficientnetv2_l", ("TimmV2", "TimmV2ST")), ("vit_large_patch16_224", ("ViT", "ViTST")))
        for name in pair
    }
    finder = FrontNet().eval()
    built = time.perf_counter(), time.process_time()
    frames = _frames(clip, count)
    height, width = frames[0].shape[:2]
    tiles = [
        np.asarray(
            Image.fromarray(one[tile.top : tile.top + tile.height, tile.left : tile.left + tile.width]).resize(
                (128, 128), Image.Resampling.BOX
            )
        )
        for one in frames
        for tile in tiles_of(width, height, "compat720")
    ]
    with torch.inference_mode():
        finder(torch.from_numpy(np.stack(tiles)).permute(0, 3, 1, 2).float() / 127.5 - 1)
        crops = np.stack([_middle(one) for one in frames])
        batch = torch.from_numpy(crops).permute(0, 3, 1, 2).float() / 255
        logits = {name: net(batch)[0].tolist() for name, net in nets.items()}
    score = ensemble({name: sequence_score(one) for name, one in logits.items()}).score
    wall, cpu = time.perf_counter() - built[0], time.process_time() - built[1]
    return {"wall_s": round(wall, 2), "cpu_s": round(cpu, 2), "frames": len(frames), "tiles": len(tiles), "score": round(score or -1.0, 4)}


def _frames(clip: Path, count: int) -> list[np.ndarray]:
    with av.open(str(clip)) as container:
        stream = container.streams.video[0]
        total = stream.frames or sum(1 for _ in container.decode(stream))
        container.seek(0)
        wanted = set(np.linspace(0, total - 1, count).astype(int).tolist())
        return [frame.to_ndarray(format="rgb24") for at, frame in enumerate(container.decode(stream)) if at in wanted]


def _middle(frame: np.ndarray) -> np.ndarray:
    from fakeprint.media.faces import Face, crop_face

    height, width = frame.shape[:2]
    side = 0.3 * height
    box = (width - side) / 2, (height - side) / 2, (width + side) / 2, (height + side) / 2
    return crop_face(
        frame, Face(box, 0.9, np.zeros((6, 2), np.float32)), FaceSpec(size=224, scale=1.0, min_side=1, margin="dfspot", resize="scale")
    )


def _told(report: Path) -> str:
    """Return what the face-swap detector says of the clip, so that nobody takes a scan that saw no face for a fast one."""
    for one in json.loads(report.read_text(encoding="utf-8").splitlines()[0])["evidence"]:
        if one["examiner"] == "face-swap":
            return f"{one['status']}: {one['summary']}"
    return "did not run"


def measure(options: argparse.Namespace) -> dict[str, object]:
    """Return the measured numbers by name."""
    found: dict[str, object] = {"processors": os.cpu_count(), "load_before": round(os.getloadavg()[0], 1)}
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        clip = options.clip or write_clip(folder / "clip.mp4")
        scan = [sys.executable, "-m", "fakeprint", "scan", "--quiet", "--out", str(folder / "report.jsonl")]
        ours = cost_of([*scan, str(clip)])
        found["scan"] = asdict(ours) | {"face_swap": _told(folder / "report.jsonl")}
        if options.repeat > 1:
            long = repeat_clip(clip, folder / f"long{clip.suffix}", options.repeat)
            lasting = cost_of([*scan, str(long)])
            found["scan_long"] = asdict(lasting) | {"times_as_long": options.repeat}
            found["memory_ratio_long"] = round(lasting.peak_mb / ours.peak_mb, 2)
        if not options.skip_large:
            answer = folder / "large.json"
            whole = cost_of(
                [sys.executable, __file__, "--large", str(answer), "--clip", str(clip), "--large-frames", str(options.large_frames)]
            )
            large = json.loads(answer.read_text())
            found["dfspot_shaped"] = large | {"peak_mb": whole.peak_mb}
            found["cpu_ratio"] = round(large["cpu_s"] / ours.cpu_s, 1)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clip", type=Path)
    parser.add_argument("--repeat", type=int, default=60)
    parser.add_argument("--skip-large", action="store_true")
    parser.add_argument("--large-frames", type=int, default=32)
    parser.add_argument("--large", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.large is not None:
        options.large.write_text(json.dumps(large_pipeline(options.clip, options.large_frames)))
        return
    print(json.dumps(measure(options), indent=1))


if __name__ == "__main__":
    main()
