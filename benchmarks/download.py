"""How fast the downloader is, against a plain loop and against a pool that only reads, hashes and renames.

    python benchmarks/download.py [--files 5000] [--latency-ms 0 50] [--connections 32 128] [--img2dataset PYTHON] [--kills 20]

One server process on loopback serves different small JPEG files (64 x 64 to 128 x 128) from memory.  Every contestant fetches the same
list; images per second, processor seconds of the contestant (children included) and, for ours, the ratio to the bare pool.  ``--kills``
also kills a run at that many random moments and compares the resumed set with an uninterrupted one.  ``--img2dataset`` is the Python of
an environment that has it.  Prints one JSON document; rounds alternate, and the median counts, because machines are shared.
"""

import argparse
import asyncio
import json
import os
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

DIFFERENT = 200


def pictures() -> list[bytes]:
    """Return small JPEG files, 2 to 8 KB."""
    rng = np.random.default_rng(0)
    found = []
    for number in range(DIFFERENT):
        side = 64 + 8 * (number % 9)
        image = Image.fromarray(rng.integers(0, 255, (16, 16, 3), dtype=np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
        buffer = BytesIO()
        image.save(buffer, "JPEG", quality=85)
        found.append(buffer.getvalue())
    return found


class Answering(asyncio.Protocol):
    """Answers every GET with a picture, chosen by the number in the path, after a pause."""

    def __init__(self, answers: list[bytes], pause_s: float) -> None:
        self._answers, self._pause, self._data = answers, pause_s, b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer what is complete."""
        self._data += data
        while b"\r\n\r\n" in self._data:
            head, self._data = self._data.split(b"\r\n\r\n", 1)
            path = head.split(b" ", 2)[1]
            answer = b"HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n"
            if path.startswith(b"/i/"):
                answer = self._answers[int(path[3:]) % DIFFERENT]
            if self._pause:
                asyncio.get_running_loop().call_later(self._pause, self._transport.write, answer)
            else:
                self._transport.write(answer)


async def serve(pause_s: float) -> None:
    """Serve until killed; print the port."""
    answers = [b"HTTP/1.1 200 OK\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(one) + one for one in pictures()]
    server = await asyncio.get_running_loop().create_server(lambda: Answering(answers, pause_s), "127.0.0.1", 0, backlog=2048)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def running_server(latency_ms: float) -> Iterator[int]:
    """Run the server in a process of its own; give its port."""
    command = [sys.executable, __file__, "--serve", str(latency_ms / 1000)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield int(process.stdout.readline())
        finally:
            process.kill()


def bare(urls: list[str], folder: Path, connections: int) -> None:
    """Read, hash, write and rename over kept connections, nothing else."""

    async def worker(todo: Iterator[tuple[int, str]]) -> None:
        parts = urlsplit(urls[0])
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        for number, url in todo:
            writer.write(f"GET {urlsplit(url).path} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length"))
            body = await reader.readexactly(length)
            sha256(body).hexdigest()
            part = folder / f"{number}.part"
            part.write_bytes(body)
            part.rename(folder / f"{number}.jpg")
        writer.close()

    async def pool() -> None:
        todo = iter(enumerate(urls))
        await asyncio.gather(*(worker(todo) for _ in range(connections)))

    asyncio.run(pool())


def loop(urls: list[str], folder: Path, _connections: int) -> None:
    """Fetch one after the other with requests, as the original does (without its pause of a second)."""
    import requests

    for number, url in enumerate(urls):
        answer = requests.get(url, timeout=30)
        if answer.status_code == 200:
            (folder / f"{number}.jpg").write_bytes(answer.content)


def ours(urls: list[str], folder: Path, connections: int) -> None:
    """Fetch with every check on."""
    from fakeprint.collect.download import download
    from fakeprint.collect.rules import DownloadConfig, Pace
    from fakeprint.collect.wanted import Wanted

    pace = Pace(workers=connections, per_host=connections, delay_s=0, decoders=2)
    wanted = [Wanted(f"{number}.jpg", url) for number, url in enumerate(urls)]
    summary = download(wanted, folder, DownloadConfig(pace=pace, allowed=frozenset({urlsplit(urls[0]).netloc})))
    assert summary.counts == {"ok": len(urls)}, summary.counts


CONTESTANTS: dict[str, Callable[[list[str], Path, int], None]] = {"bare": bare, "ours": ours, "loop": loop}


def measure(name: str, port: int, files: int, connections: int) -> dict[str, float]:
    """Run one contestant in a process of its own."""
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, __file__, "--run", name, str(port), str(files), str(connections), scratch]
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
        found = json.loads(answer.stdout.splitlines()[-1])
        assert len(list(Path(scratch).glob("*.jpg"))) == files
        return {key: float(value) for key, value in found.items()}


def run_contestant(name: str, port: int, files: int, connections: int, folder: Path) -> None:
    """Time one contestant, its imports not counted, and print the result."""
    urls = [f"http://127.0.0.1:{port}/i/{number}" for number in range(files)]
    if name == "ours":
        import fakeprint.collect.download  # noqa: F401
    started = time.perf_counter()
    CONTESTANTS[name](urls, folder, connections)
    seconds = time.perf_counter() - started
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    print(json.dumps({"seconds": seconds, "cpu": sum(one.ru_utime + one.ru_stime for one in used)}))


def img2dataset(python: str, port: int, files: int, connections: int) -> dict[str, float]:
    """Run img2dataset from another environment on the same list, without resizing."""
    with tempfile.TemporaryDirectory() as scratch:
        listing = Path(scratch) / "urls.txt"
        listing.write_text("\n".join(f"http://127.0.0.1:{port}/i/{number}" for number in range(files)))
        program = (
            "import sys; from img2dataset import download\n"
            "download(url_list=sys.argv[1], output_folder=sys.argv[2], processes_count=2, thread_count=int(sys.argv[3]), "
            "resize_mode='no', output_format='files', disallowed_header_directives=['noai'])"
        )
        started = time.perf_counter()
        command = [python, "-c", program, str(listing), f"{scratch}/out", str(connections)]
        subprocess.run(
            command, check=True, capture_output=True, env={**os.environ, "WANDB_MODE": "disabled", "NO_ALBUMENTATIONS_UPDATE": "1"}
        )
        seconds = time.perf_counter() - started
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        count = len(list((Path(scratch) / "out").rglob("*.jpg")))
        return {"seconds": seconds * files / max(1, count), "cpu": used.ru_utime + used.ru_stime}


def compare(files: int, latency_ms: float, connections: int, rounds: int, python: str | None) -> dict[str, object]:
    """Let the contestants take turns."""
    results: dict[str, list[dict[str, float]]] = {}
    sizes = {"loop": min(files, 1000) if latency_ms else files}
    with running_server(latency_ms) as port:
        for _ in range(rounds):
            for name in CONTESTANTS:
                count = sizes.get(name, files)
                found = measure(name, port, count, connections)
                results.setdefault(name, []).append({"images_s": count / found["seconds"], "cpu_ms_image": 1000 * found["cpu"] / count})
            if python:
                found = img2dataset(python, port, files, connections)
                results.setdefault("img2dataset", []).append({"images_s": files / found["seconds"]})
    table = {name: {key: round(statistics.median(one[key] for one in runs), 2) for key in runs[0]} for name, runs in results.items()}
    ratios = [a["images_s"] / b["images_s"] for a, b in zip(results["ours"], results["bare"], strict=True)]
    return {
        "latency_ms": latency_ms,
        "connections": connections,
        "files": files,
        "rounds": rounds,
        "load": round(os.getloadavg()[0], 1),
        **table,
        "ours_to_bare": round(statistics.median(ratios), 2),
        "ours_to_bare_rounds": [round(one, 2) for one in ratios],
        "ours_to_loop": round(table["ours"]["images_s"] / table["loop"]["images_s"], 1),
    }


def kill_and_resume(files: int, kills: int) -> dict[str, object]:
    """Kill a download at random moments until it ends; the set of files must equal that of an uninterrupted run."""
    draw = random.Random(0)
    with tempfile.TemporaryDirectory() as scratch, running_server(5) as port:
        meta, folder = Path(scratch) / "meta.json", Path(scratch) / "out"
        meta.write_text(json.dumps({f"{n % 7}/{n}.jpg": {"url": f"http://127.0.0.1:{port}/i/{n}"} for n in range(files)}))
        flags = ["--delay", "0", "--per-host", "16", "--workers", "16", "--allow-address", f"127.0.0.1:{port}", "--no-progress"]
        command = [sys.executable, "-m", "fakeprint", "data", "download", "--meta_file", str(meta), *flags]
        started = time.perf_counter()
        subprocess.run([*command, "--save_dir", f"{scratch}/whole"], check=True, capture_output=True)
        seconds = time.perf_counter() - started
        done, broken = 0, 0
        whole = contents(Path(scratch) / "whole")
        while done < kills:
            process = subprocess.Popen([*command, "--save_dir", str(folder)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                process.wait(timeout=draw.uniform(0.3, 1.5 + seconds / kills))
                shutil.rmtree(folder)  # it ended before the kill: begin anew
            except subprocess.TimeoutExpired:
                process.send_signal(signal.SIGKILL)
                process.wait()
                done += 1
                if folder.exists():
                    broken += sum(whole.get(name) != digest for name, digest in contents(folder).items())
        subprocess.run([*command, "--save_dir", str(folder)], check=True, capture_output=True)
        same = contents(folder) == whole
        return {"files": files, "kills": done, "same_set": same, "partial_or_wrong_files_seen": broken}


def contents(folder: Path) -> dict[str, str]:
    """Return the visible files with their hashes."""
    found = (path for path in folder.rglob("*.jpg") if ".parts" not in path.parts)
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in found}


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=5000)
    parser.add_argument("--latency-ms", type=float, nargs="+", default=[0, 50])
    parser.add_argument("--connections", type=int, nargs="+", default=[32, 128])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--img2dataset", default=None)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--serve", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--run", nargs=5, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve is not None:
        asyncio.run(serve(arguments.serve))
    if arguments.run:
        name, port, files, connections, folder = arguments.run
        run_contestant(name, int(port), int(files), int(connections), Path(folder))
        return 0
    pairs = list(zip(arguments.latency_ms, arguments.connections, strict=True))
    speed = [compare(arguments.files, latency, count, arguments.rounds, arguments.img2dataset) for latency, count in pairs]
    kills = kill_and_resume(min(arguments.files, 3000), arguments.kills) if arguments.kills else None
    print(json.dumps({"processors": os.cpu_count(), "speed": speed, "kill_and_resume": kills}, indent=1))
    return 0 if kills is None or kills["same_set"] else 1


if __name__ == "__main__":
    sys.exit(main())
