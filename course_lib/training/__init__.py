"""Train a network, measure it, and keep a record of what came out."""

from course_lib.training.evaluation import error_rate, predictions
from course_lib.training.fitting import TrainingDivergedError, fit
from course_lib.training.history import Epoch, History
from course_lib.training.progress import say
from course_lib.training.record_files import record, record_weights, records, write_record
from course_lib.training.records import Record

__all__ = [
    "Epoch",
    "History",
    "Record",
    "TrainingDivergedError",
    "error_rate",
    "fit",
    "predictions",
    "record",
    "record_weights",
    "records",
    "say",
    "write_record",
]
