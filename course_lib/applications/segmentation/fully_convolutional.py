"""A fully connected layer is a convolution whose kernel is as large as its input.

So a classifier for images of one size can be rewritten as a network for images of any larger
size: it gives the scores the classifier would give, at every place the image could be cut to its
size (in steps of the network's stride), without computing anything twice.
Source: Long, Shelhamer & Darrell 2015, "Fully convolutional networks for semantic segmentation",
arXiv:1411.4038, section 3.1.
"""

from torch import Tensor, nn


def as_convolutions(
    classifier: nn.Sequential, input_shape: tuple[int, int, int], padding: int | str = 0
) -> nn.Sequential:
    """Rewrite fully connected layers on maps of `input_shape` (c, h, w) as convolutions.

    The first becomes h by w wide, the others 1x1; the weights are the same numbers in another
    shape. Layers without parameters stay, Flatten goes. `padding` is that of the first
    convolution: with "same" there are as many scores as places in the map.

    Raises ValueError where the first layer does not fit `input_shape`, and for layers with
    parameters that are not fully connected.
    """
    layers: list[nn.Module] = []
    shape = input_shape
    for layer in classifier:
        if isinstance(layer, nn.Linear):
            layers.append(_as_convolution(layer, shape, padding if shape is input_shape else 0))
            shape = (layer.out_features, 1, 1)
        elif any(True for _ in layer.parameters()):
            raise ValueError(f"classifier holds a {type(layer).__name__}; only nn.Linear is known.")
        elif not isinstance(layer, nn.Flatten):
            layers.append(layer)
    return nn.Sequential(*layers)


def _as_convolution(
    linear: nn.Linear, shape: tuple[int, int, int], padding: int | str
) -> nn.Conv2d:
    channels, height, width = shape
    if linear.in_features != channels * height * width:
        raise ValueError(
            f"input_shape {shape} holds {channels} * {height} * {width} = "
            f"{channels * height * width} numbers, but the layer takes {linear.in_features}."
        )
    convolution = nn.Conv2d(
        channels,
        linear.out_features,
        (height, width),
        padding=padding,
        bias=linear.bias is not None,
        device=linear.weight.device,
        dtype=linear.weight.dtype,
    )
    # A Linear flattens its input in the order channel, row, column, as a kernel is stored.
    _copy(linear.weight.view(convolution.weight.shape), convolution.weight)
    if linear.bias is not None:
        _copy(linear.bias, convolution.bias)
    return convolution


def _copy(source: Tensor, target: Tensor) -> None:
    target.data.copy_(source.data)
