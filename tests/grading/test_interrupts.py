import signal
import threading

import pytest

from course_lib.grading.interrupts import ctrl_c_waits


@ctrl_c_waits()
def press_ctrl_c_and_then(call, *given) -> None:
    signal.raise_signal(signal.SIGINT)
    call(*given)


def test_what_has_begun_is_done_first():
    done = []
    with pytest.raises(KeyboardInterrupt):
        press_ctrl_c_and_then(done.append, "all of it")
    assert done == ["all of it"]


def test_without_ctrl_c_nothing_happens_and_afterwards_it_works_as_before():
    before = signal.getsignal(signal.SIGINT)
    with ctrl_c_waits():
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before


def test_an_error_of_the_block_is_still_told():
    with pytest.raises(ValueError, match="of the block"), ctrl_c_waits():
        raise ValueError("of the block")


def test_ctrl_c_during_an_error_of_the_block_tells_of_both():
    with pytest.raises(KeyboardInterrupt) as told:
        press_ctrl_c_and_then(int, "of the block")
    assert "of the block" in str(told.value.__context__)


def test_in_another_thread_it_lets_everything_pass():
    done = []

    def work():
        with ctrl_c_waits():
            done.append("done")

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == ["done"]
