"""Oracle: course.toml, which is the one place for names and addresses."""

import yaml

from course_lib.authoring.course_file import read_course
from course_lib.authoring.execution import SECONDS


def test_the_title_is_that_of_the_course(repository, site):
    config = yaml.safe_load((repository / "_config.yml").read_text(encoding="utf8"))
    title = read_course(repository).title
    assert config["title"] == title
    assert f"<title>{title}" in (site / "intro.html").read_text(encoding="utf8")


def test_the_configuration_repeats_no_address(repository):
    text = (repository / "_config.yml").read_text(encoding="utf8")
    course = read_course(repository)
    assert course.repository not in text
    assert course.site not in text


def test_the_build_has_the_patience_of_the_notebooks(repository):
    config = yaml.safe_load((repository / "_config.yml").read_text(encoding="utf8"))
    assert config["execute"]["timeout"] == SECONDS


def test_canonical_addresses_follow_course_toml(site, slug, repository):
    address = read_course(repository).page(slug)
    assert f'rel="canonical" href="{address}"' in (site / f"{slug}.html").read_text(encoding="utf8")
