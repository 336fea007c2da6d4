"""Ben opened the notebook, saved it and handed it in as it was."""

NAME = "Ben Fischer"

UNTOUCHED = True

EXPECTED = {
    "output_size": 0.0,
    "conv_channels_last": 0.0,
    "conv_channels_last_grad_images": 0.0,
    "conv_channels_last_grad_weight": 0.0,
    "pool_channels_last": 0.0,
    "pool_channels_last_backward": 0.0,
}
