"""What runs inside the sandbox: call the student's functions and send back what they give.

It sits in the student's own process, so nothing it says is believed: the one who asks takes its
bytes for the student's answer, no more. Requests come as lines of JSON, each with a word that the
answer must begin with, so that nothing prepared beforehand passes for it.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import torch

from course_lib.checking.calling import Called, call, describe
from course_lib.checking.forbidden import FAMILIES
from course_lib.checking.wire import decode_inputs, encode_answer


def serve(names: dict) -> None:
    """Answer requests until there are no more. `names` are those of the notebook."""
    requests, answers = int(os.environ["COURSE_REQUESTS"]), int(os.environ["COURSE_ANSWERS"])
    folder = Path(os.environ["COURSE_INPUTS"])
    for request in _lines(requests):
        asked = SimpleNamespace(**json.loads(request))
        answer = _ready() if asked.function is None else _answer(names, asked, folder)
        word = asked.word.encode()
        _write(answers, word + len(answer).to_bytes(8, "big") + answer)


def _ready() -> bytes:
    """Say hello after a call of our own: for the first that is watched torch loads a good deal."""
    called = call(lambda x: x + x, {"x": torch.ones(1)}, tuple(FAMILIES))
    return encode_answer(called)


def _answer(names: dict, asked: SimpleNamespace, folder: Path) -> bytes:
    function = names.get(asked.function)
    if not callable(function):
        return encode_answer(Called(error=f"there is no function named {asked.function}."))
    inputs = decode_inputs((folder / asked.inputs).read_bytes())
    try:
        called = call(function, inputs, asked.forbidden)
    except KeyboardInterrupt as problem:  # nobody sits at this keyboard: the student raised it
        called = Called(error=describe(problem, function))
    return encode_answer(called)


def _lines(pipe: int) -> Iterator[bytes]:
    waiting = b""
    while data := os.read(pipe, 65536):
        *lines, waiting = (waiting + data).split(b"\n")
        yield from lines


def _write(pipe: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(pipe, rest) :]
