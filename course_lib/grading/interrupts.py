"""Ctrl-C at a moment when nothing can be left behind."""

import contextlib
import signal
import threading
from collections.abc import Iterator


@contextlib.contextmanager
def ctrl_c_waits() -> Iterator[None]:
    """Let Ctrl-C take effect at the end of the block; what is in there should not take long.

    What has just been started or made, and has no name yet, could not be tidied up. Only the main
    thread hears of Ctrl-C, so in another one this does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    heard = []
    before = signal.signal(signal.SIGINT, lambda *_: heard.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if heard:
            raise KeyboardInterrupt
