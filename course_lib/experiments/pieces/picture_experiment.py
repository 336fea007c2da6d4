"""An experiment on small pictures: what its networks learn from, and how they are computed."""

from dataclasses import dataclass

from course_lib.experiments.frame.experiment import Experiment
from course_lib.experiments.pieces.pictures import Pictures, load_pictures
from course_lib.training import Execution


@dataclass(frozen=True)
class PictureExperiment(Experiment):
    """The settings that all such experiments have; a subclass asks its question."""

    data: str = "cifar10"
    num_train: int = 45_000
    num_validation: int = 5_000
    batch_size: int = 128
    autocast: str = ""  # "bfloat16": products in half precision, for time's sake alone

    def pictures(self, device: str) -> Pictures:
        return load_pictures(self.data, device, self.num_validation, self.num_train)

    @property
    def execution(self) -> Execution:
        return Execution(channels_last=True, autocast=self.autocast or None)
