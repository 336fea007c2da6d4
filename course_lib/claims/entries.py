"""One entry of the ledger: what a lecture says, what we find, and how the reader can check it."""

import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Value = bool | int | float | str | list | None

LECTURES = {
    "colorado_2024": "Danna Gurari, University of Colorado Boulder, fall 2024",
    "colorado_2025": "Danna Gurari, University of Colorado Boulder, spring 2025",
    "kaist": "Seunghoon Hong, KAIST",
    "michigan_2025": "Honglak Lee, University of Michigan, February 2025",
    "sharif_2024": "Ali Sharifi-Zarchi, Sharif University of Technology, fall 2024",
}
KEYS = ("id", "lecture", "heading", "states", "kind", "by", "value", "ours", "tolerance")
KEYS += ("verdict", "remark", "proof")
KINDS = {"computed": None, "record": {"experiment", "measure", "over"}}
KINDS |= {"literature": {"source", "where"}}
COMPUTED = re.compile(r"([a-z]\w*)\.([a-z]\w*)(?:\((\w+)\))?")  # module.function(word)
HOLDS, REMARK, FAILS = "holds", "holds with a remark", "does not hold"
VERDICTS = (HOLDS, REMARK, FAILS)


@dataclass(frozen=True)
class Claim:
    """One claim of one slide; the keys are those of book/claims.yml."""

    id: str
    lecture: str
    heading: str
    states: str
    kind: str
    by: str | Mapping[str, str | int | float]
    value: Value
    ours: Value
    tolerance: int | float
    verdict: str
    remark: str | None
    proof: str | None


def faults(entry: object) -> Iterator[str]:
    """What keeps this mapping from being a claim, a sentence each; nothing where it is one."""
    if not isinstance(entry, dict):
        yield f"{entry!r} is no entry; begin each one with `- id: ...`."
        return
    name = f"claim '{entry.get('id')}'"
    missing, unknown = [k for k in KEYS if k not in entry], [k for k in entry if k not in KEYS]
    if missing or unknown:
        yield from (f"{name} lacks `{key}`; write it, null where it is empty." for key in missing)
        yield from (f"{name} has `{key}`, which no claim has; remove it." for key in unknown)
        return
    if not isinstance(entry["id"], str) or not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry["id"]):
        yield f"{name}: an id has lower-case letters, digits and hyphens."
    for key, known in (("lecture", LECTURES), ("kind", KINDS), ("verdict", VERDICTS)):
        if entry[key] not in known:
            yield f"{name}: its {key} is '{entry[key]}'; it must be one of {', '.join(known)}."
    yield from (f"{name}: {fault}" for fault in (*_words(entry), *_origin(entry), *_values(entry)))


def _words(entry: dict) -> Iterator[str]:
    """The texts: always there, or there because of the verdict."""
    for key in ("heading", "states", "remark", "proof"):
        text, verdict = entry[key], entry["verdict"]
        needed = key in ("heading", "states") or (key == "remark" and verdict in VERDICTS[1:])
        needed = needed or (key == "proof" and verdict == FAILS)
        if text is None and not needed:
            continue
        if not isinstance(text, str) or not text.strip():
            reason = f" because the verdict is '{verdict}'" if key in ("remark", "proof") else ""
            yield f"write a sentence as its {key}{reason}."


def _origin(entry: dict) -> Iterator[str]:
    """What `by` must be for each kind."""
    kind, by = entry["kind"], entry["by"]
    if kind == "computed" and not (isinstance(by, str) and COMPUTED.fullmatch(by)):
        yield (
            f"its `by` is {by!r}; name a function of course_lib.claims as module.function, or "
            "module.function(word)."
        )
    wanted = KINDS.get(kind)
    if not wanted:
        return
    texts = {k: v for k, v in by.items() if k != "above"} if isinstance(by, dict) else {}
    if set(texts) != wanted or not all(map(_is_text, texts.values())):
        yield f"`by` of the kind '{kind}' holds {', '.join(sorted(wanted))}; it is {by!r}."
    elif by.get("over", "seeds") != "seeds":
        yield f"`over` is '{by['over']}'; records are averaged over seeds."
    elif "above" in by and (kind != "record" or not _is_limit(by["above"])):
        yield f"`above` is {by['above']!r}; give a number or a measure, and only for a record."


def _values(entry: dict) -> Iterator[str]:
    if not _is_value(entry["value"]):
        yield f"its value is {entry['value']!r}; give a number, a text, true, false, or a list."
    if entry["kind"] == "literature" and entry["ours"] is None:
        yield "ours is null; write what the source says."
    elif entry["ours"] is not None and not _is_value(entry["ours"]):
        yield f"ours is {entry['ours']!r}; give a number, a text, true, false, or a list of these."
    tolerance = entry["tolerance"]
    if not is_number(tolerance) or tolerance < 0:
        yield f"its tolerance is {tolerance!r}; give 0 or a positive number."


def is_number(value: object) -> bool:
    """An int or a float and no NaN; True is no number here."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and not math.isnan(value)


def _is_limit(value: object) -> bool:
    return is_number(value) or _is_text(value)


def _is_value(value: object) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_is_value(one) and not isinstance(one, list) for one in value)
    return isinstance(value, bool) or is_number(value) or _is_text(value)


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
