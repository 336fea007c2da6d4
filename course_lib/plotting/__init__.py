"""Figures of the course. Each function returns the matplotlib Figure it drew."""

from course_lib.plotting.arms import by_arm, plot_arms
from course_lib.plotting.curves import plot_curves
from course_lib.plotting.diagrams import (
    draw_convolution,
    draw_pooling,
    draw_strides,
    draw_volumes,
)
from course_lib.plotting.feature_maps import plot_feature_maps
from course_lib.plotting.filters import plot_filters
from course_lib.plotting.images import plot_images
from course_lib.plotting.spread import plot_spread

__all__ = [
    "by_arm",
    "draw_convolution",
    "draw_pooling",
    "draw_strides",
    "draw_volumes",
    "plot_arms",
    "plot_curves",
    "plot_feature_maps",
    "plot_filters",
    "plot_images",
    "plot_spread",
]
