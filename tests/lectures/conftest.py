"""The chapters of the book, each with its committed notebook."""

from pathlib import Path

import pytest

from course_lib.authoring import lectures
from course_lib.authoring.chapters import read_chapter

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(params=lectures.chapter_paths(ROOT), ids=lambda path: path.stem)
def chapter(request):
    return read_chapter(request.param)


@pytest.fixture
def notebook(chapter):
    found = lectures.committed(ROOT, chapter.slug)
    assert found is not None, f"lectures/{chapter.slug}.ipynb is missing: `make notebooks`"
    return found
