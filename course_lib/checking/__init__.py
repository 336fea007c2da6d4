"""What a student meets: `check()` says what is wrong and where to look.

A check cell calls `check`; `visible_case` gives the numbers of a case to try by hand, `try_out`
prints what a function gives. The other modules are shared with grading, which judges with the
same words.
"""

from course_lib.checking.check import check
from course_lib.checking.stored import visible_case
from course_lib.checking.trying import try_out

__all__ = ["check", "try_out", "visible_case"]
