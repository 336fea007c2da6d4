"""Oracle: the texts, the library and the records as they are now."""

import pytest

from course_lib.authoring.chapter_code import versions
from course_lib.authoring.course_file import read_course
from course_lib.authoring.freshness import staleness
from course_lib.authoring.setup_cell import check_setup


def test_the_committed_notebook_is_what_its_chapter_makes(chapter, notebook, repository):
    known = dict(notebook.metadata.course.versions)
    if known != versions():
        pytest.skip(f"made with {known}, here is {versions()}: outputs may differ")
    found = staleness(chapter, repository)
    assert found is None, f"{chapter.slug}: {found.reason}; `make notebooks`"


def test_the_setup_follows_course_toml(chapter, repository):
    check_setup(chapter, read_course(repository))


def test_every_notebook_has_its_chapter(repository):
    from course_lib.authoring.lectures import chapter_paths

    slugs = {path.stem for path in chapter_paths(repository)}
    assert {path.stem for path in (repository / "lectures").glob("*.ipynb")} == slugs
