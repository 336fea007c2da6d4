"""Oracle: the date as the title page prints it."""

from course_lib.claims import title_page


def test_the_printed_date_is_a_year_after_the_term():
    assert title_page.year_of_the_date() == 2025
