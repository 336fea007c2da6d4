"""What a training run tells about itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Epoch:
    """One pass through the training set; errors are fractions from 0 to 1.

    Loss and error on the training set are means over the batches as they came, so of a network
    that was still learning; `validation_error` is measured at the end of the epoch.
    """

    epoch: int
    train_loss: float
    train_error: float
    validation_error: float | None


@dataclass(frozen=True)
class History:
    """What `fit` did, epochs before an interruption included; `seconds` is time in `fit`."""

    epochs: tuple[Epoch, ...]
    seconds: float
