"""What ZFNet changes in AlexNet.

Lecture: kaist, "ZFNet". Source: Zeiler & Fergus 2014, figure 3 and table 2.
"""

from course_lib.claims.shapes_only import shapes_only


def first_layer() -> list[int]:
    """Side and stride of the first kernels: of AlexNet, then of ZFNet."""
    layers = [shapes_only(name).conv1 for name in ("alexnet", "zfnet")]
    return [number for layer in layers for number in (layer.kernel_size[0], layer.stride[0])]


def maps_of_figure_3() -> list[int]:
    """The maps of layers 3, 4 and 5 in the network of figure 3."""
    return _maps("zfnet")


def _maps(name: str) -> list[int]:
    layers = (shapes_only(name).get_submodule(f"conv{number}") for number in (3, 4, 5))
    return [layer.out_channels for layer in layers]
