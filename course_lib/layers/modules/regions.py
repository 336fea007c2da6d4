"""Region pooling and alignment, with the arguments of torchvision.ops.RoIPool and RoIAlign."""

import torch
from jaxtyping import Float
from torch import Tensor

from course_lib.layers.gradients import with_gradient
from course_lib.layers.modules.winners import with_winners
from course_lib.layers.region_alignment import roi_align, roi_align_backward
from course_lib.layers.region_pooling import roi_pool, roi_pool_backward
from course_lib.layers.regions import Boxes, Cells
from course_lib.layers.sizes import Size


class RoIPool(torch.nn.Module):
    """`roi_pool` as a module."""

    def __init__(self, output_size: Size, spatial_scale: float):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale

    def forward(self, input: Float[Tensor, "n c h w"], rois: Boxes) -> Cells:
        output, _ = with_winners(
            roi_pool,
            roi_pool_backward,
            input,
            boxes=rois,
            output_size=self.output_size,
            spatial_scale=self.spatial_scale,
        )
        return output

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}, spatial_scale={self.spatial_scale}"


class RoIAlign(torch.nn.Module):
    """`roi_align` as a module."""

    def __init__(
        self, output_size: Size, spatial_scale: float, sampling_ratio: int, aligned: bool = False
    ):
        super().__init__()
        self.output_size = output_size
        self.spatial_scale = spatial_scale
        self.sampling_ratio = sampling_ratio
        self.aligned = aligned

    def forward(self, input: Float[Tensor, "n c h w"], rois: Boxes) -> Cells:
        return with_gradient(
            roi_align,
            roi_align_backward,
            input,
            boxes=rois,
            output_size=self.output_size,
            spatial_scale=self.spatial_scale,
            sampling_ratio=self.sampling_ratio,
            aligned=self.aligned,
        )

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, spatial_scale={self.spatial_scale}, "
            f"sampling_ratio={self.sampling_ratio}, aligned={self.aligned}"
        )
