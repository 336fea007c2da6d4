"""Train a network, measure it, and keep a record of what came out."""

from course_lib.training.divergence import TrainingDivergedError
from course_lib.training.ensembles import (
    average_predictions,
    bootstrap,
    majority_error,
    majority_vote,
)
from course_lib.training.evaluation import error_rate, predictions, scores
from course_lib.training.execution import Execution
from course_lib.training.features import extract_features, linear_probe
from course_lib.training.fitting import fit
from course_lib.training.freezing import freeze, thaw
from course_lib.training.history import Epoch, History
from course_lib.training.progress import say
from course_lib.training.record_files import record, record_weights, records, write_record
from course_lib.training.records import Record
from course_lib.training.transfer import (
    blocks,
    head,
    rates_by_depth,
    replace_head,
    thaw_deepest,
)

__all__ = [
    "Epoch",
    "Execution",
    "History",
    "Record",
    "TrainingDivergedError",
    "average_predictions",
    "blocks",
    "bootstrap",
    "error_rate",
    "extract_features",
    "fit",
    "freeze",
    "head",
    "linear_probe",
    "majority_error",
    "majority_vote",
    "predictions",
    "rates_by_depth",
    "record",
    "record_weights",
    "records",
    "replace_head",
    "say",
    "scores",
    "thaw",
    "thaw_deepest",
    "write_record",
]
