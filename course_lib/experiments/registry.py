"""The experiments by name, each imported when it is asked for."""

import importlib

from course_lib.experiments.digits import DigitExperiment

EXPERIMENTS = {
    "lenet_mnist": "LenetMnist",
    "lenet_modern_mnist": "LenetModernMnist",
}


def find_experiment(name: str) -> DigitExperiment:
    """An experiment with the settings that its file gives."""
    if name not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise ValueError(f"There is no experiment '{name}'; there are: {known}.")
    module = importlib.import_module(f"course_lib.experiments.{name}")
    return getattr(module, EXPERIMENTS[name])()
