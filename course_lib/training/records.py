"""A run record: the question, what was run, on what, and what came out; and how one is checked.

A number that is not known is `null`, never NaN. Errors are fractions from 0 to 1.
"""

import json
import math
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, fields

from course_lib.training.history import Epoch

SCHEMA = 1
SCALES = ("paper", "fraction", "quick")


@dataclass(frozen=True)
class Record:
    """One run of one experiment with one seed.

    `scale` is {kind: paper | fraction | quick, of_paper: share of the paper's training work,
    note}; `test` is {error}, null where there was no network or more than one; `weights` is
    {file, sha256} or None; `digest` is of the source files that made it; `measures` holds what
    else the question needs.
    """

    experiment: str
    question: str
    seed: int
    config: dict
    scale: dict
    digest: str
    versions: dict
    device: str
    seconds: float
    epochs: tuple[Epoch, ...]
    test: dict
    weights: dict | None = None
    measures: dict = field(default_factory=dict)
    schema: int = SCHEMA

    def __post_init__(self):
        problem = find_problem(asdict(self))
        if problem:
            raise ValueError(f"The record of {self.experiment}, seed {self.seed}: {problem}")


def to_json(record: Record) -> str:
    """The text of a record file, with the schema first."""
    data = {"schema": record.schema, **asdict(record)}
    text = json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False)
    # Rows of numbers (a confusion matrix) on one line each, for those who read the file.
    rows = re.compile(r"\[[\s\d.,e+-]+\]")
    return rows.sub(lambda row: re.sub(r"\s+", " ", row[0]), text) + "\n"


def from_json(text: str) -> Record:
    """Read a record; a ValueError says which field is wrong, and how."""
    data = json.loads(text, parse_constant=_no_constant)
    if not isinstance(data, dict):
        raise ValueError("it is not a JSON object")
    if data.get("schema") != SCHEMA:
        raise ValueError(f"schema is {data.get('schema')!r}; this version reads {SCHEMA}")
    names = {each.name for each in fields(Record)}
    if names != set(data):
        missing, unknown = sorted(names - set(data)), sorted(set(data) - names)
        raise ValueError(f"missing fields: {missing}; unknown fields: {unknown}")
    problem = find_problem(data)
    if problem:
        raise ValueError(problem)
    return Record(**data | {"epochs": tuple(Epoch(**epoch) for epoch in data["epochs"])})


def find_problem(data: dict) -> str | None:
    """The first field that is not as it must be, in words; None when all are."""
    for name, (is_right, wanted) in RULES.items():
        if not is_right(data[name]):
            return f"{name} is {str(data[name])[:100]!r}; it must be {wanted}"
    return _not_finite(data, "")


def _no_constant(name: str) -> None:
    raise ValueError(f"it contains {name}; a number that is not known is null")


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value != ""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_fraction(value: object) -> bool:
    return _is_number(value) and 0 <= value <= 1


def _is_digest(value: object) -> bool:
    return isinstance(value, str) and len(value) == 64 and set(value) <= set("0123456789abcdef")


def _has(keys: dict[str, Callable]) -> Callable[[object], bool]:
    """A test for an object with exactly these keys, each of whose values passes its own test."""
    return lambda value: (
        isinstance(value, dict)
        and set(value) == set(keys)
        and all(is_right(value[key]) for key, is_right in keys.items())
    )


def _or_null(is_right: Callable) -> Callable[[object], bool]:
    return lambda value: value is None or is_right(value)


_is_epoch = _has(
    {
        "epoch": _is_count,
        "train_loss": _is_number,
        "train_error": _is_fraction,
        "validation_error": _or_null(_is_fraction),
    }
)


def _are_epochs(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and all(map(_is_epoch, value))
        and [epoch["epoch"] for epoch in value] == list(range(1, len(value) + 1))
    )


def _are_texts(value: object) -> bool:
    return isinstance(value, dict) and all(map(_is_text, value.values()))


RULES: dict[str, tuple[Callable[[object], bool], str]] = {
    "schema": (lambda value: value == SCHEMA, str(SCHEMA)),
    "experiment": (_is_text, "a name"),
    "question": (_is_text, "a sentence"),
    "seed": (_is_count, "a whole number of 0 or more"),
    "config": (lambda value: isinstance(value, dict), "an object"),
    "scale": (
        _has({"kind": SCALES.__contains__, "of_paper": _or_null(_is_number), "note": _is_text}),
        f"{{kind: one of {', '.join(SCALES)}; of_paper: a number or null; note: a sentence}}",
    ),
    "digest": (_is_digest, "64 hexadecimal digits"),
    "versions": (_are_texts, "an object of version numbers"),
    "device": (_is_text, "the name of a device"),
    "seconds": (_is_number, "a number"),
    "epochs": (
        _are_epochs,
        "a list of {epoch, train_loss, train_error, validation_error}, numbered from 1, errors "
        "from 0 to 1",
    ),
    "test": (
        _has({"error": _or_null(_is_fraction)}),
        "{error: a fraction from 0 to 1, or null}",
    ),
    "weights": (
        _or_null(_has({"file": _is_text, "sha256": _is_digest})),
        "null or {file, sha256}",
    ),
    "measures": (lambda value: isinstance(value, dict), "an object"),
}


def _not_finite(value: object, where: str) -> str | None:
    """Find a NaN or an infinity anywhere inside."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"{where} is {value}; a number that is not known is null"
    entries = value.items() if isinstance(value, dict) else ()
    if isinstance(value, list | tuple):
        entries = enumerate(value)
    problems = (_not_finite(inner, f"{where}.{key}".strip(".")) for key, inner in entries)
    return next((problem for problem in problems if problem), None)
