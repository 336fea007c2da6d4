"""The experiments by name, each imported when it is asked for; the most worth knowing first."""

import importlib

from course_lib.experiments.frame.experiment import Experiment

EXPERIMENTS = {
    "lenet_mnist": "LenetMnist",
    "lenet_modern_mnist": "LenetModernMnist",
    "depth_degradation": "DepthDegradation",
    "relu_or_tanh": "ReluOrTanh",
    "small_filters": "SmallFilters",
    "remove_a_layer": "RemoveALayer",
    "auxiliary_heads": "AuxiliaryHeads",
    "depth_or_width": "DepthOrWidth",
    "vanishing_gradients": "VanishingGradients",
    "initialization_depth": "InitializationDepth",
    "centering": "Centering",
    "optimizers_race": "OptimizersRace",
    "batch_norm_rates": "BatchNormRates",
    "dropout_gap": "DropoutGap",
    "augmentation_gap": "AugmentationGap",
    "transfer_or_scratch": "TransferOrScratch",
    "bagging": "Bagging",
    "test_time_crops": "TestTimeCrops",
    "speed_cifar10": "SpeedCifar10",
    "segmentation_strides": "SegmentationStrides",
    "detection_digits": "DetectionDigits",
}


def find_experiment(name: str) -> Experiment:
    """An experiment with the settings that its file gives."""
    if name not in EXPERIMENTS:
        known = ", ".join(EXPERIMENTS)
        raise ValueError(f"There is no experiment '{name}'; there are: {known}.")
    module = importlib.import_module(f"course_lib.experiments.{name}")
    return getattr(module, EXPERIMENTS[name])()
