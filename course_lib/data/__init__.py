"""Data sets as tensors: fetched once, checked by hash, cut evenly by class."""

from course_lib.data.loading import load
from course_lib.data.preparation import prepare
from course_lib.data.splits import split_off

__all__ = ["load", "prepare", "split_off"]
