"""What a person at a terminal sees of a long run."""

from tqdm import tqdm


class ProgressBar(tqdm):
    """A bar over all batches of a run; where nobody watches (no terminal) it shows nothing."""

    def __init__(self, epochs: int, done: int, num_batches: int):
        super().__init__(
            total=epochs * num_batches, initial=done * num_batches, unit="batch", disable=None
        )


def say(line: str) -> None:
    """Print a line above the bar, if there is one."""
    tqdm.write(line)
