"""What a run tells of each epoch, in a file that programs read and in TensorBoard."""

import importlib
import json
import os
from dataclasses import dataclass, field
from pathlib import Path

from course_lib.training import processes
from course_lib.training.whole_files import write_whole


@dataclass
class Logs:
    """JSON lines in the file `lines`, curves in the folder `tensorboard`; each may be None.

    `num_done` epochs were done before: later lines are of a run that was killed before it saved
    them, or of another run, and go. Of several processes the first writes.
    """

    lines: Path | None
    tensorboard: Path | None
    num_done: int
    _writer: object = field(default=None, init=False)

    def __post_init__(self):
        if not processes.is_first():
            self.lines = self.tensorboard = None
        if self.lines:
            write_whole(self.lines, b"".join(_kept(self.lines, self.num_done)))
        if self.tensorboard:
            # Curves of a run before it end where this one goes on.
            self._writer = _summary_writer()(self.tensorboard, purge_step=self.num_done + 1)

    def write(self, epoch: dict) -> None:
        """Add an epoch, in one piece."""
        if self.lines:
            line = json.dumps(epoch, allow_nan=False).encode() + b"\n"
            with self.lines.open("ab", buffering=0) as file:
                file.write(line)
                os.fsync(file)
        if self._writer:
            for name, value in epoch.items():
                if name != "epoch" and value is not None:
                    self._writer.add_scalar(name, value, epoch["epoch"])
            self._writer.flush()

    def close(self) -> None:
        if self._writer:
            self._writer.close()


def _kept(path: Path, num_done: int) -> list[bytes]:
    """The whole lines of epochs that are done."""
    if not path.exists():
        return []
    lines = [line for line in path.read_bytes().splitlines(keepends=True) if line.endswith(b"\n")]
    try:
        return [line for line in lines if json.loads(line)["epoch"] <= num_done]
    except (ValueError, KeyError, TypeError) as error:
        raise ValueError(f"log={path} is a file of something else; name another.") from error


def _summary_writer() -> type:
    try:
        return importlib.import_module("torch.utils.tensorboard").SummaryWriter
    except ImportError as error:
        raise ImportError(
            "tensorboard=… needs a package that is not here: pip install tensorboard"
        ) from error
