"""Save a training run after an epoch, and go on from there to the same numbers.

A checkpoint folder holds `checkpoint.json` (counters, options of the optimizer, states of the
random generators) and the tensors it names, `epoch<k>.safetensors`. The JSON file is renamed
into place last: until then the checkpoint before it is the valid one. Of several processes the
first writes it, and all read it; each has random generators of its own.
"""

import hashlib
import json
import shutil
from pathlib import Path

import torch
from safetensors.torch import load as load_tensors
from safetensors.torch import save as save_tensors
from torch import Generator, Tensor, nn
from torch.optim import Optimizer

from course_lib.training import processes
from course_lib.training.draws import as_text, draw_states, from_text, set_draw_states
from course_lib.training.whole_files import write_whole

NOTES = "checkpoint.json"


def save_checkpoint(
    folder: Path, model: nn.Module, optimizer: Optimizer, shuffle: Generator, progress: dict
) -> None:
    """Write all that the next epoch depends on; `progress` is JSON and has the key `epoch`."""
    draws = processes.gathered(draw_states())
    if not processes.is_first():
        return
    options, tensors = _state(model, optimizer)
    content = save_tensors({name: _plain(value) for name, value in tensors.items()})
    file = folder / f"epoch{progress['epoch']}.safetensors"
    write_whole(file, content)
    notes = {
        "progress": progress,
        "tensors": {"file": file.name, "sha256": hashlib.sha256(content).hexdigest()},
        "optimizer": options,
        "generators": {"shuffle": as_text(shuffle.get_state()), "draws": draws},
    }
    write_whole(folder / NOTES, json.dumps(notes).encode())
    for older in folder.glob("epoch*.safetensors"):
        if older != file:
            older.unlink()


def load_checkpoint(
    folder: Path, model: nn.Module, optimizer: Optimizer, shuffle: Generator
) -> dict | None:
    """Put a saved run into these objects and return its progress; None where there is none."""
    if not (folder / NOTES).exists():
        return None
    notes, tensors = _read(folder)
    model.load_state_dict(_part("model.", tensors))
    optimizer.load_state_dict(_optimizer_state(notes["optimizer"], tensors))
    _lay_out_like_weights(optimizer)
    shuffle.set_state(from_text(notes["generators"]["shuffle"]))
    draws = notes["generators"]["draws"]
    set_draw_states(draws[processes.rank() % len(draws)])
    return notes["progress"]


def _lay_out_like_weights(optimizer: Optimizer) -> None:
    """Where weights lie channels last, so does what the optimizer remembers of them."""
    for parameter, entries in optimizer.state.items():
        for name, value in entries.items():
            if isinstance(value, Tensor) and value.shape == parameter.shape:
                entries[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)


def remove_checkpoint(folder: Path) -> None:
    """Clear away what a finished run no longer needs."""
    shutil.rmtree(folder, ignore_errors=True)


def _state(model: nn.Module, optimizer: Optimizer) -> tuple[dict, dict[str, Tensor]]:
    """What JSON can hold of the optimizer, and the tensors of both."""
    tensors = {f"model.{name}": tensor for name, tensor in model.state_dict().items()}
    state = optimizer.state_dict()
    plain: dict[str, dict] = {}
    for index, entries in state["state"].items():
        for name, value in entries.items():
            if isinstance(value, Tensor):
                tensors[f"optimizer.{index}.{name}"] = value
            else:
                plain.setdefault(str(index), {})[name] = value
    return {"param_groups": state["param_groups"], "state": plain}, tensors


def _plain(value: Tensor) -> Tensor:
    """A copy of its own, laid out as safetensors wants it, channels last or not."""
    return value.detach().clone(memory_format=torch.contiguous_format)


def _read(folder: Path) -> tuple[dict, dict[str, Tensor]]:
    """Both files, or an error that says which one is damaged."""
    path = folder / NOTES
    try:
        notes = json.loads(path.read_bytes())
        path = folder / notes["tensors"]["file"]
        content = path.read_bytes()
    except (ValueError, KeyError, TypeError, FileNotFoundError) as error:
        raise ValueError(_damaged(folder, path)) from error
    if hashlib.sha256(content).hexdigest() != notes["tensors"]["sha256"]:
        raise ValueError(_damaged(folder, path))
    return notes, load_tensors(content)


def _damaged(folder: Path, path: Path) -> str:
    return f"{path} is missing or damaged. Remove the folder {folder} to start the run again."


def _part(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    return {
        name.removeprefix(prefix): value
        for name, value in tensors.items()
        if name.startswith(prefix)
    }


def _optimizer_state(notes: dict, tensors: dict[str, Tensor]) -> dict:
    """The state dict as torch nests it: by the number of the parameter, then by name."""
    state = {int(index): dict(entries) for index, entries in notes["state"].items()}
    for name, value in _part("optimizer.", tensors).items():
        index, key = name.split(".", 1)
        state.setdefault(int(index), {})[key] = value
    return {"state": state, "param_groups": notes["param_groups"]}
