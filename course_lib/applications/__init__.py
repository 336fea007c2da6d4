"""What convolutional networks are used for beyond naming a picture.

`course_lib.applications.detection` finds objects, `course_lib.applications.segmentation` names
every pixel. Each is imported by its own name.
"""
