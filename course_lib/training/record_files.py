"""Where run records lie, and how they are written and read.

`<results>/<experiment>/seed<k>.json`, the weights beside it as `seed<k>.safetensors`.
"""

import hashlib
import re
from dataclasses import replace
from pathlib import Path

from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Tensor

from course_lib.provenance import results_folder
from course_lib.training.records import Record, from_json, to_json
from course_lib.training.whole_files import write_whole

LARGEST_WEIGHTS = 2_000_000  # bytes: records are committed, so is what lies beside them


def record(name: str, seed: int = 0, folder: Path | None = None) -> Record:
    """The record of one run; `folder` holds the results (default: those of the course)."""
    path = _path(name, seed, folder)
    if not path.exists():
        raise FileNotFoundError(
            f"There is no record of '{name}' with seed {seed} ({path}). "
            f"{_what_there_is(name, path)} Type `course train {name} --seed {seed}` to make it."
        )
    return _read(path, name)


def records(name: str, folder: Path | None = None) -> list[Record]:
    """The records of an experiment, one per seed, in the order of the seeds.

    Raises ValueError where they are of different settings: their mean would say nothing.
    """
    place = _path(name, 0, folder).parent
    seeds = sorted(_seed(path) for path in place.glob("seed*.json"))
    if not seeds:
        return [record(name, 0, folder)]
    found = [record(name, seed, folder) for seed in seeds]
    if any(each.config != found[0].config for each in found):
        raise ValueError(_of_different_settings(name, found, place))
    return found


def record_weights(name: str, seed: int = 0, folder: Path | None = None) -> dict[str, Tensor]:
    """The trained weights of a run as a state dict, checked against the record's hash."""
    weights = record(name, seed, folder).weights
    if weights is None:
        raise ValueError(f"The record of '{name}' with seed {seed} keeps no weights.")
    path = _path(name, seed, folder).parent / weights["file"]
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing; the record beside it names it.")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != weights["sha256"]:
        raise ValueError(
            f"{path} is not the file that its record names (the hash differs). Restore both, or "
            f"type `course train {name} --seed {seed}` to make them again."
        )
    return load_tensors(content)


def write_record(
    made: Record, weights: dict[str, Tensor] | None = None, folder: Path | None = None
) -> Path:
    """Write a record, and the weights that chapters need (under 2 MB); both whole or not at all."""
    path = _path(made.experiment, made.seed, folder)
    if weights is not None:
        content = save_tensors({name: _plain(tensor) for name, tensor in weights.items()})
        if len(content) > LARGEST_WEIGHTS:
            raise ValueError(
                f"The weights of '{made.experiment}' are {len(content) / 1e6:.1f} MB; a record "
                f"keeps up to {LARGEST_WEIGHTS / 1e6:g} MB. Write it without them."
            )
        file = path.with_suffix(".safetensors")
        write_whole(file, content)
        sha256 = hashlib.sha256(content).hexdigest()
        made = replace(made, weights={"file": file.name, "sha256": sha256})
    write_whole(path, to_json(made).encode())
    return path


def _plain(tensor: Tensor) -> Tensor:
    return tensor.detach().to("cpu", copy=True).contiguous()


def _path(name: str, seed: int, folder: Path | None) -> Path:
    if not re.fullmatch(r"\w+", name):
        raise ValueError(f"'{name}' is not the name of an experiment: letters, digits and _ only.")
    return (folder or results_folder()) / name / f"seed{seed}.json"


def _seed(path: Path) -> int:
    digits = path.stem.removeprefix("seed")
    if not digits.isdecimal():
        raise ValueError(f"{path} is not named seed<number>.json; rename or remove it.")
    return int(digits)


def _read(path: Path, name: str) -> Record:
    try:
        found = from_json(path.read_text(encoding="utf8"))
    except ValueError as error:
        raise ValueError(f"{path} is not a record: {error}.") from error
    if (found.experiment, found.seed) != (name, _seed(path)):
        raise ValueError(
            f"{path} holds the record of '{found.experiment}' with seed {found.seed}; it belongs "
            "in the folder and under the name of that run."
        )
    return found


def _of_different_settings(name: str, found: list[Record], place: Path) -> str:
    """Which seeds have which values of the settings that are not the same for all."""
    keys = sorted({key for each in found for key in each.config})
    differing = [
        key
        for key in keys
        if any(each.config.get(key) != found[0].config.get(key) for each in found)
    ]
    seeds_by_settings: dict[str, list[str]] = {}
    for each in found:
        values = ", ".join(f"{key}={each.config.get(key)!r}" for key in differing)
        seeds_by_settings.setdefault(values, []).append(str(each.seed))
    groups = "; ".join(
        f"seed {', '.join(seeds)}: {values}" for values, seeds in seeds_by_settings.items()
    )
    return (
        f"The records of '{name}' in {place} are of different settings ({groups}). Type `course "
        f"train --missing {name} --budget SECONDS`, with the --scale of those that shall stay, to "
        "make the others alike; or put the former files back."
    )


def _what_there_is(name: str, path: Path) -> str:
    seeds = sorted(_seed(other) for other in path.parent.glob("seed*.json"))
    if seeds:
        return f"There are seeds {', '.join(map(str, seeds))}."
    experiments = sorted(folder.parent.name for folder in path.parent.parent.glob("*/seed0.json"))
    return f"There are records of: {', '.join(experiments) or 'no experiment yet'}."
