"""How a gradient changes on its way back through many layers, and the signal on its way forward.

Paper: none has this table. It checks claims of the lectures (colorado_2024, colorado_2025: the
slope of a sigmoid is at most 1/4, that of ReLU is 1; sharif_2024: w^(T - 1), and a path of ones
along the shortcuts) and of Glorot & Bengio 2010, of He et al. 2015 (arXiv:1502.01852, section
2.2) and of Ioffe & Szegedy 2015 (arXiv:1502.03167).
Differs from the paper: the networks are our own. Real digits come in, one fully connected layer
brings them to `width` numbers, then follow `depth` layers of equal width without biases, then a
softmax. A residual layer adds its output to its input, with nothing after the sum. All is measured
before the first step, in float64, since the gradient below a hundred sigmoids is smaller than
any number of float32.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import ClassVar

from jaxtyping import Float64, Int64
from torch import Tensor

from course_lib.data import Centering, load, split_off
from course_lib.experiments.frame.experiment import Experiment, Findings, Scale
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.equal_layers import ARMS, Arm, Pass, build, one_pass

SUBSET_SEED = 0  # the same digits for all seeds: what varies is the first weights
PROFILE_POINTS = 20

Digits = tuple[Float64[Tensor, "n pixels"], Int64[Tensor, "n"]]


@dataclass(frozen=True)
class VanishingGradients(Experiment):
    """Its full size takes a CPU less than a minute."""

    name: ClassVar[str] = "vanishing_gradients"
    question: ClassVar[str] = "How does the gradient change on its way back through many layers?"
    shares_work: ClassVar[bool] = False

    data: str = "mnist_5k"
    depths: tuple[int, ...] = (2, 5, 10, 20, 50, 100)
    width: int = 100
    num_images: int = 256

    def quick(self) -> "VanishingGradients":
        return replace(self, depths=(2, 5, 10), num_images=64)

    def scale(self) -> Scale:
        return Scale(
            None,
            f"{len(ARMS)} kinds of network, {min(self.depths)} to {max(self.depths)} layers deep "
            f"and {self.width} wide, on {self.num_images} digits, before the first step.",
        )

    def run(self, run: Run) -> Findings:
        digits = read_digits(self.data, self.num_images, run.device)
        arms = {
            arm.name: run.step(arm.name, lambda _, arm=arm: self.measure(arm, digits, run.seed))
            for arm in ARMS
        }
        for found in arms.values():
            del found["seconds"]  # another run of the same seed gives the same record
        return Findings({"depths": list(self.depths), "arms": arms})

    def measure(self, arm: Arm, digits: Digits, seed: int) -> dict:
        """One kind of network at each depth; the last depth layer by layer, too.

        `gradient`, of the weights, and `error_signal`, of the layers' outputs, are followed from
        the last equal layer back to the first; `signal` and `contrast` from the first to the last.
        A ratio of weight gradients does not tell all: behind ReLU and Xavier's weights they are
        alike in all layers, and small in all of them. So what arrives is kept, too.
        """
        images, labels = digits
        passes = [
            one_pass(
                build(arm, depth, self.width, images.shape[1], seed).to(images.device),
                arm,
                images,
                labels,
            )
            for depth in self.depths
        ]
        return asdict(arm) | {
            "gradient": changes([each.gradients[::-1] for each in passes]),
            "error_signal": changes([each.error_signals[::-1] for each in passes]),
            "signal": changes([each.signals for each in passes]),
            "contrast": changes([each.contrasts for each in passes]),
            "slope": [_short(each.slope) for each in passes],
            "largest_slope": max(each.largest_slope for each in passes),
            "carried": [_short(each.carried) for each in passes],
            "profile": _profile(passes[-1]),
        }


def read_digits(name: str, num_images: int, device: str) -> Digits:
    """Real training digits, centered, with a deviation of 1 over all pixels; in float64."""
    images, labels = load(name, "train")
    _, (images, labels) = split_off(images, labels, num_images, SUBSET_SEED)
    centered = Centering.channel_mean_and_deviation(images)(images).double()
    return centered.flatten(1).to(device), labels.to(device)


def changes(walks: Sequence[list[float | None]]) -> dict[str, list[float | None]]:
    """How much each walk through the layers changed a size: in all, and for each layer it passed.

    [8, 4, 2] arrives as 2, with the ratio 1/4 and, as geometric mean, a factor of 1/2 per layer.
    """
    found = {"arrives": [], "ratio": [], "factor_per_layer": []}
    for walk in walks:
        ratio = None if None in (walk[0], walk[-1]) else walk[-1] / walk[0]
        factor = None if ratio is None else ratio ** (1 / (len(walk) - 1))
        for name, value in zip(found, (walk[-1], ratio, factor), strict=True):
            found[name].append(_short(value))
    return found


def _profile(found: Pass) -> dict[str, list]:
    """Every few layers, the first and the last among them; layers count from 1."""
    last = len(found.gradients) - 1
    points = sorted({round(last * point / PROFILE_POINTS) for point in range(PROFILE_POINTS + 1)})
    return {"layer": [point + 1 for point in points]} | {
        name: [_short(getattr(found, name)[point]) for point in points]
        for name in ("gradients", "error_signals", "signals", "contrasts")
    }


def _short(value: float | None) -> float | None:
    return None if value is None else float(f"{value:.4g}")
