"""Oracle: a small package and records of our own, whose imports are known."""

import pytest

from course_lib import provenance
from course_lib.authoring.chapter_code import code_digest, reads, versions


@pytest.fixture
def library(book, monkeypatch):
    """A course_lib of four modules, beside the small book."""
    package = book.root / "course_lib"
    for name, text in {
        "__init__.py": "",
        "layers/__init__.py": "from course_lib.layers.pooling import pool\n",
        "layers/pooling.py": "from course_lib import sizes\n\ndef pool(): ...\n",
        "sizes.py": "",
        "unused.py": "",
    }.items():
        path = package / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf8")
    monkeypatch.setattr(provenance, "PACKAGE", package)
    results = book.folder / "results" / "lenet_mnist"
    results.mkdir(parents=True)
    (results / "seed0.json").write_text("{}", encoding="utf8")
    (results / "seed0.safetensors").write_bytes(b"weights")
    return book


def cell(code):
    return f"```{{code-cell}} ipython3\n{code}\n```"


def test_modules_are_followed_and_others_left_out(library):
    chapter = library.chapter(cell("from course_lib.layers import pool"))
    assert set(reads(chapter, library.root)) == {
        "course_lib/__init__.py",
        "course_lib/layers/__init__.py",
        "course_lib/layers/pooling.py",
        "course_lib/sizes.py",
    }


@pytest.mark.parametrize(
    "code",
    [
        "records('lenet_mnist')",
        "training.record_weights('lenet_mnist', seed=0)",
        "for name in ('lenet_mnist', 'b'):\n    record(name)",
    ],
)
def test_records_and_their_weights_are_found(library, code):
    found = reads(library.chapter(cell(code)), library.root)
    assert {name for name in found if name.startswith("book/")} == {
        "book/results/lenet_mnist/seed0.json",
        "book/results/lenet_mnist/seed0.safetensors",
    }


def test_who_reads_the_ledger_of_claims_depends_on_it(library):
    path = library.folder / "claims.yml"
    path.write_text("- id: a", encoding="utf8")
    code = cell("from course_lib.claims import ledger")
    before = reads(library.chapter(code), library.root)["book/claims.yml"]
    path.write_text("- id: b", encoding="utf8")
    assert reads(library.chapter(code), library.root)["book/claims.yml"] != before
    assert "book/claims.yml" not in reads(library.chapter(cell("import torch")), library.root)


def test_who_reads_the_ledger_depends_on_the_records_that_it_names(library):
    path = library.folder / "claims.yml"
    path.write_text("- by: {experiment: lenet_mnist, measure: seed}", encoding="utf8")
    found = reads(library.chapter(cell("from course_lib.claims import ledger")), library.root)
    assert "book/results/lenet_mnist/seed0.json" in found


def test_magics_and_semicolons_are_python_here(library):
    library_chapter = library.chapter(cell("%matplotlib inline\nfrom course_lib import sizes;"))
    assert "course_lib/sizes.py" in reads(library_chapter, library.root)


def test_what_is_not_python_is_named_with_its_line(library):
    chapter = library.chapter(cell("x = 1\ny = = 2"))
    with pytest.raises(ValueError, match=r"book/first.md:\d+: line 2 of this cell is not Python"):
        reads(chapter, library.root)


def test_the_digest_of_the_code_follows_cells_and_options_but_not_the_text(library):
    first = code_digest(library.chapter("Text.\n\n" + cell("x = 1")))
    assert code_digest(library.chapter("Other text.\n\n" + cell("x = 1"))) == first
    assert code_digest(library.chapter(cell("x = 2"))) != first
    assert code_digest(library.chapter(cell(":tags: [hide-input]\n\nx = 1"))) != first


def test_versions_are_minor_ones():
    found = versions()
    assert set(found) == {"torch", "matplotlib"}
    assert all(value.count(".") == 1 for value in found.values())
