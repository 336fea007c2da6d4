"""Of convolution alone: its cases are odd, in float64, and without zeros and ties."""

import torch

ONLY = "convolution"


def test_points_add_up_to_twenty_one(assignment):
    # Twenty-five with the written question.
    assert sum(function.points for function in assignment.functions.values()) == 21


def test_numbers_are_float64_and_all_different(exam_of, name):
    for inputs in exam_of(name, 0).inputs:
        for tensor in filter(torch.is_tensor, inputs.values()):
            assert tensor.dtype == torch.float64
            assert tensor.unique().numel() == tensor.numel()
            assert (tensor != 0).all()


def test_images_are_not_square(exam_of, name):
    for inputs in exam_of(name, 0).inputs:
        height, width = inputs.get("image_size") or inputs.get("images").shape[1:3]
        assert height != width


def test_padding_never_fills_a_window_when_pooling(exam_of):
    for expected in exam_of("pool_channels_last", 0).expected:
        assert expected.isfinite().all()
