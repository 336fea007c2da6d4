"""The other end of the pipes is played by the test. Oracle: the frame as probe.py writes it."""

import contextlib
import json
import os
import threading

import pytest

from course_lib.grading import channel
from course_lib.grading.channel import Channel, NoAnswerError
from course_lib.grading.clock import Clock


class OtherEnd:
    """Reads a request and answers with what `answer(word)` makes of it."""

    def __init__(self, folder):
        self.requests, theirs = os.pipe()
        mine, self.answers = os.pipe()
        for pipe in (theirs, mine):
            os.set_blocking(pipe, False)
        self.channel = Channel(theirs, mine, folder)
        self.folder, self.asked = folder, None
        self.thread, self._ours = None, (theirs, mine)

    def answers_with(self, make):
        def work():
            self.asked = json.loads(os.read(self.requests, 65536))
            data = memoryview(make(self.asked["word"].encode()))
            with contextlib.suppress(BrokenPipeError):  # the other side has heard enough
                while data:
                    data = data[os.write(self.answers, data) :]

        self.thread = threading.Thread(target=work, daemon=True)
        self.thread.start()

    def ask(self, seconds=5.0):
        return self.channel.ask("f", b"inputs", ("convolution",), Clock(seconds, os.getpid()))

    def close(self):
        """First this side of the line, so that no writer is left waiting."""
        for pipe in self._ours:
            os.close(pipe)
        if self.thread:
            self.thread.join()
        self.hang_up()
        os.close(self.requests)

    def hang_up(self):
        if self.answers is not None:
            os.close(self.answers)
        self.answers = None


@pytest.fixture
def other_end(tmp_path):
    end = OtherEnd(tmp_path)
    yield end
    end.close()


def frame(word: bytes, content: bytes) -> bytes:
    return word + len(content).to_bytes(8, "big") + content


def test_a_request_and_its_answer(other_end):
    seen = []
    other_end.answers_with(
        lambda word: seen.extend(other_end.folder.iterdir()) or frame(word, b"42")
    )
    assert other_end.ask() == b"42"
    assert [path.name for path in seen] == [other_end.asked["inputs"]]
    assert (other_end.asked["function"], other_end.asked["forbidden"]) == ("f", ["convolution"])
    assert list(other_end.folder.iterdir()) == []


def test_an_answer_larger_than_a_pipe_comes_whole(other_end):
    content = os.urandom(3 * 2**20)
    other_end.answers_with(lambda word: frame(word, content))
    assert other_end.ask() == content


def test_what_was_sent_before_the_question_is_thrown_away(other_end):
    os.write(other_end.answers, frame(b"0" * 16, b"prepared"))
    other_end.answers_with(lambda word: frame(word, b"asked"))
    assert other_end.ask() == b"asked"


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda word: frame(b"0" * 16, b"42"), "something else"),
        (lambda word: b"hello", "something else"),
        (lambda word: frame(word, b"42") + b"more", "longer than it says"),
        (lambda word: word + (2**60).to_bytes(8, "big"), "larger than it may be"),
        (lambda word: word + (2**24 + 1).to_bytes(8, "big"), "larger than it may be"),
        (lambda word: word + b"\x00", "did not come to an end"),
        (lambda word: frame(word, b"42")[:-1], "did not come to an end"),
    ],
)
def test_a_forged_frame_is_no_answer(other_end, make, says, monkeypatch):
    monkeypatch.setattr("course_lib.grading.clock.PATIENCE", 1)
    other_end.answers_with(make)
    with pytest.raises(NoAnswerError, match=says):
        other_end.ask(seconds=0.3)


def test_no_more_than_the_limit_is_ever_held(other_end, monkeypatch):
    monkeypatch.setattr(channel, "ANSWER_BYTES", 2**20)
    other_end.answers_with(lambda word: frame(word, bytes(2**20 + 1)))
    with pytest.raises(NoAnswerError, match="larger than it may be"):
        other_end.ask()


def test_the_end_of_the_pipe_is_the_end_of_the_process(other_end):
    other_end.hang_up()
    with pytest.raises(NoAnswerError, match="ended the whole Python process"):
        other_end.ask()


def test_nobody_reads_the_requests(other_end, monkeypatch):
    monkeypatch.setattr("course_lib.grading.clock.PATIENCE", 1)
    with pytest.raises(NoAnswerError, match="did not come to an end"):
        other_end.ask(seconds=0.2)
