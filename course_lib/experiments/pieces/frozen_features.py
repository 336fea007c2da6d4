"""What a frozen network says of pictures of two classes, and a linear classifier of that."""

from pathlib import Path

import torch
from jaxtyping import Float, Int64
from safetensors.torch import load_file, save
from torch import Tensor, nn

from course_lib.data import class_names
from course_lib.experiments.frame.steps import Run
from course_lib.experiments.pieces.backbones import Backbone
from course_lib.experiments.pieces.pictures import Pictures
from course_lib.training import extract_features, head, linear_probe
from course_lib.training.whole_files import write_whole

IMAGENET = {"ants": 310, "bees": 309}  # the numbers of their classes among the 1000
BATCH = 50  # pictures


def frozen_features(run: Run, backbone: Backbone, pictures: Pictures) -> dict:
    """As the step "features": {train, train_labels, test, test_labels, pretrained_error}.

    `pretrained_error` is that of the network as it is, where it has scores for both classes.
    """
    place = run.folder / "features.safetensors"

    def make(folder: Path) -> dict:
        network = backbone.build(True).to(run.device)
        found = {}
        for part, (images, labels) in (("train", pictures.train), ("test", pictures.test)):
            centered = backbone.centering(images)
            found[part] = extract_features(network, centered, BATCH).cpu()
            found[f"{part}_labels"] = labels.cpu()
        write_whole(place, save(found))
        return {"pretrained_error": _as_it_is(network, pictures.name, found)}

    return run.step("features", make) | load_file(place)


def probe(
    run: Run, name: str, features: dict, chosen: Int64[Tensor, "k"], weight_decay: float
) -> dict:
    """As a step: the test error of the best linear classifier of the chosen features."""

    def make(folder: Path) -> dict:
        examples = features["train"][chosen], features["train_labels"][chosen]
        classifier = linear_probe(*examples, 2, weight_decay)
        with torch.no_grad():
            return {"test_error": _error(classifier(features["test"]), features["test_labels"])}

    return run.step(name, make)


def _as_it_is(network: nn.Module, data: str, features: dict) -> float | None:
    if not set(class_names(data)) <= set(IMAGENET):
        return None
    numbers = [IMAGENET[name] for name in class_names(data)]
    with torch.no_grad():
        scores = head(network)[1].cpu()(features["test"])[:, numbers]
    return _error(scores, features["test_labels"])


def _error(scores: Float[Tensor, "n c"], labels: Int64[Tensor, "n"]) -> float:
    return round(int((scores.argmax(1) != labels).sum()) / len(labels), 6)
