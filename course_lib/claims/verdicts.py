"""When a claim holds, and whether an entry says so."""

import math
from collections.abc import Iterator

from course_lib.claims.entries import FAILS, Claim, Value, is_number

# Sums come out in another order on another machine; `ours` is kept to seven digits.
SAME = 1e-6


def agrees(value: Value, ours: Value, tolerance: int | float) -> bool:
    """Whether two values are the same: numbers within the tolerance, lists one by one.

    The tolerance itself still counts as within. True is not the number 1.
    """
    if isinstance(value, list) and isinstance(ours, list):
        pairs = zip(value, ours, strict=False)
        return len(value) == len(ours) and all(agrees(a, b, tolerance) for a, b in pairs)
    if is_number(value) and is_number(ours):
        if math.isinf(value) or math.isinf(ours):
            return value == ours
        # Twelve digits, so that 2.82 may be 0.01 away from 2.83.
        return abs(value - ours) <= tolerance + 1e-12 * max(abs(value), abs(ours), tolerance)
    return type(value) is type(ours) and value == ours


def same(kept: Value, fresh: Value) -> bool:
    """Whether a kept value is still what a function gives, but for its last digits."""
    if isinstance(kept, list) and isinstance(fresh, list):
        return len(kept) == len(fresh) and all(map(same, kept, fresh))
    if is_number(kept) and is_number(fresh):
        return math.isclose(kept, fresh, rel_tol=SAME, abs_tol=SAME**2)
    return type(kept) is type(fresh) and kept == fresh


def contradictions(claim: Claim) -> Iterator[str]:
    """Where an entry's verdict is not what its two values say."""
    if claim.ours is None:
        yield f"claim '{claim.id}' has not been computed yet: type `course claims --write`."
        return
    holds = agrees(claim.value, claim.ours, claim.tolerance)
    if holds == (claim.verdict == FAILS):
        relation = "agree" if holds else "differ"
        wanted = "'holds' or 'holds with a remark'" if holds else "'does not hold'"
        yield (
            f"claim '{claim.id}' says '{claim.verdict}', but {claim.value!r} and {claim.ours!r} "
            f"{relation} (tolerance {claim.tolerance:g}): write {wanted}, or mend the numbers."
        )
