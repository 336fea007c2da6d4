"""Go on with a training run where its checkpoint left it."""

from dataclasses import asdict, dataclass, field
from pathlib import Path

from torch import Generator, nn
from torch.optim import Optimizer

from course_lib.training import processes
from course_lib.training.checkpoints import load_checkpoint, save_checkpoint
from course_lib.training.history import Epoch
from course_lib.training.pacing import Pace


@dataclass
class Progress:
    """How far a run has come; `ended` before its last epoch, if `after_epoch` said so."""

    epochs: list[Epoch] = field(default_factory=list)
    seconds: float = 0.0
    ended: bool = False


@dataclass(frozen=True)
class Resumable:
    """All that changes while a network trains, and the folder where it is kept, if there is one."""

    checkpoint: Path | None
    settings: dict
    model: nn.Module
    optimizer: Optimizer
    shuffle: Generator

    def resume(self, pace: Pace) -> Progress:
        """Bring everything to where it was, in all processes, and tell how far that is."""
        progress = self._load(pace)
        found = processes.gathered(len(progress.epochs))
        if len(set(found)) > 1:
            raise ValueError(
                f"Of {self.checkpoint} the processes read {found} epochs: it must be a folder that "
                "all of them see."
            )
        processes.take_from_first([*self.model.parameters(), *self.model.buffers()])
        return progress

    def save(self, progress: Progress) -> None:
        """Keep it, so that a run that is killed after this goes on from here."""
        if self.checkpoint:
            done = asdict(progress) | {"epoch": len(progress.epochs), "settings": self.settings}
            save_checkpoint(self.checkpoint, self.model, self.optimizer, self.shuffle, done)

    def _load(self, pace: Pace) -> Progress:
        if not self.checkpoint:
            return Progress()
        first_rates = [group["lr"] for group in self.optimizer.param_groups]
        saved = load_checkpoint(self.checkpoint, self.model, self.optimizer, self.shuffle)
        if saved is None:
            return Progress()
        if saved["settings"] != self.settings:
            raise ValueError(
                f"The checkpoint in {self.checkpoint} was made with {saved['settings']}, this run "
                f"has {self.settings}. Give the run another folder, or remove that one to start "
                "again."
            )
        epochs = [Epoch(**epoch) for epoch in saved["epochs"]]
        pace.replay(epochs, first_rates)
        return Progress(epochs, saved["seconds"], saved["ended"])
