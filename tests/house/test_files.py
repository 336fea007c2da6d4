"""What lies in the repository, and what must not."""

import re
import subprocess
import tomllib

import pytest
import yaml
from packaging.requirements import Requirement


@pytest.fixture(scope="session")
def tracked(repository):
    if not (repository / ".git").exists():
        pytest.skip("needs a clone made by git, which knows the files that belong to the course")
    listing = subprocess.run(
        ["git", "ls-files"], cwd=repository, capture_output=True, text=True, check=True
    )
    return [repository / name for name in listing.stdout.splitlines()]


def test_no_tracked_file_is_large(tracked):
    assert [p for p in tracked if p.is_file() and p.stat().st_size > 1_000_000] == []


def test_notebooks_lie_only_where_they_are_generated(tracked, repository):
    rooms = {p.relative_to(repository).parts[0] for p in tracked if p.suffix == ".ipynb"}
    assert rooms <= {"lectures", "assignments"}


def test_readme_names_the_chapters_and_assignments_there_are(repository):
    from course_lib.authoring.readme import with_contents

    assert (repository / "README.md").read_text(encoding="utf8") == with_contents(repository)


def test_environment_yml_repeats_pyproject(repository):
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    wanted = {*project["dependencies"], *(line for extra in extras for line in extra)}
    environment = yaml.safe_load((repository / "environment.yml").read_text())
    listed = next(item["pip"] for item in environment["dependencies"] if isinstance(item, dict))
    assert {line for line in listed if not line.startswith("--")} == wanted


def test_tried_versions_satisfy_what_is_asked_for(repository):
    pins = dict(
        line.split("==")
        for line in (repository / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    )
    pins = {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in pins.items()}
    project = tomllib.loads((repository / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"].values()
    for line in [*project["dependencies"], *(line for extra in extras for line in extra)]:
        requirement = Requirement(line)
        version = pins[re.sub(r"[-_.]+", "-", requirement.name).lower()]
        assert requirement.specifier.contains(version), line


def test_no_path_of_a_machine_and_no_registry_in_any_file(tracked):
    trace = re.compile(
        rb"(?<![\w.])/(work|farm|root)/|py[t]honhosted|regis[t]ry\.npm|deb\.[d]ebian"
    )
    for path in tracked:
        if path.is_file() and path.name != "test_files.py":
            assert not trace.search(path.read_bytes()), path
