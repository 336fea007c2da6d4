"""Oracle: ten answers, counted and averaged by hand."""

import pytest
import torch

from course_lib.claims import test_time_voting as voting
from course_lib.data.test_time_crops import predict_crops


def test_a_vote_and_a_mean_may_differ():
    image = torch.zeros(1, 1, 6, 6)
    image[..., :1, :1] = 1.0
    votes, means = (
        predict_crops(voting._scores, image, size=3, average=way)[0].tolist()
        for way in ("votes", "probabilities")
    )
    assert votes == pytest.approx([0.8, 0.2])
    assert means == pytest.approx([0.442, 0.558])
    assert not voting.vote_equals_mean()


def test_ten_crops():
    assert voting.num_crops() == (4 + 1) * 2
