"""The bank of mistakes: one file a graded function, one class a mistake, named after it."""

from wrong import (  # noqa: F401
    conv_channels_last,
    conv_channels_last_grad_images,
    conv_channels_last_grad_weight,
    output_size,
    pool_channels_last,
    pool_channels_last_backward,
)
