import pytest

from course_lib.cli import main


def test_prepare_then_list(tmp_path, server, tiny, monkeypatch, capsys):
    monkeypatch.setenv("COURSE_DATA", str(tmp_path))
    main(["data", "list"])
    assert "course data prepare tiny" in capsys.readouterr().out
    assert main(["data", "prepare", "tiny", "--mirror", server.mirror("good")]) == 0
    assert str(tmp_path / "tiny") in capsys.readouterr().out
    main(["data", "list"])
    assert f"In {tmp_path / 'tiny'}" in capsys.readouterr().out


def test_prepare_elsewhere_says_how_to_find_it(tmp_path, server, tiny, monkeypatch, capsys):
    monkeypatch.delenv("COURSE_DATA", raising=False)
    words = ["data", "prepare", "tiny", "--to", str(tmp_path), "--mirror", server.mirror("good")]
    assert main(words) == 0
    captured = capsys.readouterr()
    assert f"export COURSE_DATA={tmp_path}" in captured.out
    assert captured.err == ""  # no bar where nobody watches a terminal


def test_the_embedded_set_has_nothing_to_fetch(capsys):
    assert main(["data", "prepare", "mnist_5k"]) == 0
    assert "nothing to fetch" in capsys.readouterr().out


def test_a_failure_is_a_message_and_a_status(tmp_path, server, tiny, capsys):
    words = ["data", "prepare", "tiny", "--to", str(tmp_path), "--mirror", server.mirror("page")]
    assert main(words) == 1
    captured = capsys.readouterr()
    assert "sent a web page instead of the file" in captured.err
    assert "Traceback" not in captured.err


def test_an_unknown_name_is_a_message_and_a_status(capsys):
    assert main(["data", "prepare", "minst"]) == 1
    assert "mnist_5k, mnist" in capsys.readouterr().err


def test_help_has_an_example(capsys):
    with pytest.raises(SystemExit):
        main(["data", "--help"])
    assert "course data prepare mnist" in capsys.readouterr().out
