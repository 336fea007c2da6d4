"""What remarks and proofs say of our runs. Oracle: the records, read here another time."""

from course_lib.claims import claim
from course_lib.training import records


def test_tanh_is_the_faster_one_in_every_seed():
    found = records("relu_or_tanh")
    assert all(record.measures["ratio"] < 1 for record in found)
    remark = "tanh is the faster one, in every seed (chapter “How fast a network learns”)."
    for name in (
        "relu-is-six-times-faster",
        "saturating-activations-learn-slowly",
        "relu-six-times-faster-sharif",
        "relu-faster-than-tanh-sharif",
    ):
        assert claim(name).remark.endswith(remark)


def test_losses_with_dropout_bounce_more_as_a_share_of_their_mean_in_two_seeds_of_three():
    losses = [
        record.measures["runs"]["hidden"]["batch_losses"] for record in records("dropout_gap")
    ]
    assert all(loss["thinned"]["mean"] > 20 * loss["whole"]["mean"] for loss in losses)
    shares = [
        [loss[way]["deviation"] / loss[way]["mean"] for way in ("thinned", "whole")]
        for loss in losses
    ]
    assert sum(thinned > whole for thinned, whole in shares) == 2
    assert len(shares) == 3


def test_all_convolutions_but_the_fifth_are_missed_in_every_seed():
    rises = [record.measures["test_error_rises_by"] for record in records("remove_a_layer")]
    missed = {name: sum(rise[name] > 0 for rise in rises) for name in rises[0]}
    assert missed == {"conv1": 3, "conv2": 3, "conv3_or_conv4": 3, "conv5": 1}
    assert "and the fifth in one of three" in claim("alexnet-needs-every-convolution").remark


def test_heads_nearly_double_the_first_gradients_and_seeds_do_not_agree_on_what_that_is_good_for():
    found = [record.measures for record in records("auxiliary_heads")]
    for measures in found:
        assert 1.7 < measures["stronger_by"]["conv1"]["both"] < 2.1
    falls = [measures["test_error_falls_by"] for measures in found]
    assert min(falls) < 0 < max(falls)
    searches = [
        [measures["runs"][arm]["search"]["validation_error"] for measures in found]
        for arm in ("without_heads", "with_heads")
    ]
    for place in range(len(searches[0][0])):  # nor do they at any rate of the search
        gains = [bare[place] - headed[place] for bare, headed in zip(*searches, strict=True)]
        assert min(gains) < 0 < max(gains)
    remark = claim("googlenet-auxiliary-losses-kaist").remark
    assert "they nearly double the first gradients" in remark
    assert "three seeds do not agree" in remark


def test_56_plain_layers_are_worse_than_20_in_training_too_in_every_seed():
    # That they are so in test is what the entry itself computes.
    worse = [record.measures["deeper_is_worse_by"] for record in records("depth_degradation")]
    assert all(each["plain"]["train"] > 0 for each in worse)
    assert "in training too, in every seed" in claim("very-deep-plain-nets-train-badly").remark
