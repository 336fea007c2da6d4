"""Oracle: the files of the site and of the repository, and Sphinx's own numbers."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest

from course_lib.authoring.course_file import read_course
from course_lib.authoring.labels import all_labels
from course_lib.authoring.lectures import chapter_paths


class Links(HTMLParser):
    """The addresses in a page, and the anchors it has."""

    def __init__(self, text: str):
        super().__init__()
        self.targets: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.targets += [found[name] for name in ("href", "src") if found.get(name)]
        if found.get("id"):
            self.anchors.add(found["id"])


@pytest.fixture(scope="session")
def read(site):
    known: dict[Path, Links] = {}

    def read_page(path: Path) -> Links:
        if path not in known:
            known[path] = Links(path.read_text(encoding="utf8"))
        return known[path]

    return read_page


def test_inner_links_and_their_anchors_exist(site, slug, read):
    broken = []
    for target in read(site / f"{slug}.html").targets:
        link = urlparse(target)
        if link.scheme or link.netloc:
            continue
        path = (site / unquote(link.path)) if link.path else site / f"{slug}.html"
        if not path.exists() or (
            link.fragment and path.suffix == ".html" and link.fragment not in read(path).anchors
        ):
            broken.append(target)
    assert not broken


def test_links_into_the_repository_lead_to_files(site, slug, read, repository):
    course = read_course(repository)
    missing = []
    for target in read(site / f"{slug}.html").targets:
        for place in (course.file(""), course.colab("")):
            path = target.removeprefix(place)
            if path != target and not (repository / path).exists():
                missing.append(target)
    assert not missing


def test_a_chapter_opens_in_colab_and_other_pages_do_not(site, slug, read, repository):
    course = read_course(repository)
    buttons = re.findall(
        r'href="([^"]*)"[^>]*class="[^"]*btn-launch', (site / f"{slug}.html").read_text()
    )
    has_code = slug in {path.stem for path in chapter_paths(repository)}
    assert (course.colab(f"lectures/{slug}.ipynb") in buttons) == has_code
    assert bool(buttons) == has_code


def test_nothing_points_to_pages_for_editing(site, slug, read):
    assert not [target for target in read(site / f"{slug}.html").targets if "/edit/" in target]


def test_no_page_names_another_project_or_a_path_of_this_machine(site, slug, repository):
    text = (site / f"{slug}.html").read_text(encoding="utf8")
    assert "executablebooks" not in text
    assert str(repository) not in text


def test_notebooks_and_site_number_alike(site, repository):
    for name, label in all_labels(repository / "book").items():
        if label.kind == "section":
            continue
        text = (site / f"{label.page}.html").read_text(encoding="utf8")
        pattern = {
            "figure": rf'id="{name}".*?caption-number">Figure ([\d.]+?) ?</span>',
            "equation": rf'id="equation-{name}".*?class="eqno">\(([\d.]+)\)',
        }[label.kind]
        assert re.search(pattern, text, re.DOTALL)[1] == label.number
