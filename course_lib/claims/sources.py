"""Compute the value of an entry anew: by its function, or from the records of runs."""

import importlib
from statistics import fmean

from course_lib.claims.entries import COMPUTED, Claim, Value
from course_lib.training import records


def fresh(claim: Claim) -> Value:
    """Compute the value of an entry; numbers to seven digits, literature as it stands.

    Raises ValueError, with the entry's id, where the function or the record is not there.
    """
    if claim.kind == "literature":
        return claim.ours
    try:
        return rounded(_computed(claim.by) if claim.kind == "computed" else _measured(**claim.by))
    except (ImportError, AttributeError, KeyError, FileNotFoundError) as error:
        raise ValueError(f"claim '{claim.id}': {error}") from error


def rounded(value: Value | tuple) -> Value:
    """Numbers to seven digits, tuples as lists: what goes into a text file and comes back."""
    if isinstance(value, list | tuple):
        return [rounded(one) for one in value]
    if isinstance(value, float):
        return float(f"{value:.7g}")
    return value if isinstance(value, bool | str) else int(value)


def _computed(name: str) -> Value:
    module, function, word = COMPUTED.fullmatch(name).groups()
    try:
        found = importlib.import_module(f"course_lib.claims.{module}")
    except ModuleNotFoundError as error:
        raise ImportError(f"there is no {error.name}, in which `{name}` should be.") from error
    if not callable(getattr(found, function, None)):
        raise AttributeError(f"course_lib.claims.{module} has no function {function}; write it.")
    return getattr(found, function)(*filter(None, [word]))


def _measured(
    experiment: str, measure: str, over: str, above: str | int | float | None = None
) -> float | bool:
    """The mean over seeds of a number in the records.

    With `above`, a number or another measure: whether the first is larger in every seed.
    """
    found = records(experiment)
    values = [_followed(record, measure) for record in found]
    if above is None:
        return fmean(values)
    limits = [_followed(record, above) if isinstance(above, str) else above for record in found]
    return all(value > limit for value, limit in zip(values, limits, strict=True))


def _followed(place: object, path: str) -> int | float:
    """`measures.x.y.-1`: attributes of the record, keys of its dictionaries, places in a list."""
    for name in path.split("."):
        if isinstance(place, list):
            place = place[int(name)]
        else:
            place = place[name] if isinstance(place, dict) else getattr(place, name)
    return place
