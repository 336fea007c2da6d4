"""Amina did everything right, and answered the question in her own words."""

NAME = "Amina Diallo"

EXPECTED = {
    "output_size": 2.0,
    "conv_channels_last": 4.0,
    "conv_channels_last_grad_images": 4.0,
    "conv_channels_last_grad_weight": 4.0,
    "pool_channels_last": 3.0,
    "pool_channels_last_backward": 4.0,
}

WRITTEN = {
    "stride-that-does-not-fit": """\
1. The windows start at 0 and 3 and end at 5, so row 6 and column 6 are never seen. That is
   7 + 7 - 1 = 13 pixels.
2. Zero. They are in no window, so the loss does not depend on them.
3. Padding 1 on every side: (9 - 3) / 3 + 1 = 3, so 3 by 3. Stride 2: (7 - 3) / 2 + 1 = 3, 3 by 3.
4. No: the windows are rows 0-2 and 4-6, row 3 is skipped. It only means that the last window ends
   at the edge."""
}
