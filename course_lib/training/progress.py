"""What a person at a terminal sees of a long run."""

from tqdm import tqdm

from course_lib.training import processes


class ProgressBar(tqdm):
    """A bar over all batches of a run; where nobody watches (no terminal) it shows nothing.

    Of several processes the first shows it.
    """

    def __init__(self, epochs: int, done: int, num_batches: int):
        super().__init__(
            total=epochs * num_batches,
            initial=done * num_batches,
            unit="batch",
            disable=None if processes.is_first() else True,
        )


def say(line: str) -> None:
    """Print a line above the bar, if there is one; of several processes the first does."""
    if processes.is_first():
        tqdm.write(line)
