"""Oracle: the paper's sum by hand, the score it must add up to, and Grad-CAM by autograd."""

import pytest
import torch
import torchvision
from torch import nn
from torch.nn import functional as F

from course_lib.inspection import class_activation_map


def test_evidence_and_bias_add_up_to_the_score(network, images):
    # The maps are as large as the image, so nothing is stretched.
    classes = torch.tensor([4, 0])
    found = class_activation_map(network, images, classes)
    network.eval()
    scores = network(images)[[0, 1], classes]
    assert found.shape == (2, 7, 9)
    torch.testing.assert_close(found.mean(dim=(1, 2)) + network.classifier.bias[classes], scores)


def test_the_class_is_the_predicted_one_unless_it_is_named(network, images):
    predicted = network.eval()(images).argmax(dim=1)
    expected = class_activation_map(network, images, predicted)
    torch.testing.assert_close(class_activation_map(network, images), expected)


@pytest.mark.parametrize(
    ("build", "name"),
    [
        ("resnet18", "layer4"),
        ("densenet121", "features"),
        ("googlenet", "inception5b"),
        ("mobilenet_v2", "features"),
    ],
)
def test_it_is_grad_cam_before_its_rectifier_on_networks_of_torchvision(build, name):
    options = {"init_weights": False} if build == "googlenet" else {}
    model = getattr(torchvision.models, build)(num_classes=6, **options).eval()
    for layer in model.modules():
        if isinstance(layer, nn.BatchNorm2d):  # so that the maps of a fresh network differ
            layer.weight.data.uniform_(0.5, 1.5)
            layer.bias.data.normal_()
    images, classes = torch.randn(2, 3, 64, 96), torch.tensor([5, 1])
    maps = []
    hook = dict(model.named_modules())[name].register_forward_hook(lambda *a: maps.append(a[2]))
    scores = model(images)
    hook.remove()
    last = F.relu(maps[0]) if build == "densenet121" else maps[0]
    (slopes,) = torch.autograd.grad(scores.gather(1, classes[:, None]).sum(), maps[0])
    if build == "densenet121":  # the slopes by the rectified maps are those of the mean
        weight = model.classifier.weight[classes] / maps[0][0, 0].numel()
    else:
        weight = slopes.mean(dim=(2, 3))
    height, width = last.shape[2:]
    evidence = (weight[..., None, None] * last).sum(dim=1, keepdim=True) * height * width
    expected = F.interpolate(evidence, (64, 96), mode="bilinear")[:, 0]
    found = class_activation_map(model, images, classes)
    torch.testing.assert_close(found, expected.detach(), rtol=1e-3, atol=1e-3)


class Ending(nn.Module):
    def __init__(self, ending):
        super().__init__()
        self.conv, self.linear, self.ending = nn.Conv2d(3, 4, 3), nn.Linear(4, 5), ending

    def forward(self, images):
        return self.ending(self, self.conv(images))


WAYS = {
    "mean": lambda m, x: m.linear(x.mean(dim=(2, 3))),
    "module": lambda m, x: m.linear(nn.AdaptiveAvgPool2d(1)(x).flatten(1)),
    "window": lambda m, x: m.linear(F.avg_pool2d(x, x.shape[2:]).flatten(1)),
    "flattened": lambda m, x: m.linear(x.flatten(2).mean(dim=-1)),
    "sum": lambda m, x: m.linear(x.sum(dim=(2, 3)) / x[0, 0].numel()),
}


@pytest.mark.parametrize("way", WAYS)
def test_the_mean_may_be_written_in_any_way(way):
    model, images = Ending(WAYS[way]), torch.randn(2, 3, 6, 8)
    classes = torch.tensor([3, 1])
    evidence = torch.einsum("nk,nkhw->nhw", model.linear.weight[classes], model.conv(images))
    expected = F.interpolate(evidence[None], (6, 8), mode="bilinear")[0]
    torch.testing.assert_close(class_activation_map(model, images, classes), expected.detach())


@pytest.mark.parametrize(
    ("ending", "reason"),
    [
        (lambda m, x: m.linear(x.amax(dim=(2, 3))), "the 4 inputs of its last layer are no means"),
        (lambda m, x: m.linear(x[:, :, 0, 0]), "the 4 inputs of its last layer are no means"),
        (lambda m, x: m.linear(x.mean(dim=(2, 3))).softmax(1), "do not come from a linear layer"),
        (lambda m, x: x.mean(dim=(2, 3)), "do not come from a linear layer"),
    ],
)
def test_a_network_that_ends_in_another_way_is_named(ending, reason):
    with pytest.raises(ValueError, match=f"must end in the mean.*{reason}.*saliency"):
        class_activation_map(Ending(ending), torch.randn(2, 3, 6, 8))


def test_vgg_has_no_global_pooling():
    model = nn.Sequential(
        nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(7), nn.Flatten(), nn.Linear(196, 5)
    )
    with pytest.raises(ValueError, match="the 196 inputs of its last layer are no means"):
        class_activation_map(model, torch.randn(2, 3, 12, 12))


def test_the_model_is_left_as_it_was(network, images, stays_as_it_is):
    with stays_as_it_is(network):
        class_activation_map(network, images)
    with stays_as_it_is(network), pytest.raises(ValueError, match="must lie between"):
        class_activation_map(network, images, torch.tensor([9, 9]))


@pytest.mark.gpu
def test_a_model_on_the_gpu_gives_the_same(network, images):
    classes = torch.tensor([3, 1])
    expected = class_activation_map(network, images, classes)
    found = class_activation_map(network.cuda(), images, classes)
    torch.testing.assert_close(found.cpu(), expected, rtol=1e-3, atol=1e-3)
