"""Inputs and answers as bytes: safetensors, with all that is no tensor as JSON in the header.

Answers come out of a process that ran a student's code, so nothing in them is trusted: size,
number, dtype and form are checked before a value is made of them, and nothing is unpickled.
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import safetensors.torch
import torch
from safetensors import SafetensorError
from torch import Tensor

from course_lib.checking.calling import Called

DTYPES = (torch.float64, torch.float32, torch.float16, torch.bfloat16, torch.bool)
DTYPES += (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
WORD = re.compile(r"[\w:.*?\[\]]{1,100}")  # an argument, or what `GradedFunction.forbidden` holds


@dataclass(frozen=True)
class Limits:
    """How large an answer may be. The defaults are far above what a case needs."""

    num_bytes: int = 64 * 2**20
    header_bytes: int = 2**16  # a header of a million entries would keep the reader busy
    num_tensors: int = 64
    text_characters: int = 2_000


DEFAULT_LIMITS = Limits()


def encode_inputs(inputs: dict[str, Any]) -> bytes:
    """The keyword arguments of one call; lists come back as tuples."""
    return _encode(inputs)


def decode_inputs(data: bytes) -> dict[str, Any]:
    """Undo `encode_inputs`. For bytes of our own making only."""
    return _decode(data, Limits(num_bytes=len(data), header_bytes=2**24, num_tensors=10**6))


def encode_answer(called: Called) -> bytes:
    """What `call` gave, whole: value, error, and what was noticed.

    A value that cannot travel (a complex tensor) becomes an error that says so.
    """
    fields = dict(vars(called))
    try:
        return _encode(fields)
    except ValueError as problem:
        return _encode(
            fields | {"value": None, "error": f"it returns what has no place: {problem}"}
        )


def decode_answer(data: bytes, limits: Limits = DEFAULT_LIMITS) -> Called:
    """Undo `encode_answer`, trusting nothing. ValueError says what is wrong with the bytes."""
    fields = _decode(data, limits)
    error = fields.get("error")
    if set(fields) != set(Called.__dataclass_fields__) or not isinstance(error, str | None):
        raise ValueError("the answer does not have the fields of an answer")
    for name in ("forbidden_used", "changed"):
        words = fields[name]
        if not isinstance(words, tuple) or not all(map(_is_word, words)):
            raise ValueError(f"the answer's field '{name}' is not a tuple of names")
    if not _is_value(fields["value"]):
        raise ValueError("the answer's value holds something that is neither tensor nor number")
    texts = (error or "", *fields["forbidden_used"], *fields["changed"])
    if sum(map(len, texts)) > limits.text_characters:
        raise ValueError(f"the answer's texts are longer than {limits.text_characters} characters")
    return Called(**(fields | {"error": error and _printable(error)}))


def _is_word(word) -> bool:
    return isinstance(word, str) and WORD.fullmatch(word) is not None


def _printable(text: str) -> str:
    """No control characters and no lone surrogates: neither can be shown, nor the second saved."""
    return "".join(sign if sign.isprintable() else " " for sign in text)


def _is_value(value) -> bool:
    if isinstance(value, tuple):
        return all(map(_is_value, value))
    return value is None or isinstance(value, Tensor | bool | int | float)


def _encode(content: dict[str, Any]) -> bytes:
    tensors: dict[str, Tensor] = {}
    text = json.dumps({name: _pack(value, tensors) for name, value in content.items()})
    # One key only: safetensors writes several in an order that changes from run to run.
    return safetensors.torch.save(tensors, metadata={"content": text})


def _pack(value, tensors: dict[str, Tensor]):
    if isinstance(value, Tensor):
        if value.dtype not in DTYPES or value.layout != torch.strided:
            raise ValueError(f"a tensor of {value.dtype}, {value.layout}")
        name = str(len(tensors))
        tensors[name] = value.detach().cpu().contiguous().clone()
        return {"tensor": name}
    if isinstance(value, tuple | list):
        return {"tuple": [_pack(item, tensors) for item in value]}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise ValueError(f"a {type(value).__name__}")


def _decode(data: bytes, limits: Limits) -> dict[str, Any]:
    header = _header(data, limits)
    content = _load_json(header.get("__metadata__", {}).get("content", ""))
    names = [name for name in header if name != "__metadata__"]
    if len(names) > limits.num_tensors:
        raise ValueError(f"{len(names)} tensors in an answer, at most {limits.num_tensors} may be")
    try:
        tensors = safetensors.torch.load(data)
    except (SafetensorError, KeyError, RuntimeError, OverflowError) as problem:
        raise ValueError(f"these bytes are not safetensors: {problem}") from None
    if bad := [str(tensor.dtype) for tensor in tensors.values() if tensor.dtype not in DTYPES]:
        raise ValueError(f"a tensor of {bad[0]} has no place in an answer")
    return _bounded(lambda: {name: _unpack(value, tensors) for name, value in content.items()})


def _header(data: bytes, limits: Limits) -> dict:
    """The header, measured before it is read: 8 bytes of length, then JSON."""
    if not 8 <= len(data) <= limits.num_bytes:
        raise ValueError(f"{len(data)} bytes, expected 8 to {limits.num_bytes}")
    length = int.from_bytes(data[:8], "little")
    if length > min(limits.header_bytes, len(data) - 8):
        raise ValueError(f"a header of {length} bytes, at most {limits.header_bytes} may be")
    header = _load_json(data[8 : 8 + length])
    if not isinstance(header.get("__metadata__", {}), dict):
        raise ValueError("the header's metadata is not an object")
    return header


def _load_json(text: str | bytes) -> dict:
    def parse():
        return json.loads(text)

    found = _bounded(parse)
    if not isinstance(found, dict):
        raise ValueError("JSON that is not an object")
    return found


def _bounded(read: Callable):
    """Run a reader of foreign JSON; deep nesting and odd numbers become ValueError too."""
    try:
        return read()
    except (RecursionError, TypeError, KeyError, UnicodeError) as problem:
        raise ValueError(f"unreadable content ({type(problem).__name__})") from None


def _unpack(value, tensors: dict[str, Tensor]):
    if not isinstance(value, dict):
        if isinstance(value, list):
            raise ValueError("a bare list in the content")
        return value
    ((kind, inner),) = value.items()
    if kind == "tensor":
        return tensors[inner]
    if kind == "tuple":
        return tuple(_unpack(item, tensors) for item in inner)
    raise ValueError(f"an unknown kind of value, {kind!r}")
