"""Oracle: the addresses that GitHub, Colab and nbgitpuller document, written by hand."""

from dataclasses import replace

import pytest

from course_lib.authoring.course_file import read_course


def test_addresses(book):
    course = replace(read_course(book.root), hub="https://hub.example.edu")
    assert course.page("lenet", "sec") == f"{course.site}/lenet.html#sec"
    assert course.file("a/b.py") == f"{course.repository}/blob/main/a/b.py"
    assert course.colab("lectures/x.ipynb").startswith(
        "https://colab.research.google.com/github/going-deeper-course/going-deeper/blob/main/lectures"
    )
    assert course.on_hub("lectures/x.ipynb") == (
        "https://hub.example.edu/hub/user-redirect/git-pull"
        "?repo=https%3A%2F%2Fgithub.com%2Fgoing-deeper-course%2Fgoing-deeper&branch=main"
        "&urlpath=lab%2Ftree%2Fgoing-deeper%2Flectures%2Fx.ipynb"
    )


def test_colab_opens_from_github_alone(book):
    course = read_course(book.root)
    assert course.on_github
    assert not replace(course, repository="https://git.example.edu/a/b").on_github


def test_a_repository_is_named_by_its_page_and_not_by_what_git_clones(book):
    file = book.root / "course.toml"
    url = read_course(book.root).repository
    file.write_text(file.read_text(encoding="utf8").replace(url, f"{url}.git/"), encoding="utf8")
    assert read_course(book.root).repository == url


def test_a_file_that_is_not_toml_is_named_with_the_line(book):
    text = "[course]\ntitle = 'x'\n[jupyterhub]\naddress = https://hub.example.edu\n"
    (book.root / "course.toml").write_text(text, encoding="utf8")
    with pytest.raises(ValueError, match=r"course.toml cannot be read: .*line 4.*quotation marks"):
        read_course(book.root)


def test_a_missing_entry_is_named(book):
    (book.root / "course.toml").write_text("[course]\ntitle = 'x'\n", encoding="utf8")
    with pytest.raises(ValueError, match=r"course.toml has no entry 'repository'"):
        read_course(book.root)
