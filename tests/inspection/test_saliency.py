"""Oracle: slopes by hand and by finite differences, and the three rules for rectifiers by hand."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import saliency
from course_lib.inspection.rectifier_rules import RectifierRule
from course_lib.layers import modules as written_out


def test_for_a_linear_classifier_it_is_the_largest_weight_of_the_pixel():
    model = nn.Sequential(nn.Flatten(), nn.Linear(3 * 4 * 5, 7))
    classes = torch.tensor([6, 2])
    found = saliency(model, torch.randn(2, 3, 4, 5), classes)
    expected = model[1].weight[classes].view(2, 3, 4, 5).abs().amax(dim=1)
    torch.testing.assert_close(found, expected.detach())


def test_it_is_the_slope_of_the_score_of_the_predicted_class(network):
    network.double().eval()
    images = torch.randn(2, 3, 7, 9, dtype=torch.float64)
    scores = network(images)
    slopes, step = torch.zeros_like(images), 1e-6
    for place in range(images[0].numel()):
        for number in range(2):
            ends = []
            for sign in (step, -step):
                moved = images.clone()
                moved[number].view(-1)[place] += sign
                ends.append(network(moved)[number, scores[number].argmax()])
            slopes[number].view(-1)[place] = (ends[0] - ends[1]).detach() / (2 * step)
    found = saliency(network, images)
    torch.testing.assert_close(found, slopes.abs().amax(dim=1), rtol=1e-6, atol=1e-8)


RECTIFIERS = {
    "module": nn.ReLU(),
    "in place": nn.ReLU(inplace=True),
    "function": F.relu,
    "function in place": lambda x: F.relu(x, inplace=True),
    "torch": torch.relu,
    "torch in place": torch.relu_,
    "method": lambda x: x.relu(),
    "method in place": lambda x: x.relu_(),
    "torch in place, not assigned": lambda x: (torch.relu_(x), x)[1],
    "function in place, not assigned": lambda x: (F.relu(x, inplace=True), x)[1],
    "function in place by its place": lambda x: (F.relu(x, True), x)[1],
    "method in place, not assigned": lambda x: (x.relu_(), x)[1],
}


class Rectified(nn.Module):
    """One class for each pixel of its row, that rectified pixel times a weight."""

    def __init__(self, rectifier):
        super().__init__()
        self.rectifier = rectifier
        self.register_buffer("weight", torch.tensor([2.0, -3.0, 2.0, -3.0]))

    def forward(self, images):
        rectified = self.rectifier(images.flatten(1) * 1.0)
        return (rectified * self.weight).sum(dim=1, keepdim=True)


@pytest.mark.parametrize("name", RECTIFIERS)
@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("gradient", [2, 3, 0, 0]),  # the input must be positive
        ("deconvnet", [2, 0, 2, 0]),  # what comes back must be positive
        ("guided", [2, 0, 0, 0]),  # both
    ],
)
def test_each_rule_stops_its_own(name, rule, expected):
    images = torch.tensor([[[[1.0, 1.0, -1.0, -1.0]]]])
    found = saliency(Rectified(RECTIFIERS[name]), images, rectifier=rule)
    assert found.flatten().tolist() == expected


@pytest.mark.parametrize("rule", ["gradient", "deconvnet", "guided"])
def test_the_forward_pass_is_the_same_under_every_rule(network, images, rule):
    network.eval()
    with RectifierRule(rule) as mode:
        scores = network(images)
    assert torch.equal(scores, network(images))
    assert mode.met == (0 if rule == "gradient" else 2)


def test_images_of_a_batch_do_not_disturb_each_other(network, images):
    together = saliency(network, images)
    alone = torch.cat([saliency(network, image[None]) for image in images])
    torch.testing.assert_close(together, alone)


def test_layers_written_out_go_back_their_own_way():
    model = nn.Sequential(written_out.Conv2d(3, 2, 3), written_out.ReLU(), nn.Flatten())
    images = torch.randn(2, 3, 4, 4)
    plain = nn.Sequential(nn.Conv2d(3, 2, 3), nn.ReLU(), nn.Flatten())
    plain.load_state_dict(model.state_dict())
    torch.testing.assert_close(saliency(model, images), saliency(plain, images))


@pytest.mark.parametrize("rule", ["deconvnet", "guided"])
def test_a_model_without_torchs_rectifiers_is_named(rule):
    model = nn.Sequential(nn.Conv2d(3, 2, 3), nn.Tanh(), nn.Flatten())
    with pytest.raises(ValueError, match=f"rectifier '{rule}' changes nothing: the model calls"):
        saliency(model, torch.ones(1, 3, 4, 4), rectifier=rule)


def test_an_unknown_rule_is_named_with_those_there_are(network, images):
    with pytest.raises(ValueError, match="'grad' is unknown; there is gradient, deconvnet, guided"):
        saliency(network, images, rectifier="grad")


def test_a_class_that_is_not_there_is_named(network, images):
    with pytest.raises(ValueError, match="must lie between 0 and 4"):
        saliency(network, images, torch.tensor([0, 5]))


@pytest.mark.parametrize("rule", ["gradient", "guided"])
def test_the_model_and_the_images_are_left_as_they_were(network, images, rule, stays_as_it_is):
    before = images.clone()
    with stays_as_it_is(network), torch.no_grad():
        saliency(network, images, rectifier=rule)
    assert torch.equal(images, before)
    assert not images.requires_grad


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_the_same(network, images):
    classes = torch.tensor([3, 1])
    expected = saliency(network, images, classes)
    found = saliency(network.cuda(), images, classes)
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
