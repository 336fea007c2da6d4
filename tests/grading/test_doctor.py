"""The doctor on this machine, and on one without tools. Oracle: what is really installed."""

import argparse
import os

from course_lib.grading import doctor, doctor_command
from course_lib.grading.doctor import Finding, examine


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    doctor_command.configure(parser)
    return doctor_command.run(parser.parse_args(words))


def test_a_machine_that_grades_has_what_it_needs():
    findings = {finding.name: finding for finding in examine()}
    for name in ("Python", "Packages", "System", "Bubblewrap", "Sandbox"):
        assert findings[name].good, findings[name]


def test_what_lacks_comes_with_the_line_to_type_and_status_1(monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert run() == 1
    said = capsys.readouterr().out
    assert "LACK  Bubblewrap  not there" in said
    assert "Bubblewrap: sudo apt-get install bubblewrap" in said
    assert "note  Chromium" in said
    assert "Chromium: sudo apt-get install chromium" in said


def test_what_is_only_missed_does_not_fail(monkeypatch, capsys):
    findings = [Finding("Chromium", "not there", False, needed=False, remedy="fetch it")]
    monkeypatch.setattr(doctor, "examine", lambda: findings)
    assert run() == 0
    assert "note  Chromium" in capsys.readouterr().out


def test_install_asks_for_nothing_but_what_lacks(monkeypatch, tmp_path):
    log = tmp_path / "asked"
    program = tmp_path / "apt-get"
    program.write_text(f'#!/bin/sh\necho "$@" >> {log}\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    lacking = Finding("Bubblewrap", "not there", False, apt=("bubblewrap",))
    there = Finding("Chromium", "there", True, apt=("chromium",))
    assert doctor.install([lacking, there])
    assert log.read_text() == "update -qq\ninstall -y -qq bubblewrap\n"
    log.unlink()
    assert not doctor.install([there])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert not doctor.install([lacking])
    assert not log.exists()
