"""FCN-32s, FCN-16s and FCN-8s: a classifier that names every pixel.

Paper: Long, Shelhamer & Darrell 2015, "Fully convolutional networks for semantic segmentation",
arXiv:1411.4038, sections 3.3 and 4.2.
Differs from the paper: the maps are kept at their size by padding each convolution, where the
paper pads the image by 100 pixels once and crops at the end; images whose sides 32 does not
divide get zeros on the right and at the bottom, and the scores are cut back.
"""

from jaxtyping import Float
from torch import Tensor, nn

from course_lib.applications.segmentation.fully_convolutional import as_convolutions
from course_lib.layers import bilinear_kernel

STRIDES = (32, 16, 8)
STAGES = ("stage1", "stage2", "stage3", "stage4", "stage5")


class FCN(nn.Module):
    """Scores for every pixel, out of a classifier with `stage1` to `stage5` and `classifier`.

    Each stage halves its input, so the last maps are 32 times smaller than the image. `stride`
    32 enlarges their scores at once; 16 and 8 first add the scores of stage 4, then of stage 3,
    which see finer detail. `map_shape` (c, h, w) is what the classifier got from stage 5.

    The stages are the classifier's own modules, with their weights. The new score layers begin
    with zeros and the upsampling as bilinear interpolation. So an FCN-8s that took over the
    weights of an FCN-16s (see `start_from`) begins almost as that one: interpolating twice is
    not quite interpolating once.
    """

    def __init__(
        self,
        classifier: nn.Module,
        num_classes: int,
        stride: int = 8,
        map_shape: tuple[int, int, int] = (512, 7, 7),
    ):
        super().__init__()
        _check(classifier, num_classes, stride)
        self.stride = stride
        for name in STAGES:
            setattr(self, name, classifier.get_submodule(name))
        self.described = as_convolutions(classifier.classifier[:-1], map_shape, padding="same")
        self.score5 = _score_layer(_channels_of(self.described), num_classes)
        if stride <= 16:
            self.twice5 = Enlarge(num_classes, 2, learns=True)
            self.score4 = _score_layer(_channels_of(self.stage4), num_classes)
        if stride == 8:
            self.twice4 = Enlarge(num_classes, 2, learns=True)
            self.score3 = _score_layer(_channels_of(self.stage3), num_classes)
        self.enlarge = Enlarge(num_classes, stride, learns=False)

    def forward(self, images: Float[Tensor, "n c h w"]) -> Float[Tensor, "n classes h w"]:
        height, width = images.shape[2:]
        x = nn.functional.pad(images, (0, -width % 32, 0, -height % 32))
        third = self.stage3(self.stage2(self.stage1(x)))  # n c  h/8  w/8
        fourth = self.stage4(third)  # n c h/16 w/16
        scores = self.score5(self.described(self.stage5(fourth)))  # n classes h/32 w/32
        if self.stride <= 16:
            scores = self.twice5(scores) + self.score4(fourth)  # n classes h/16 w/16
        if self.stride == 8:
            scores = self.twice4(scores) + self.score3(third)  # n classes h/8 w/8
        return self.enlarge(scores)[..., :height, :width]  # n classes h w

    def start_from(self, coarser: "FCN") -> None:
        """Take over every weight of a network with a larger stride, as the paper trains them.

        The layers it does not have keep their zeros. Raises ValueError for one not coarser.
        """
        if coarser.stride <= self.stride:
            raise ValueError(f"FCN-{coarser.stride}s is not coarser than FCN-{self.stride}s.")
        known = self.state_dict()
        taken = {k: v for k, v in coarser.state_dict().items() if not k.startswith("enlarge.")}
        self.load_state_dict(known | taken)


class Enlarge(nn.Module):
    """Make maps `factor` times larger: a transposed convolution that begins as interpolation."""

    def __init__(self, num_channels: int, factor: int, learns: bool):
        super().__init__()
        self.factor = factor
        self.weight = nn.Parameter(bilinear_kernel(num_channels, factor), requires_grad=learns)

    def forward(self, x: Float[Tensor, "n c h w"]) -> Float[Tensor, "n c larger_h larger_w"]:
        return nn.functional.conv_transpose2d(
            x, self.weight, stride=self.factor, padding=self.factor // 2
        )


def _score_layer(in_channels: int, num_classes: int) -> nn.Conv2d:
    """One linear layer for every place, which says nothing of any class at first."""
    layer = nn.Conv2d(in_channels, num_classes, 1)
    nn.init.zeros_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _channels_of(module: nn.Module) -> int:
    """How many channels its last convolution gives."""
    convolutions = [layer for layer in module.modules() if isinstance(layer, nn.Conv2d)]
    return convolutions[-1].out_channels


def _check(classifier: nn.Module, num_classes: int, stride: int) -> None:
    if stride not in STRIDES:
        raise ValueError(f"stride is {stride}; there are FCN-32s, FCN-16s and FCN-8s.")
    if num_classes < 2:
        raise ValueError(f"num_classes is {num_classes}; there must be two classes to tell apart.")
    missing = [name for name in (*STAGES, "classifier") if not hasattr(classifier, name)]
    if missing:
        raise ValueError(
            f"{type(classifier).__name__} has no {', '.join(missing)}; a VGG or a "
            "small_classifier has five stages that halve the image, and a classifier."
        )
    if not isinstance(classifier.classifier[-1], nn.Linear):
        raise ValueError("The last layer of classifier.classifier must be an nn.Linear.")
