"""Cells of friendly and hostile notebooks, run in the sandbox. Oracle: what they say and do."""

import signal
import tempfile
import time
from pathlib import Path

import pytest

from course_lib.grading.kernel import TEXT_CHARACTERS, KernelLostError, Ran, SandboxKernel
from course_lib.grading.walls import MIB


@pytest.fixture(scope="module")
def kernel(library):
    with SandboxKernel(library) as kernel:
        yield kernel


def test_what_a_cell_says_and_gives_is_kept_as_text(kernel):
    assert kernel.run("print('a'); 1 + 1", 20.0) == Ran("a\n2\n")


def test_names_live_from_cell_to_cell(kernel):
    kernel.run("x = 3", 20.0)
    assert kernel.run("x", 20.0).text == "3\n"


def test_an_error_is_told_without_colors(kernel):
    error = kernel.run("1 / 0", 20.0).error
    assert "ZeroDivisionError: division by zero" in error
    assert "\x1b" not in error


def test_pictures_and_html_are_left_out(kernel):
    page = "from IPython.display import HTML, display\ndisplay(HTML('<script>alert(1)</script>'))"
    assert "script" not in kernel.run(page, 20.0).text


def test_control_characters_cannot_move_the_cursor(kernel):
    assert kernel.run(r"print('\x1b[2J\x1b]0;x\x07a\rb\x00')", 20.0).text == "]0;xab\n"


def test_long_output_is_cut_and_says_so(kernel):
    said = kernel.run("print('x' * 10**6)", 20.0)
    assert len(said.text) < TEXT_CHARACTERS + 100
    assert said.text.endswith("is left out)")


def test_the_library_is_there_without_what_is_withheld(kernel):
    assert kernel.run("import course_lib.checking", 60.0) == Ran()
    for part in ("layers", "grading", "authoring"):
        error = kernel.run(f"import course_lib.{part}", 20.0).error
        assert f"No module named 'course_lib.{part}'" in error


def test_a_flood_of_messages_neither_hangs_nor_fills_the_memory(library):
    flood = "from IPython.display import *\nfor i in range(20): display(HTML('x' * 10_000_000))"
    with SandboxKernel(library) as kernel:
        said = kernel.run(flood, 30.0)
        assert said.cut is None
        assert len(said.text) < TEXT_CHARACTERS + 100


def test_forged_and_broken_messages_are_dropped(library):
    forged = """
    import zmq
    kernel = get_ipython().kernel
    socket = kernel.iopub_socket
    for junk in ([b"x"], [b"<IDS|MSG>", b"", b"{", b"", b"", b""], [b"[" * 10_000] * 6):
        socket.send_multipart(junk)
    print("still here")
    """
    with SandboxKernel(library) as kernel:
        assert "still here" in kernel.run("if 1:" + forged, 20.0).text


def test_signed_messages_of_another_form_are_dropped(library):
    forged = """
    kernel = get_ipython().kernel
    parent, session, socket = kernel.get_parent(), kernel.session, kernel.iopub_socket
    session.send(socket, "status", content=b"[]", parent=parent)
    session.send(socket, "display_data", content={"data": []}, parent=parent)
    session.send(socket, session.msg("status") | {"parent_header": []})
    print("still here")
    """
    with SandboxKernel(library) as kernel:
        assert kernel.run("if 1:" + forged, 20.0) == Ran("still here\n")


def test_an_endless_cell_is_cut(library):
    with SandboxKernel(library) as kernel:
        start = time.monotonic()
        assert kernel.run("while True: pass", 1.0).cut == "it did not end within 1 seconds"
        assert time.monotonic() - start < 10
        folder = kernel.provisioner.folder
        assert folder.exists()
    assert not kernel.alive
    assert not folder.exists()


def test_a_cell_that_ends_the_process_is_told(library):
    with SandboxKernel(library) as kernel:
        assert kernel.run("import os; os._exit(0)", 20.0).cut == "it ended the whole Python process"


def test_a_memory_bomb_ends_its_own_kernel(library):
    bomb = "import os\nfor _ in range(3): os.fork()\nblock = bytearray(2**27)\n"
    bomb += "block[::4096] = bytes(len(block[::4096]))\nimport time; time.sleep(30)"
    with SandboxKernel(library, {"memory": 600 * MIB}) as kernel:
        assert kernel.run(bomb, 20.0).cut == "it used more than 600 MB of memory"


def test_files_where_the_sockets_are_end_the_kernel(library):
    with SandboxKernel(library) as kernel:
        folder = kernel.provisioner.folder / "sockets"
        fill = f"for i in range(60): open('{folder}/' + str(i), 'wb').write(bytes(2**20))"
        said = kernel.run(f"{fill}\nwhile True: pass", 20.0)
        assert said.cut == "it wrote files where it may not"


def test_folders_in_folders_where_the_sockets_are_end_the_kernel_and_are_removed(library):
    with SandboxKernel(library) as kernel:
        folder = kernel.provisioner.folder
        dig = f"import os\nos.chdir('{folder}/sockets')\n"
        dig += "for _ in range(1100): os.mkdir('a'); os.chdir('a')\nwhile True: pass"
        assert kernel.run(dig, 20.0).cut == "it wrote files where it may not"
    assert not folder.exists()


def test_a_million_empty_files_in_memory_end_the_kernel(library):
    fill = "for i in range(10**6): open(f'/dev/shm/{i}', 'w').close()"
    with SandboxKernel(library, {"scratch_files": 2000}) as kernel:
        said = kernel.run(f"{fill}\nwhile True: pass", 20.0)
        assert said.cut == "it made more than 2000 files in /dev/shm"


def test_a_sandbox_nobody_could_watch_is_a_fault_of_ours(library, monkeypatch):
    def fail(*_):
        raise OSError("too many open files")

    with SandboxKernel(library) as kernel:
        monkeypatch.setattr("course_lib.grading.watchman.folder_bytes", fail)
        with pytest.raises(KernelLostError, match="could not be watched: too many open files"):
            kernel.run("while True: pass", 20.0)


def test_ctrl_c_before_the_folder_has_a_name_leaves_no_folder(library, monkeypatch):
    make, made = tempfile.mkdtemp, []

    def make_and_press_ctrl_c(**kwargs) -> str:
        made.append(make(**kwargs))
        signal.raise_signal(signal.SIGINT)
        return made[-1]

    monkeypatch.setattr(tempfile, "mkdtemp", make_and_press_ctrl_c)
    with pytest.raises(KeyboardInterrupt), SandboxKernel(library):
        pass
    assert not any(Path(folder).exists() for folder in made)
    assert made
