"""`course claims` from its words to its status. Oracle: a small ledger with known faults."""

import pytest

from course_lib import provenance
from course_lib.claims import command, ledger
from course_lib.cli import main


@pytest.fixture
def course(monkeypatch):
    """`course claims ...` on a ledger of our own."""

    def called(path, *words):
        monkeypatch.setattr(command, "claims_file", lambda: path)
        monkeypatch.setattr(command, "ledger", lambda: ledger(path))
        return main(["claims", *words])

    return called


def test_the_table_and_its_summary(course, write, computed, literature, capsys):
    assert course(write(computed, literature)) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["lecture", "claim", "the", "lecture", "here", "verdict"]
    assert lines[2].split()[:4] == ["colorado_2024", "crops", "2048", "2178"]
    assert lines[-1] == "2 claims: 0 hold, 1 hold with a remark, 1 do not hold."


def test_a_stale_entry_is_named_and_written(course, write, computed, capsys):
    path = write(computed | {"ours": 2177})
    assert course(path) == 1
    err = capsys.readouterr().err
    assert "claim 'crops' is stale: ours is 2177, and computing it gives 2178." in err
    assert "Type `course claims --write`" in err
    assert course(path, "--write") == 0
    assert capsys.readouterr().out.startswith("1 values written: crops\n")
    assert course(path) == 0


def test_a_contradiction_is_named(course, write, computed, capsys):
    assert course(write(computed | {"verdict": "holds"})) == 1
    assert "claim 'crops' says 'holds', but 2048 and 2178 differ" in capsys.readouterr().err


def test_a_verdict_that_writing_proves_wrong_is_named(course, write, computed, capsys):
    path = write(computed | {"value": 2178, "ours": 2048})
    assert course(path, "--write") == 1
    assert "says 'does not hold', but 2178 and 2178 agree" in capsys.readouterr().err


def test_only_what_does_not_simply_hold(course, write, computed, literature, capsys):
    fine = literature | {"id": "fine", "verdict": "holds"}
    assert course(write(fine, literature, computed), "--only-wrong") == 0
    out = capsys.readouterr().out
    assert out.index("crops (colorado_2024") < out.index("epochs (colorado_2025")
    assert "33 * 33 * 2." in out
    assert "Roughly." in out
    assert "fine" not in out
    assert course(write(fine), "--only-wrong") == 0
    assert "All of it holds." in capsys.readouterr().out


def test_one_lecture(course, write, computed, literature, capsys):
    path = write(computed | {"ours": 2177}, literature)
    assert course(path, "--lecture", "colorado_2025") == 0
    out = capsys.readouterr().out
    assert "epochs" in out
    assert "crops" not in out
    with pytest.raises(SystemExit):
        course(path, "--lecture", "mit")


def test_the_file_is_found_in_a_checkout_and_in_a_wheel(repository, monkeypatch, tmp_path):
    assert provenance.claims_file() == repository / "book" / "claims.yml"
    monkeypatch.setattr(provenance, "PACKAGE", tmp_path / "course_lib")
    assert provenance.claims_file() == tmp_path / "course_lib" / "claims.yml"
