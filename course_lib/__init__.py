"""The library of *Going Deeper*, a course on convolutional networks.

Each part is imported by its own name (`from course_lib.layers import conv2d`), so that a
notebook loads only what it uses.
"""

__version__ = "0.2.0"
