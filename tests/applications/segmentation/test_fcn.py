"""FCN-32s, 16s and 8s. Oracle: the paper's structure; torch's interpolation; sums by hand."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from course_lib.applications.segmentation import FCN, as_convolutions, small_classifier
from course_lib.applications.segmentation.small_classifier import MAP_SHAPE
from course_lib.architectures import vgg16

STRIDES = (32, 16, 8)


def _network(stride, num_classes=3):
    torch.manual_seed(2)
    return FCN(small_classifier(10), num_classes, stride, MAP_SHAPE).eval()


def _with_drawn_scores(network):
    for name, layer in network.named_children():
        if name.startswith("score"):
            nn.init.normal_(layer.weight)
    return network


@pytest.mark.parametrize("stride", STRIDES)
@pytest.mark.parametrize("size", [(64, 96), (45, 70), (1, 33)])
def test_there_are_scores_for_every_pixel_of_any_size(stride, size):
    scores = _network(stride)(torch.randn(2, 3, *size))
    assert scores.shape == (2, 3, *size)
    assert not scores.any()  # the score layers begin with zeros


def test_fcn_32s_is_the_enlarged_score_map():
    network = _with_drawn_scores(_network(32))
    images = torch.randn(1, 3, 64, 128)
    maps = images
    for stage in ("stage1", "stage2", "stage3", "stage4", "stage5", "described", "score5"):
        maps = network.get_submodule(stage)(maps)
    assert maps.shape == (1, 3, 2, 4)
    wanted = F.interpolate(maps, scale_factor=32, mode="bilinear", align_corners=False)
    # Away from the edges, where interpolation repeats pixels and a convolution meets zeros.
    inner = (slice(None), slice(None), slice(16, -16), slice(16, -16))
    torch.testing.assert_close(network(images)[inner], wanted[inner], rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(("stride", "scored"), [(32, "5"), (16, "45"), (8, "345")])
def test_finer_networks_also_score_finer_stages(stride, scored):
    names = {name for name, _ in _network(stride).named_children() if name.startswith("score")}
    assert names == {f"score{number}" for number in scored}


def test_the_scores_of_all_three_stages_add_up():
    network = _with_drawn_scores(_network(8))
    images = torch.randn(1, 3, 64, 64)
    whole = network(images)
    parts = []
    for kept in ("score3", "score4", "score5"):
        state = {name: value.clone() for name, value in network.state_dict().items()}
        for name, layer in network.named_children():
            if name.startswith("score") and name != kept:
                nn.init.zeros_(layer.weight)
        parts.append(network(images))
        network.load_state_dict(state)
    torch.testing.assert_close(sum(parts), whole, rtol=1e-4, atol=1e-4)
    assert all(part.abs().max() > 0.01 for part in parts)


def test_the_last_enlargement_stays_interpolation_and_the_others_learn():
    learning = {name for name, p in _network(8).named_parameters() if p.requires_grad}
    assert "twice5.weight" in learning
    assert "twice4.weight" in learning
    assert "enlarge.weight" not in learning


def test_a_finer_network_starts_from_a_coarser_one():
    coarse, fine = _with_drawn_scores(_network(16)), _network(8)
    fine.start_from(coarse)
    for name, value in coarse.state_dict().items():
        if not name.startswith("enlarge"):
            assert fine.state_dict()[name].equal(value), name
    assert not fine.score3.weight.any()
    images = torch.randn(1, 3, 64, 64)
    inner = (slice(None), slice(None), slice(24, -24), slice(24, -24))
    ours, theirs = fine(images)[inner], coarse(images)[inner]
    assert (ours - theirs).abs().max() < 0.2 * theirs.abs().max()  # interpolated twice, or once
    for other in (fine, _network(8)):
        with pytest.raises(ValueError, match="FCN-8s is not coarser than FCN-8s"):
            fine.start_from(other)


def test_out_of_vgg16_as_in_the_paper():
    with torch.device("meta"):
        network = FCN(vgg16(), 21, 8)
    # fc6 and fc7 became 7x7 and 1x1 convolutions; three score layers; two 4x4 upsamplings learn.
    fc6, fc7 = 4096 * (512 * 49 + 1), 4096 * (4096 + 1)
    vgg = 138_357_544 - 1000 * 4097
    scores = 21 * (4097 + 513 + 257)
    upsampling = 2 * 21 * 21 * 16
    count = sum(p.numel() for p in network.parameters() if p.requires_grad)
    assert count == vgg + scores + upsampling
    assert sum(p.numel() for p in network.described.parameters()) == fc6 + fc7
    assert network(torch.zeros(1, 3, 320, 480, device="meta")).shape == (1, 21, 320, 480)


def test_the_classifier_alone_still_classifies():
    classifier = small_classifier(10).eval()
    images = torch.randn(2, 3, 96, 96)
    scores = classifier(images)
    assert scores.shape == (2, 10)
    maps = images
    for number in range(1, 6):
        maps = classifier.get_submodule(f"stage{number}")(maps)
    assert tuple(maps.shape[1:]) == MAP_SHAPE
    converted = as_convolutions(classifier.classifier, MAP_SHAPE)
    torch.testing.assert_close(converted(maps)[..., 0, 0], scores, rtol=1e-4, atol=1e-5)


def test_impossible_networks_are_refused():
    with pytest.raises(ValueError, match="stride is 4; there are FCN-32s"):
        FCN(small_classifier(3), 3, 4, MAP_SHAPE)
    with pytest.raises(ValueError, match="num_classes is 1"):
        FCN(small_classifier(3), 1, 8, MAP_SHAPE)
    with pytest.raises(ValueError, match=r"Linear has no stage1, .*stage5, classifier"):
        FCN(nn.Linear(1, 1), 3)
    headless = small_classifier(3)
    headless.classifier = headless.classifier[:-1]
    with pytest.raises(ValueError, match=r"last layer of classifier.classifier must be an nn.Lin"):
        FCN(headless, 3, 8, MAP_SHAPE)
    with pytest.raises(ValueError, match="the layer takes 1152"):
        FCN(small_classifier(3), 3, 8, (128, 7, 7))
