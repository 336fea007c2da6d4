"""Features and the linear probe. Oracle: the layers called by hand; scikit-learn's solution."""

import pytest
import torch
from torch import nn

from course_lib.training import extract_features, linear_probe


def test_features_are_what_the_last_layer_is_given():
    body = nn.Sequential(nn.Flatten(), nn.Linear(6, 5), nn.Dropout(0.9))
    model = nn.Sequential(body, nn.Linear(5, 3)).train()
    images = torch.randn(7, 2, 3)
    features = extract_features(model, images, batch_size=3)
    # In batches of another size the sums may be rounded in another order.
    torch.testing.assert_close(features, body.eval()(images).detach())
    assert model.training
    assert len(model[1]._forward_pre_hooks) == 0
    assert not features.requires_grad
    (features * torch.ones(1, requires_grad=True)).sum().backward()  # a tensor like any other


def test_what_has_no_features_says_so():
    with pytest.raises(ValueError, match="images is empty"):
        extract_features(nn.Linear(2, 2), torch.zeros(0, 2))

    class Aside(nn.Module):
        def __init__(self):
            super().__init__()
            self.unused = nn.Linear(2, 2)

        def forward(self, images):
            return images

    with pytest.raises(ValueError, match="never called its last layer 'unused'"):
        extract_features(Aside(), torch.zeros(1, 2))


def test_the_probe_is_the_solution_that_scikit_learn_finds():
    linear_model = pytest.importorskip("sklearn.linear_model")
    torch.manual_seed(1)
    features, labels = torch.randn(60, 4), torch.arange(60) % 3
    features[:, 0] += labels
    probe = linear_probe(features.double(), labels, 3, weight_decay=0.02)
    # It minimizes C * (sum of losses) + squares / 2: with C = 1 / (n * weight_decay), ours.
    oracle = linear_model.LogisticRegression(C=1 / (60 * 0.02), tol=1e-10, max_iter=10_000)
    oracle.fit(features.double().numpy(), labels.numpy())
    weight = torch.from_numpy(oracle.coef_)
    torch.testing.assert_close(probe.weight.data, weight, rtol=1e-4, atol=1e-5)
    given = probe(features.double()).softmax(1).detach()
    wanted = torch.from_numpy(oracle.predict_proba(features.double().numpy()))
    torch.testing.assert_close(given, wanted, rtol=1e-4, atol=1e-5)


def test_the_probe_speaks_the_dtype_of_the_features():
    probe = linear_probe(torch.eye(3), torch.arange(3), 3)
    assert probe.weight.dtype == torch.float32
    assert probe(torch.eye(3)).argmax(1).tolist() == [0, 1, 2]


def test_impossible_probes_are_refused(without_shape_checks):
    with pytest.raises(ValueError, match="weight_decay is 0"):
        linear_probe(torch.eye(2), torch.arange(2), 2, weight_decay=0)
    for labels in (torch.tensor([0, 2]), torch.tensor([-1, 0]), torch.zeros(0).long()):
        with pytest.raises(ValueError, match="labels must be some of 0 to 1"):
            linear_probe(torch.eye(2)[: len(labels)], labels, 2)


def test_a_probe_that_did_not_get_to_the_end_says_so(recwarn):
    torch.manual_seed(0)
    features, labels = torch.randn(200, 20), torch.randint(3, (200,))
    with torch.no_grad():
        linear_probe(features, labels, 3)
    assert not recwarn.list
    with pytest.warns(UserWarning, match=r"After 3 steps .* Bring the features to one scale"):
        linear_probe(100 * features, labels, 3, max_steps=3)
