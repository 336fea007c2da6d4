"""Oracle: an archive of our own, whose hash we put in place of MathJax's."""

import base64
import hashlib
import io
import os
import tarfile

import pytest

from course_lib.authoring import vendor


@pytest.fixture
def archive(tmp_path, monkeypatch):
    """An archive shaped like npm's, placed where a teacher would put it by hand."""
    path = tmp_path / "book" / "_static" / "vendor" / vendor.ARCHIVE
    path.parent.mkdir(parents=True)
    names = ["LICENSE", "es5/tex-chtml.js", *(f"es5/{part}/x.js" for part in vendor.PARTS[1:])]
    with tarfile.open(path, "w:gz") as content:
        for name in [*names, "es5/not-needed.js"]:
            entry = tarfile.TarInfo(f"package/{name}")
            entry.size = 2
            content.addfile(entry, io.BytesIO(b"js"))
    found = base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    monkeypatch.setattr(vendor, "SHA512", found)
    return path


def test_what_the_site_needs_is_unpacked_once(archive, tmp_path):
    folder = vendor.mathjax(tmp_path)
    assert (folder / "tex-chtml.js").exists()
    assert (folder / "output/chtml/fonts/x.js").exists()
    assert (folder / "LICENSE").exists()
    assert not (folder / "not-needed.js").exists()
    archive.unlink()
    assert vendor.mathjax(tmp_path) == folder  # from now on without archive and network


def test_a_python_without_extraction_filters_unpacks_it_too(archive, tmp_path, monkeypatch):
    # Python 3.11.0 to 3.11.3 know no filter, and refuse the word.
    with_filter = tarfile.TarFile.extractall
    monkeypatch.delattr(tarfile, "data_filter")
    monkeypatch.setattr(
        tarfile.TarFile, "extractall", lambda self, path: with_filter(self, path, filter="tar")
    )
    assert (vendor.mathjax(tmp_path) / "tex-chtml.js").exists()


def test_a_changed_archive_is_refused(archive, tmp_path):
    archive.write_bytes(archive.read_bytes() + b"x")
    with pytest.raises(RuntimeError, match=r"is not the mathjax@3.2.2 we know"):
        vendor.mathjax(tmp_path)
    assert not (archive.parent / "mathjax").exists()


def test_without_npm_the_line_to_type_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="sudo apt-get install npm"):
        vendor.mathjax(tmp_path)


@pytest.mark.parametrize(
    ("what_npm_does", "reason"),
    [("echo 'network refused' >&2; exit 1", "network refused"), ("exec sleep 9", "not done after")],
)
def test_a_failed_download_is_explained(what_npm_does, reason, tmp_path, monkeypatch):
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text(f"#!/bin/sh\n{what_npm_does}\n")
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", f"{npm.parent}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(vendor, "PATIENCE", 0.5)
    with pytest.raises(RuntimeError, match=rf"(?s){reason}.*npm pack mathjax@3.2.2.*put"):
        vendor.mathjax(tmp_path)
