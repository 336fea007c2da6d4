"""What ZFNet changes in AlexNet.

Lecture: kaist, "ZFNet". Source: Zeiler & Fergus 2014, figure 3.
"""

from course_lib.claims.shapes_only import shapes_only


def first_layer() -> list[int]:
    """Side and stride of the first kernels: of AlexNet, then of ZFNet."""
    layers = [shapes_only(name).conv1 for name in ("alexnet", "zfnet")]
    return [number for layer in layers for number in (layer.kernel_size[0], layer.stride[0])]
