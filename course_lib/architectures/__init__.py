"""Networks, one paper per file, in torch.nn."""

from course_lib.architectures.digit_bitmaps import digit_bitmaps
from course_lib.architectures.lenet5 import lenet5, lenet5_input, map_loss
from course_lib.architectures.lenet5_modern import lenet5_modern

__all__ = ["digit_bitmaps", "lenet5", "lenet5_input", "lenet5_modern", "map_loss"]
