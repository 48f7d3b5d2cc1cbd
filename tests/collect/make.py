"""A server that behaves badly on demand, on loopback, and pictures for it to serve."""

import asyncio
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Awaitable, Callable
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from PIL import Image

Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter, str], Awaitable[bool]]


def picture(seed: int = 0, fmt: str = "JPEG", side: int = 64, **options: object) -> bytes:
    rng = np.random.default_rng(seed)
    image = Image.fromarray(rng.integers(0, 255, (8, 8, 3), dtype=np.uint8)).resize((side, side), Image.Resampling.BICUBIC)
    buffer = BytesIO()
    image.save(buffer, fmt, **options)
    return buffer.getvalue()


def single_pixel() -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0abc")) + chunk(b"IEND", b"")


def blank() -> bytes:
    buffer = BytesIO()
    Image.new("RGB", (80, 80), (250, 250, 250)).save(buffer, "PNG")
    return buffer.getvalue()


def response(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body)}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Server:
    """Serves ``routes``: bytes are a whole response; functions get the streams and return whether the connection stays.

    Paths under ``/p/SEED.ext`` serve a picture of that seed.  ``requests`` counts by path, ``starts`` lists (time, path),
    ``most_at_once`` is the greatest number of requests under way.
    """

    def __init__(self) -> None:
        self.routes: dict[str, bytes | Answer] = {"/robots.txt": response(b"", "404 Not Found")}
        self.requests: Counter[str] = Counter()
        self.starts: list[tuple[float, str]] = []
        self.most_at_once = self._at_once = 0
        self.delay_s = 0.0
        self.port = 0
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._run()), daemon=True)

    def __enter__(self) -> "Server":
        self._thread.start()
        self._ready.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    def url(self, path: str) -> str:
        return f"http://{self.host}{path}"

    async def _run(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await self._one(reader, writer):
                pass
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = await reader.readuntil(b"\r\n\r\n")
        path = head.split(b" ", 2)[1].decode("latin-1")
        self.requests[path] += 1
        self.starts.append((time.monotonic(), path))
        self._at_once += 1
        self.most_at_once = max(self.most_at_once, self._at_once)
        try:
            if self.delay_s:
                await asyncio.sleep(self.delay_s)
            answer = self.routes.get(path) or self.routes.get(urlsplit(path).path) or self._picture(path)
            if not isinstance(answer, bytes):
                return await answer(reader, writer, path)
            writer.write(answer)
            await writer.drain()
            return True
        finally:
            self._at_once -= 1

    def _picture(self, path: str) -> bytes:
        name = path.removeprefix("/p/").partition("?")[0]
        seed, _, suffix = name.partition(".")
        if not path.startswith("/p/") or not seed.isdigit():
            return response(b"nothing here", "404 Not Found")
        body = picture(int(seed), {"jpg": "JPEG", "png": "PNG", "webp": "WEBP"}.get(suffix, "JPEG"))
        return response(body, Content_Type="image/jpeg")


def redirect(location: str, status: str = "302 Found") -> bytes:
    return response(b"", status, Location=location)


async def stall(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    body = picture()
    writer.write(response(body)[: -len(body) // 2])
    await writer.drain()
    await asyncio.sleep(30)
    return False


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    body = picture()
    writer.write(response(body)[: -len(body) // 2])
    await writer.drain()
    writer.transport.abort()
    return False


async def endless(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000\r\n" + b"\xff\xd8\xff\xe0" + b"x" * 65532 + b"\r\n")
        await writer.drain()


async def dripping(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n\xff\xd8\xff")
    for _ in range(200):
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.05)
    return False


async def silent(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter, _path: str) -> bool:
    await asyncio.sleep(30)
    return False


async def many_headers(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    for number in range(100_000):
        writer.write(f"X-{number}: {'y' * 100}\r\n".encode())
        await writer.drain()
    return False


async def until_close(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + picture(5))
    await writer.drain()
    return False


async def chunked(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter, _path: str) -> bool:
    body = picture(6)
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    for start in range(0, len(body), 500):
        piece = body[start : start + 500]
        writer.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        await writer.drain()
    writer.write(b"0\r\n\r\n")
    return True


def then(*answers: bytes | Answer) -> Answer:
    """Give these answers one after the other, the last one for ever."""
    left = list(answers)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, path: str) -> bool:
        one = left.pop(0) if len(left) > 1 else left[0]
        if not isinstance(one, bytes):
            return await one(reader, writer, path)
        writer.write(one)
        await writer.drain()
        return True

    return answer


def write_rows(
    path: Path, ids: list[str], url_of: Callable[[str], str], row_group: int = 5, caption: str = "a bowl {}"
) -> dict[tuple[str, str], bytes]:
    """Write a Parquet file of D3's form; return the generated images by (id, slot)."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    formats = (("JPEG", "jpg"), ("PNG", "png"), ("JPEG", "jpg"), ("GIF", "gif"))
    rows, images = [], {}
    for key in ids:
        row: dict[str, object] = {
            "id": key,
            "url": url_of(key),
            "original_prompt": caption.format(key),
            "positive_prompt": "p",
            "negative_prompt": "n",
        }
        for number, (fmt, suffix) in enumerate(formats):
            data = picture(int(key) * 10 + number, fmt, 64)
            images[key, f"gen_{number}"] = data
            row |= {f"image_gen{number}": {"bytes": data, "path": None}, f"filepath_gen{number}": f"{key}_gen{number}.{suffix}"}
            row |= {f"model_gen{number}": f"model/{number}", f"num_inference_steps_gen{number}": 50, f"width_gen{number}": 64}
        rows.append(row)
    pq.write_table(pa.Table.from_pylist(rows), path, row_group_size=row_group)
    return images
