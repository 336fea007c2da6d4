"""One version number, wherever it stands."""

import yaml

from course_lib import __version__
from course_lib.authoring.course_file import read_course


def test_notebooks_install_the_library_they_were_made_with(repository):
    assert f"course_lib-{__version__}-py3-none-any.whl" in read_course(repository).wheel


def test_citation_and_changes_name_it(repository):
    assert yaml.safe_load((repository / "CITATION.cff").read_text())["version"] == __version__
    assert f"\n## {__version__}\n" in (repository / "CHANGELOG.md").read_text(encoding="utf8")
