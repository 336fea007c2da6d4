"""GoogLeNet. Oracles: table 1 and section 5 of the paper, torch's functions in a row."""

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from course_lib.architectures import GoogLeNetScores, googlenet, googlenet_loss
from course_lib.inspection import count_flops, output_shapes

# Table 1: input maps, 1x1, 3x3 reduce, 3x3, 5x5 reduce, 5x5, projection; parameters in units
# of 1,024; million operations.
TABLE_1 = {
    "3a": ((192, 64, 96, 128, 16, 32, 32), 159, 128),
    "3b": ((256, 128, 128, 192, 32, 96, 64), 380, 304),
    "4a": ((480, 192, 96, 208, 16, 48, 64), 364, 73),
    "4b": ((512, 160, 112, 224, 24, 64, 64), 437, 88),
    "4c": ((512, 128, 128, 256, 24, 64, 64), 463, 100),
    "4d": ((512, 112, 144, 288, 32, 64, 64), 580, 119),
    "4e": ((528, 256, 160, 320, 32, 128, 128), 840, 170),
    "5a": ((832, 256, 160, 320, 32, 128, 128), 1072, 54),
    "5b": ((832, 384, 192, 384, 48, 128, 128), 1388, 71),
}
OFF = {"4c": 0.1, "5a": 0.06}  # rows whose number is not that of their own sizes; others 2 %


def num_weights(row: str) -> int:
    maps, one, reduce3, three, reduce5, five, projection = TABLE_1[row][0]
    seen_by_all = maps * (one + reduce3 + reduce5 + projection)
    return seen_by_all + 9 * reduce3 * three + 25 * reduce5 * five


def num_biases(row: str) -> int:
    return sum(TABLE_1[row][0][1:])


def count(module: nn.Module) -> int:
    return sum(parameter.numel() for parameter in module.parameters())


@pytest.fixture
def on_meta() -> nn.Module:
    with torch.device("meta"):
        return googlenet()


def test_parameter_counts_with_and_without_heads_are_exact(on_meta):
    stem = 64 * (3 * 49 + 1) + 64 * (64 + 1) + 192 * (64 * 9 + 1)
    modules = sum(num_weights(row) + num_biases(row) for row in TABLE_1)
    main = stem + modules + 1000 * (1024 + 1)
    heads = sum(128 * (maps + 1) + 1024 * (128 * 16 + 1) + 1000 * (1024 + 1) for maps in (512, 528))
    with torch.device("meta"):
        assert count(googlenet(auxiliary_heads=False)) == main == 6_998_552
    assert count(on_meta) == main + heads == 6_998_552 + 6_379_728


@pytest.mark.parametrize("row", TABLE_1)
def test_modules_are_those_of_table_1(on_meta, row):
    columns, units, millions = TABLE_1[row]
    module = getattr(on_meta, f"inception_{row}")
    layers = (module.one, module.three_reduce, module.three, module.five_reduce, module.five)
    found = [layer.out_channels for layer in (*layers, module.pool_projection)]
    assert [module.one.in_channels, *found] == list(columns)
    assert count(module) == num_weights(row) + num_biases(row)
    assert num_weights(row) / 1024 == pytest.approx(units, rel=OFF.get(row, 0.02))
    side = {"3": 28, "4": 14, "5": 7}[row[0]]
    operations = count_flops(module, (1, columns[0], side, side)).multiply_adds
    assert operations / 1e6 == pytest.approx(millions, rel=OFF.get(row, 0.02))


def test_sizes_are_those_of_table_1(on_meta):
    with torch.device("meta"):
        seen = output_shapes(on_meta, (1, 3, 224, 224))
    shapes = [layer.output_shape[1:] for layer in seen if layer.kind in ("Conv2d", "MaxPool2d")]
    stem = [(64, 112, 112), (64, 56, 56), (64, 56, 56), (192, 56, 56), (192, 28, 28)]
    assert shapes[:5] == stem
    halvings = [layer.output_shape[1:] for layer in seen if layer.name == "pool"]
    assert halvings == [(64, 56, 56), (192, 28, 28), (480, 14, 14), (832, 7, 7)]


def scores_by_torch(model: nn.Module, images: torch.Tensor) -> GoogLeNetScores:
    """Figure 3 in torch's functions, without its dropout."""

    def conv(x, layer, **options):
        return F.relu(F.conv2d(x, layer.weight, layer.bias, **options))

    def pool(x):
        return F.max_pool2d(x, 3, 2, ceil_mode=True)

    def normalize(x):
        return F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2)

    def inception(x, row):
        module = getattr(model, f"inception_{row}")
        three = conv(conv(x, module.three_reduce), module.three, padding=1)
        five = conv(conv(x, module.five_reduce), module.five, padding=2)
        pooled = conv(F.max_pool2d(x, 3, 1, padding=1), module.pool_projection)
        return torch.cat([conv(x, module.one), three, five, pooled], 1)

    def head(x, module):
        x = conv(F.avg_pool2d(x, 5, 3), module.conv).flatten(1)
        x = F.relu(F.linear(x, module.fc1.weight, module.fc1.bias))
        return F.linear(x, module.fc2.weight, module.fc2.bias)

    x = normalize(pool(conv(images, model.conv1, stride=2, padding=3)))
    x = pool(normalize(conv(conv(x, model.conv2_reduce), model.conv2, padding=1)))
    x = pool(inception(inception(x, "3a"), "3b"))
    half_way = inception(x, "4a")
    x = inception(inception(inception(half_way, "4b"), "4c"), "4d")
    first, second = head(half_way, model.head_4a), head(x, model.head_4d)
    x = inception(inception(pool(inception(x, "4e")), "5a"), "5b")
    x = F.avg_pool2d(x, 7).flatten(1)
    return GoogLeNetScores(
        F.linear(x, model.classifier.weight, model.classifier.bias), first, second
    )


def test_scores_and_gradients_are_those_of_torch_s_functions_in_the_paper_s_order(filled):
    # In float64: in float32 a rounding makes another pixel the largest, and its gradient moves.
    model = filled(googlenet, num_classes=7).double().train()
    for layer in model.modules():
        if isinstance(layer, nn.Dropout):
            layer.p = 0.0
    images = (100 * torch.randn(1, 3, 224, 224)).double().requires_grad_()
    ours, expected = model(images), scores_by_torch(model, images)
    for found, want in zip(ours, expected, strict=True):
        assert found.shape == (1, 7)
        torch.testing.assert_close(found, want, rtol=1e-9, atol=1e-9 * want.abs().max().item())
    labels = torch.tensor([3])
    leaves = (images, model.conv1.weight, model.head_4a.fc1.weight, model.classifier.weight)
    gradients = [torch.autograd.grad(googlenet_loss(o, labels), leaves) for o in (ours, expected)]
    for found, want in zip(*gradients, strict=True):
        torch.testing.assert_close(found, want, rtol=1e-8, atol=1e-8 * want.abs().max().item())
    torch.testing.assert_close(model.eval()(images), ours.scores)


def test_loss_counts_each_head_three_tenths():
    labels = torch.tensor([1, 0, 2])
    output = GoogLeNetScores(*torch.randn(3, 3, 5))

    def nll(scores):
        return -scores.log_softmax(1)[torch.arange(3), labels].mean()

    expected = nll(output[0]) + 0.3 * nll(output[1]) + 0.3 * nll(output[2])
    torch.testing.assert_close(googlenet_loss(output, labels), expected)


def test_heads_speak_in_training_alone(on_meta):
    images = torch.zeros(2, 3, 224, 224, device="meta")
    assert isinstance(on_meta.train()(images), GoogLeNetScores)
    assert isinstance(on_meta.eval()(images), torch.Tensor)
    with torch.device("meta"):
        without = googlenet(num_classes=4, auxiliary_heads=False).train()
    assert without(images).shape == (2, 4)


def test_heads_need_the_paper_s_size_and_the_rest_does_not(on_meta, without_shape_checks):
    images = torch.zeros(2, 3, 160, 192, device="meta")
    assert on_meta.eval()(images).shape == (2, 1000)
    with pytest.raises(ValueError, match=r"160 × 192, .* takes 224 × 224"):
        on_meta.train()(images)


def test_dropout_is_the_paper_s(on_meta):
    assert on_meta.dropout.p == 0.4
    assert on_meta.head_4a.dropout.p == on_meta.head_4d.dropout.p == 0.7


def test_dropout_stands_before_the_last_layers(filled):
    model = filled(googlenet, num_classes=7).train()
    seen = {}
    for name in ("classifier", "head_4a.fc1", "head_4a.fc2"):
        model.get_submodule(name).register_forward_hook(
            lambda _, inputs, output, name=name: seen.update({name: inputs[0]})
        )
    model(torch.randn(2, 3, 224, 224))
    dropped = {name: 1 - x.count_nonzero().item() / x.numel() for name, x in seen.items()}
    assert dropped["classifier"] > 0.35
    assert dropped["head_4a.fc2"] > 0.65
    assert dropped["head_4a.fc1"] < 0.6


def test_a_generator_fixes_the_first_weights():
    first, second = (googlenet(generator=torch.Generator().manual_seed(7)) for _ in range(2))
    assert torch.equal(first.inception_5b.five.weight, second.inception_5b.five.weight)
    weight, bias = first.inception_5b.three.weight, first.inception_5b.three.bias
    assert weight.std().item() == pytest.approx((2 / (192 * 9)) ** 0.5, rel=0.02)  # He et al.
    assert bias.count_nonzero() == 0


def test_the_last_layer_of_all_is_the_one_at_the_end(on_meta):
    # So its scores are those of a new last layer, and the deepest block is what evaluation uses.
    last = [name for name, module in on_meta.named_modules() if isinstance(module, nn.Linear)][-1]
    assert last == "classifier"
