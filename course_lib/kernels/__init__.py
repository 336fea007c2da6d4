"""The operations as GPU kernels in Triton, where a teacher would show one and fusing pays.

They take CUDA tensors. With TRITON_INTERPRET=1 in the environment before the first import they
run on the CPU instead, in Triton's interpreter: slowly, for tests and for reading along.
Arguments, results and errors are those of `course_lib.layers`.

Source: Tillet, Kung & Cox 2019, "Triton: an intermediate language and compiler for tiled neural
network computations".
"""

try:
    import triton as _triton  # noqa: F401
except ImportError as missing:
    raise ImportError(
        "course_lib.kernels needs Triton, which comes with torch on Linux with CUDA "
        "(pip install triton). Everything else in course_lib works without it."
    ) from missing

from course_lib.kernels.adam import FusedAdam
from course_lib.kernels.batch_normalization import batch_norm_add_relu
from course_lib.kernels.convolution import conv2d
from course_lib.kernels.cross_entropy import cross_entropy, cross_entropy_backward
from course_lib.kernels.max_pooling import max_pool2d, max_pool2d_backward
from course_lib.kernels.response_normalization import local_response_norm

__all__ = [
    "FusedAdam",
    "batch_norm_add_relu",
    "conv2d",
    "cross_entropy",
    "cross_entropy_backward",
    "local_response_norm",
    "max_pool2d",
    "max_pool2d_backward",
]
