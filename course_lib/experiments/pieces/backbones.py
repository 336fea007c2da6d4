"""Networks that have learned something else before, and how their pictures are centered."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from jaxtyping import Float
from safetensors.torch import load_file, save
from torch import Tensor, nn
from torch.nn import functional as F
from torch.optim.lr_scheduler import CosineAnnealingLR

from course_lib.architectures import resnet18
from course_lib.data import Centering
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.classifiers import train_classifier
from course_lib.experiments.pieces.efficientnet_lite import CENTERING, efficientnet_lite0
from course_lib.experiments.pieces.pictures import Pictures, load_pictures
from course_lib.optimizers import SGD
from course_lib.training.whole_files import write_whole

FIRST_DIGITS = 8  # 0 to 7 are learned beforehand; 8 and 9 are what is then to be told apart


@dataclass(frozen=True)
class Backbone:
    """`build(pretrained)` gives the network with what it learned, or with first weights."""

    build: Callable[[bool], nn.Module]
    centering: Centering
    learned: str


def find_backbone(name: str, run: Run) -> Backbone:
    """One of "efficientnet_lite0", "resnet18" (which needs a network) and "digits".

    The last is a stand-in of 5,000 parameters that first learns digits, as a step of the run.
    """
    if name == "efficientnet_lite0":
        return Backbone(_efficientnet_lite0, CENTERING, "ImageNet")
    if name == "resnet18":
        return Backbone(_resnet18, Centering.imagenet(), "ImageNet")
    if name == "digits":
        return _learn_digits(run)
    raise ValueError(f"backbone is '{name}'; choose efficientnet_lite0, resnet18 or digits.")


def _efficientnet_lite0(pretrained: bool) -> nn.Module:
    return efficientnet_lite0(pretrained=pretrained)


def _resnet18(pretrained: bool) -> nn.Module:
    return resnet18(weights="torchvision" if pretrained else None)


def _learn_digits(run: Run) -> Backbone:
    """Train the stand-in on the digits 0 to 7, unless it was done before."""
    pictures = first_digits(run.device)
    place = run.folder / "digits.safetensors"

    def keep(network: nn.Module) -> dict:
        weights = {name: each.detach().cpu() for name, each in network.state_dict().items()}
        write_whole(place, save(weights))
        return {}

    def optimizer(model: nn.Module):
        moves = SGD(model.parameters(), 0.1, 0.9, weight_decay=5e-4)
        return moves, CosineAnnealingLR(moves, 3)

    train_classifier(
        run,
        "learn_digits",
        SmallNetwork,
        pictures,
        optimizer,
        epochs=3,
        batch_size=64,
        measure=keep,
        test=False,
    )

    def build(pretrained: bool) -> nn.Module:
        network = SmallNetwork()
        if pretrained:
            network.load_state_dict(load_file(place))
        return network

    return Backbone(build, pictures.centering, "the digits 0 to 7")


def first_digits(device: str) -> Pictures:
    """Those of mnist_5k that are not asked about afterwards."""
    pictures = load_pictures("mnist_5k", device, num_validation=500)
    parts = []
    for images, labels in (pictures.train, pictures.validation):
        chosen = labels < FIRST_DIGITS
        parts.append((images[chosen], labels[chosen]))
    centering = Centering.channel_mean_and_deviation(parts[0][0].cpu())
    return replace(pictures, train=parts[0], validation=parts[1], centering=centering)


class SmallNetwork(nn.Module):
    """Three convolutions of stride 2 for 32x32 pictures."""

    def __init__(self, num_classes: int = FIRST_DIGITS):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(8)
        self.conv2 = nn.Conv2d(8, 16, 3, stride=2, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(16)
        self.conv3 = nn.Conv2d(16, 32, 3, stride=2, padding=1, bias=False)
        self.norm3 = nn.BatchNorm2d(32)
        self.classifier = nn.Linear(32 * 4 * 4, num_classes)

    def forward(self, images: Float[Tensor, "n 3 32 32"]) -> Float[Tensor, "n classes"]:
        x = F.relu(self.norm1(self.conv1(images)))  # n   8 16 16
        x = F.relu(self.norm2(self.conv2(x)))  # n  16  8  8
        x = F.relu(self.norm3(self.conv3(x)))  # n  32  4  4
        return self.classifier(x.flatten(1))  # n  classes
