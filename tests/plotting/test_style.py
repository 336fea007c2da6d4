from itertools import combinations

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgb
from matplotlib.text import Text

from course_lib.plotting import plot_curves, plot_feature_maps, plot_filters, plot_images
from course_lib.plotting.style import INK, MUTED, SERIES, house_style

# Machado, Oliveira & Fernandes 2009, IEEE TVCG 15(6), severity 1.0, on linear RGB.
SIGHT = {
    "full color vision": np.eye(3),
    "protanopia": [
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ],
    "deuteranopia": [
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ],
    "tritanopia": [
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ],
}


def linear(color: str) -> np.ndarray:
    channels = np.array(to_rgb(color))
    return np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)


def cielab(rgb: np.ndarray) -> np.ndarray:
    """CIE 1976 L*a*b* of linear sRGB, white point D65."""
    to_xyz = [(0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)]
    xyz = np.array(to_xyz) @ rgb.clip(0, 1) / (0.9505, 1, 1.089)
    x, y, z = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    return np.array((116 * y - 16, 500 * (x - y), 200 * (y - z)))


@pytest.mark.parametrize("sight", SIGHT)
def test_any_two_series_can_be_told_apart(sight):
    # 2.3 is a just noticeable difference; we ask for five times that.
    seen = [cielab(np.array(SIGHT[sight]) @ linear(color)) for color in SERIES]
    assert min(np.linalg.norm(a - b) for a, b in combinations(seen, 2)) > 11.5


@pytest.mark.parametrize("color", [*SERIES, INK, MUTED])
def test_every_color_can_be_read_as_text_on_white(color):
    # Oracle: WCAG 2.1 AA, 4.5 to 1.
    assert 1.05 / ((0.2126, 0.7152, 0.0722) @ linear(color) + 0.05) >= 4.5


def record(seed: int) -> dict:
    epoch = {"epoch": 1, "train_loss": 1.0, "train_error": 0.5, "validation_error": 0.4}
    scale = {"kind": "quick", "of_paper": None, "note": "a try."}
    return {"experiment": "net", "seed": seed, "scale": scale, "epochs": [epoch]}


FIGURES = {
    "images": lambda: plot_images(torch.rand(3, 1, 4, 4), [1, 2, 3], [1, 2, 4]),
    "filters": lambda: plot_filters(torch.randn(3, 1, 4, 4)),
    "filters in color": lambda: plot_filters(torch.randn(3, 3, 4, 4)),
    "filters over many channels": lambda: plot_filters(torch.randn(3, 2, 4, 4)),
    "feature maps": lambda: plot_feature_maps(torch.randn(3, 4, 4)),
    "curves": lambda: plot_curves([record(0), record(1)]),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_no_setting_of_the_reader_changes(figure):
    before = matplotlib.rcParams.copy()
    FIGURES[figure]()
    assert matplotlib.rcParams == before


def test_no_setting_of_the_reader_changes_by_an_error_either():
    before = matplotlib.rcParams.copy()
    with pytest.raises(ZeroDivisionError), house_style():
        raise ZeroDivisionError
    assert matplotlib.rcParams == before


@pytest.mark.parametrize("figure", FIGURES)
def test_the_readers_settings_do_not_change_the_figure(figure):
    with plt.style.context("dark_background"), plt.rc_context({"font.size": 5}):
        drawn = FIGURES[figure]()
    drawn.canvas.draw()
    assert drawn.get_facecolor() == (1, 1, 1, 1)
    texts = [text for text in drawn.findobj(Text) if text.get_text()]
    assert all(text.get_fontsize() >= 9 for text in texts)
    assert all(linear(text.get_color()) @ (0.2126, 0.7152, 0.0722) < 0.2 for text in texts)
