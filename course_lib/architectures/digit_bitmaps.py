"""Ten digits drawn on a grid of 7 by 12 pixels: what LeNet-5's last layer compares with.

Paper: LeCun, Bottou, Bengio & Haffner 1998, section II-B and figure 3.
Differs from the paper: its bitmaps are a set for all of printable ASCII; these ten are ours.
"""

import torch
from jaxtyping import Float
from torch import Tensor

WIDTH, HEIGHT = 7, 12

DRAWING = """
..###.. ...##.. .#####. .#####. ....##. ####### ..####. ####### .#####. .#####.
.##.##. ..###.. ##...## ##...## ...###. ##..... .##.... ##...## ##...## ##...##
##...## .####.. .....## .....## ..####. ##..... ##..... .....## ##...## ##...##
##...## ...##.. .....## .....## .##.##. ##..... ##..... .....## ##...## ##...##
##...## ...##.. ....##. .....## ##..##. ######. ##..... ....##. ##...## ##...##
##...## ...##.. ...##.. ..####. ##..##. .....## ######. ....##. .#####. ##...##
##...## ...##.. ..##... .....## ####### .....## ##...## ...##.. ##...## .######
##...## ...##.. .##.... .....## ....##. .....## ##...## ...##.. ##...## .....##
##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## .....##
.##.##. ...##.. ##..... ##...## ....##. ##...## ##...## ..##... ##...## ....##.
..###.. .###### ####### .#####. ....##. .#####. .#####. ..##... .#####. .####..
"""


def digit_bitmaps() -> Float[Tensor, "digits=10 pixels=84"]:
    """The bitmap of each digit, row after row: +1 where there is ink, -1 where there is none.

    +1 and -1 are where the scaled tanh bends most: far from its limits, so that the units of
    F6 can reach their targets without saturating.
    """
    rows = [line.split() for line in DRAWING.split("\n") if line]
    digits = ["".join(row[digit] for row in rows) for digit in range(10)]
    return torch.tensor([[1.0 if pixel == "#" else -1.0 for pixel in digit] for digit in digits])
