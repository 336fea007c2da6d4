"""Oracle: cells that say what they see of their surroundings, run in a real kernel."""

import nbformat
import pytest

from course_lib.authoring.execution import chapter_environment, execute

v4 = nbformat.v4


def run(*sources):
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    execute(notebook, "first")
    return notebook.cells


def printed(cell):
    return "".join(output.text for output in cell.outputs if output.output_type == "stream")


def test_a_chapter_sees_no_data_no_gpu_no_network_and_a_fixed_hash(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "/somewhere")
    cells = run(
        "import os\nprint('COURSE_DATA' in os.environ, os.environ['CUDA_VISIBLE_DEVICES'] == '')",
        "print(hash('pooling'))",
        "import socket\n"
        "for address in (('192.0.2.1', 80), ('example.org', 80)):\n"
        "    try:\n"
        "        socket.create_connection(address, timeout=1)\n"
        "    except OSError as error:\n"
        "        print(error)",
        "print(sorted(name for name in globals() if name in ('guard', 'only_here', 'check')))",
    )
    assert printed(cells[0]) == "False True\n"
    assert printed(cells[1]) == printed(run("print(hash('pooling'))")[0])
    assert printed(cells[2]).count("a chapter may not use the network") == 2
    assert printed(cells[3]) == "[]\n"  # the guard leaves no name behind
    assert [cell.execution_count for cell in cells] == [1, 2, 3, 4]
    assert "execution" not in cells[0].metadata


def test_a_failing_cell_is_shown():
    with pytest.raises(RuntimeError, match=r"(?s)book/first.md: a cell failed.*ZeroDivisionError"):
        run("1 / 0")


def test_the_environment_of_this_process_is_left_alone(monkeypatch):
    monkeypatch.setenv("COURSE_DATA", "/somewhere")
    assert "COURSE_DATA" not in chapter_environment()
    run("1")
    import os

    assert os.environ["COURSE_DATA"] == "/somewhere"
