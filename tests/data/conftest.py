"""A server on this machine that misbehaves on purpose, and a small data set to fetch from it.

The first part of an address names the behavior: `<address>/cut-short/train-images.gz`.
"""

import gzip
import hashlib
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest

from course_lib.data.catalogue import CATALOGUE, DataSet, Original

PAGE = b"<!DOCTYPE html><title>Sign in</title>" + b" " * 30_000

BOMB = gzip.compress(bytes(10_000_000))


class MisbehavingHandler(BaseHTTPRequestHandler):
    def log_message(self, *_):
        """Silence: the tests read `server.asked`."""

    def do_GET(self):
        _, behavior, name = self.path.split("/")
        asked_range = self.headers.get("Range")
        self.server.asked.append((behavior, name, asked_range))
        getattr(self, behavior.replace("-", "_"))(self.server.files[name], asked_range)

    def answer(self, body, status=200, length=None, **headers):
        self.send_response(status)
        if length is not False:
            self.send_header("Content-Length", str(length or len(body)))
        for key, value in headers.items():
            self.send_header(key.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def good(self, file, asked_range):
        if not asked_range:
            return self.answer(file)
        begin = int(asked_range.removeprefix("bytes=").removesuffix("-"))
        if begin >= len(file):
            return self.answer(b"", 416)
        return self.answer(file[begin:], 206, Content_Range=f"bytes {begin}-/{len(file)}")

    def without_ranges(self, file, _):
        self.answer(file)

    def missing(self, *_):
        self.answer(PAGE, 404, Content_Type="text/html")

    def overloaded(self, *_):
        self.answer(b"", 503)

    def page(self, *_):
        self.answer(PAGE, Content_Type="text/html; charset=utf-8")

    def disguised_page(self, *_):
        self.answer(PAGE, Content_Type="application/gzip")

    def cut_short(self, file, _):
        self.answer(file[: len(file) // 2], length=len(file))

    def cut_short_untold(self, file, _):
        self.answer(file[: len(file) // 2], length=False)

    def breaks_off(self, file, asked_range):
        begin = int(asked_range.removeprefix("bytes=").removesuffix("-")) if asked_range else 0
        end = begin + max(len(file) // 2, 20_000)
        status = 206 if asked_range else 200
        self.answer(file[begin:end], status, length=len(file) - begin)

    def other_array(self, *_):
        self.answer(gzip.compress(bytes((0, 0, 8, 1, 0, 0, 0, 2, 7, 7))))

    def damaged(self, file, _):
        self.answer(file[:-6] + b"xxxxxx")

    def oversized(self, *_):
        self.answer(BOMB)

    def unpacked(self, file, _):
        self.answer(gzip.decompress(file))

    def packed_for_transport(self, file, _):
        self.answer(gzip.compress(file), Content_Encoding="gzip")

    def silent(self, *_):
        time.sleep(self.server.patience)

    def stalls(self, file, _):
        self.send_response(200)
        self.send_header("Content-Length", str(len(file)))
        self.end_headers()
        self.wfile.write(file[: len(file) // 2])
        self.wfile.flush()
        time.sleep(self.server.patience)

    def moved(self, *_):
        self.send_response(302)
        self.send_header("Location", self.path.replace("/moved/", "/good/"))
        self.end_headers()

    def circle(self, *_):
        self.send_response(302)
        self.send_header("Location", self.path)
        self.end_headers()


class MisbehavingServer(ThreadingHTTPServer):
    """Knows the files it may serve, and every request it was asked: (behavior, file, range)."""

    daemon_threads = True
    patience = 2.0

    def __init__(self, files: dict[str, bytes]):
        super().__init__(("127.0.0.1", 0), MisbehavingHandler)
        self.files = files
        self.asked = []

    def mirror(self, behavior: str) -> str:
        return f"http://127.0.0.1:{self.server_port}/{behavior}/"

    def handle_error(self, *_):
        """A client that hangs up on a misbehaving server is what the tests are about."""


def _idx(values: np.ndarray) -> bytes:
    sizes = b"".join(size.to_bytes(4, "big") for size in values.shape)
    return bytes((0, 0, 8, values.ndim)) + sizes + values.tobytes()


@pytest.fixture(scope="session")
def tiny_arrays() -> dict[str, np.ndarray]:
    """Large enough to break off in the middle of; noise, so that packing does not shrink it."""
    draw = np.random.default_rng(0)
    sizes = {"train_images": (150, 28, 28), "train_labels": (150,)}
    sizes |= {"test_images": (60, 28, 28), "test_labels": (60,)}
    return {name: draw.integers(0, 256, size, dtype=np.uint8) for name, size in sizes.items()}


@pytest.fixture
def tiny(tiny_arrays, monkeypatch) -> DataSet:
    """The data set `tiny`, known to the catalogue for the length of a test."""
    originals = {
        name: Original(f"{name}.gz", values.shape, hashlib.sha256(values.tobytes()).hexdigest())
        for name, values in tiny_arrays.items()
    }
    data_set = DataSet("a data set of noise", ("http://127.0.0.1:9/nobody-listens/",), originals)
    monkeypatch.setitem(CATALOGUE, "tiny", data_set)
    return data_set


@pytest.fixture
def server(tiny_arrays):
    files = {f"{name}.gz": gzip.compress(_idx(values)) for name, values in tiny_arrays.items()}
    server = MisbehavingServer(files)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()
