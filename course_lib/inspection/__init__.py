"""Look into a network: the shapes that pass through it, its exact size, its source."""

from course_lib.inspection.parameters import count_parameters
from course_lib.inspection.shapes import output_shapes
from course_lib.inspection.source import show_source

__all__ = ["count_parameters", "output_shapes", "show_source"]
