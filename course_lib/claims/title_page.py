"""The date on a title page against the term it names.

Lecture: sharif_2024.
"""

from datetime import datetime


def year_of_the_date() -> int:
    """The year of the fall in which the printed date lies."""
    return datetime.strptime("December 16, 2025", "%B %d, %Y").year
