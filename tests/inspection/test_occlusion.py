"""Oracle: each covered image classified by hand."""

import pytest
import torch
from torch import nn

from course_lib.inspection import occlusion_map


@pytest.mark.parametrize("batch_size", [1, 4, 64])
def test_each_entry_is_the_probability_behind_its_square(network, images, batch_size):
    found = occlusion_map(network, images[0], 3, size=3, stride=2, gray=0.5, batch_size=batch_size)
    assert found.shape == (3, 4)
    network.eval()
    for row in range(3):
        for column in range(4):
            covered = images[:1].clone()
            covered[:, :, 2 * row : 2 * row + 3, 2 * column : 2 * column + 3] = 0.5
            expected = network(covered).softmax(dim=1)[0, 3]
            torch.testing.assert_close(found[row, column], expected.detach())


def test_a_network_that_looks_at_one_pixel_needs_that_pixel():
    model = nn.Sequential(nn.Flatten(), nn.Linear(20, 2))
    model[1].weight.data.zero_()
    model[1].bias.data.zero_()
    model[1].weight.data[1, 2 * 5 + 3] = 4.0
    found = occlusion_map(model, torch.ones(1, 4, 5), 1, size=2)
    # Squares at rows 1, 2 and columns 2, 3 cover the pixel (2, 3).
    covered = found < 0.6
    assert covered.nonzero().tolist() == [[1, 2], [1, 3], [2, 2], [2, 3]]
    torch.testing.assert_close(found[covered], torch.full((4,), 0.5))


def test_a_square_may_be_as_large_as_the_image(network, images):
    assert occlusion_map(network, images[0, :, :, :7], 0, size=7).shape == (1, 1)


@pytest.mark.parametrize(("size", "stride"), [(8, 1), (0, 1), (3, 0)])
def test_a_square_that_does_not_fit_is_named(network, images, size, stride):
    message = f"size {size} and stride {stride}: the square must fit .* 7 x 9 pixels"
    with pytest.raises(ValueError, match=message):
        occlusion_map(network, images[0], 0, size, stride)


@pytest.mark.parametrize("label", [5, -1])
def test_a_class_that_is_not_there_is_named(network, images, label):
    with pytest.raises(ValueError, match="must lie between 0 and 4"):
        occlusion_map(network, images[0], label, 7)


def test_the_model_and_the_image_are_left_as_they_were(network, images, stays_as_it_is):
    before = images.clone()
    with stays_as_it_is(network):
        occlusion_map(network, images[0], 0, 5)
    assert torch.equal(images, before)


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_the_same(network, images):
    expected = occlusion_map(network, images[0], 0, 5)
    found = occlusion_map(network.cuda(), images[0], 0, 5)
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
