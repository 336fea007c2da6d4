"""How every figure of the course looks, in one place.

White ground, thin axes, text of 9 points or more, colors that color-blind readers can tell
apart. Nothing of it stays behind in the reader's own matplotlib settings.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

# Each can be told from each other under every common color blindness, and read as text on
# white (contrast 4.5); both are tested.
SERIES = ("#2b5fc0", "#b85600", "#087f62", "#641560", "#3a4048")
ACCENT = SERIES[1]
INK = "#24292f"
MUTED = "#666d76"
FAINT = "#d9dce1"

# Zero is white, or black where nothing is negative; more is redder, or brighter.
SIGNED_COLORS = "RdBu_r"
UNSIGNED_COLORS = "gray"

SMALL = 9
STYLE = {
    "figure.dpi": 110,
    "figure.constrained_layout.use": True,
    "figure.facecolor": "white",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": MUTED,
    "axes.linewidth": 0.8,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.axisbelow": True,
    "grid.color": FAINT,
    "grid.linewidth": 0.6,
    "lines.linewidth": 1.8,
    "xtick.labelsize": SMALL,
    "ytick.labelsize": SMALL,
    "xtick.color": MUTED,
    "ytick.color": MUTED,
    "xtick.labelcolor": INK,
    "ytick.labelcolor": INK,
    "image.interpolation": "nearest",
}


@contextmanager
def house_style() -> Iterator:
    """matplotlib.pyplot in the style of the course, for the length of a `with` block."""
    import matplotlib.pyplot as plt

    # Loads the backend. A notebook's turns on its display with that; were it loaded inside
    # the block, the end of the block would turn it off again.
    plt.draw_if_interactive()
    before = set(plt.get_fignums())
    with plt.style.context(["default", STYLE]):
        yield plt
        for number in set(plt.get_fignums()) - before:
            figure = plt.figure(number)
            # Ticks are made when they are first drawn, with the settings of that moment.
            figure.draw_without_rendering()
            figure._ipython_display_ = partial(_shown, figure)


def _shown(figure) -> None:
    """Keep a figure that was shown as the value of a cell from being shown again after it.

    IPython asks here before it shows a figure; a notebook shows all open ones after a cell.
    """
    import matplotlib.pyplot as plt

    plt.close(figure)
    raise NotImplementedError  # IPython's word for "show it as you would have"
