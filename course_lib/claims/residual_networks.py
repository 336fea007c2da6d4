"""Sizes, costs and gradients of residual networks.

Lecture: sharif_2024, "ResNet". Source: He, Zhang, Ren & Sun 2015, arXiv:1512.03385.
"""

from itertools import pairwise

import torch
from torch import Tensor, nn

from course_lib.architectures.residual_blocks import Bottleneck, PlainBlock, ResidualBlock
from course_lib.claims.shapes_only import flops_of, layers_of, shapes_only
from course_lib.initialization import kaiming_normal_, xavier_normal_
from course_lib.inspection import count_parameters, jacobian

NETWORKS = ("resnet18", "resnet34", "resnet50", "resnet101", "resnet152")
IMAGE = (1, 3, 224, 224)


def depths() -> list[int]:
    """Layers with weights from image to classes, shortcuts apart, of the five networks."""
    return [len(_layers_on_the_way(name)) for name in NETWORKS]


def num_fully_connected() -> list[int]:
    """How many fully connected layers each of the five networks has."""
    return [len(layers_of(name, nn.Linear)) for name in NETWORKS]


def depths_with_bottlenecks() -> list[int]:
    """The depths of those of the five that are made of bottlenecks."""
    pairs = zip(depths(), NETWORKS, strict=True)
    return [depth for depth, name in pairs if layers_of(name, Bottleneck)]


def volume_ratios() -> list[float]:
    """Numbers in a stage's maps beside those of the stage before, conv3_x to conv5_x: 2/4."""
    model, x = shapes_only("resnet34"), torch.zeros(IMAGE, device="meta")
    x = model.pool(model.conv1(x))
    volumes = []
    for stage in (model.conv2_x, model.conv3_x, model.conv4_x, model.conv5_x):
        x = stage(x)
        volumes.append(x.numel())
    return [after / before for before, after in pairwise(volumes)]


def bottleneck_parameters() -> list[int]:
    """Parameters of a block on 256 maps: a bottleneck's, and those of two 3x3 convolutions."""
    narrow = Bottleneck(256, 256, 1, shortcut="B", stride_in="1x1")
    wide = ResidualBlock(256, 256, 1, shortcut="B")
    return [int(count_parameters(block)) for block in (narrow, wide)]


def bottleneck_saves_parameters() -> bool:
    """Whether the first of the two is the smaller."""
    narrow, wide = bottleneck_parameters()
    return narrow < wide


def cost_of_16_more_layers() -> float:
    """Multiply-adds of ResNet-50, which has bottlenecks, beside those of ResNet-34."""
    return flops_of("resnet50") / flops_of("resnet34")


def pointwise_convolution_mixes_channels() -> bool:
    """Whether each output of a 1x1 convolution depends on all channels of its pixel, no other."""
    layer = Bottleneck(8, 8, 1, shortcut="B", stride_in="1x1").conv1
    depends = (jacobian(layer, torch.ones(8, 2, 2)) != 0).reshape(2, 4, 8, 4)
    return torch.equal(depends.all(dim=(0, 2)), torch.eye(4, dtype=torch.bool))


def deeper_plain_network_has_more_parameters() -> bool:
    """Whether the plain network of 56 layers has more parameters than that of 20."""
    return _parameters("cifar_plain56") > _parameters("cifar_plain20")


def block_without_residual_is_identity() -> bool:
    """Whether a block whose branch gives 0 hands on its input, which a rectifier made."""
    block, x = _block_of_zeros(), _positive_images()
    return torch.equal(block(x), x)


def gradient_has_two_paths() -> bool:
    """Whether dH/dx is dF/dx + 1 for H = F(x) + x: in many dimensions 1 is the identity."""
    branch, x = _Branch(_block()), _positive_images()[0]
    with_shortcut = jacobian(_WithShortcut(branch), x)
    return torch.allclose(with_shortcut, jacobian(branch, x) + torch.eye(x.numel()))


def second_path_is_left() -> bool:
    """Whether the gradient goes on unchanged where that of the branch is 0."""
    block, x = _block_of_zeros(), _positive_images()[0] + 1
    return torch.equal(jacobian(block, x), torch.eye(x.numel()))


def shortcuts_without_weights_keep_the_size() -> bool:
    """Whether shortcuts of the five networks have weights only where a block changes the size."""
    kinds = (ResidualBlock, Bottleneck)
    blocks = [block for name in NETWORKS for kind in kinds for block in layers_of(name, kind)]
    return all(_changes_the_size(each) or count_parameters(each.shortcut) == 0 for each in blocks)


def he_beside_xavier() -> float:
    """Deviation of He's first weights over Xavier's, for 3x3 from 64 to 64 maps: sqrt(2)."""
    return (_drawn(kaiming_normal_) / _drawn(xavier_normal_)).item()


class _Branch(nn.Module):
    def __init__(self, block: PlainBlock):
        super().__init__()
        self.block = block

    def forward(self, x: Tensor) -> Tensor:
        return self.block.branch(x)


class _WithShortcut(nn.Module):
    def __init__(self, branch: nn.Module):
        super().__init__()
        self.branch = branch

    def forward(self, x: Tensor) -> Tensor:
        return self.branch(x) + x


def _block() -> ResidualBlock:
    torch.manual_seed(0)
    return ResidualBlock(2, 2, 1, shortcut="B").eval()


def _block_of_zeros() -> ResidualBlock:
    block = _block()
    nn.init.zeros_(block.norm2.weight)
    return block


def _positive_images() -> Tensor:
    generator = torch.Generator().manual_seed(0)
    return torch.rand(1, 2, 4, 4, generator=generator) + 0.1


def _changes_the_size(block: ResidualBlock | Bottleneck) -> bool:
    """Whether other maps leave it than came in, more of them or smaller ones."""
    convolutions = [layer for layer in block.children() if isinstance(layer, nn.Conv2d)]
    strides = {layer.stride for layer in convolutions}
    return convolutions[0].in_channels != convolutions[-1].out_channels or strides != {(1, 1)}


def _drawn(draw) -> Tensor:
    """The deviation that a rule draws weights with: the same draws, so the ratio is exact."""
    return draw(torch.empty(64, 64, 3, 3), generator=torch.Generator().manual_seed(0)).std()


def _layers_on_the_way(name: str) -> list[nn.Module]:
    return [
        module
        for place, module in shapes_only(name).named_modules()
        if isinstance(module, nn.Conv2d | nn.Linear) and "shortcut" not in place
    ]


def _parameters(name: str) -> int:
    return count_parameters(shapes_only(name)).total
