"""The generators that dropout and the like draw from: kept, put back, and one per process."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from course_lib.training import processes


def draw_states() -> dict[str, str]:
    """The states of torch's generators, in hexadecimal."""
    states = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_initialized():
        states["cuda"] = torch.cuda.get_rng_state()
    return {name: as_text(state) for name, state in states.items()}


def set_draw_states(states: dict[str, str]) -> None:
    """What is drawn next is what was drawn after `draw_states`."""
    torch.set_rng_state(from_text(states["cpu"]))
    if "cuda" in states and torch.cuda.is_available():
        torch.cuda.set_rng_state(from_text(states["cuda"]))


@contextmanager
def own_draws() -> Iterator[None]:
    """Inside, each process draws its own numbers; after it, all draw those of the first again.

    With the same numbers, dropout would leave out the same units for each process's images.
    """
    if not processes.is_first():
        torch.manual_seed(torch.initial_seed() + processes.rank())
    yield
    if processes.count() > 1:
        set_draw_states(processes.gathered(draw_states())[0])


def as_text(state: torch.Tensor) -> str:
    return bytes(state.tolist()).hex()


def from_text(text: str) -> torch.Tensor:
    return torch.tensor(list(bytes.fromhex(text)), dtype=torch.uint8)
