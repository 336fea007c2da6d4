"""Real programs behind real walls. Oracle: what each of them could do, as it says itself."""

import json
import os
import subprocess
import sys
import textwrap

import pytest

from course_lib import provenance
from course_lib.grading.walls import MIB, WORK, Limits, Mount, Walls

SMALL = Limits(processes=40, scratch_bytes=4 * MIB, file_bytes=2 * MIB)


def run_inside(program: str, walls: Walls) -> subprocess.CompletedProcess:
    command = walls.around([sys.executable, "-I", "-c", textwrap.dedent(program)])
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    (folder / "letter").write_text("hello")
    folder.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def seen(shown):
    """What a curious program finds out in there."""
    program = """
        import ctypes, json, os, socket

        def tries(call):
            try:
                return repr(call())
            except OSError as error:
                return error.strerror

        libc = ctypes.CDLL(None, use_errno=True)
        print(json.dumps({
            "processes": sorted(int(name) for name in os.listdir("/proc") if name.isdigit()),
            "root": sorted(os.listdir("/")),
            "home": tries(lambda: os.listdir("/home")),
            "network": tries(lambda: socket.create_connection(("127.0.0.1", 9), timeout=2)),
            "interfaces": [name for _, name in socket.if_nameindex()],
            "user": os.getuid(),
            "environment": sorted(os.environ),
            "letter": open("/shown/letter").read(),
            "write shown": tries(lambda: open("/shown/mine", "w")),
            "write system": tries(lambda: open("/usr/mine", "w")),
            "write root": tries(lambda: open("/mine", "w")),
            "write devices": tries(lambda: open("/dev/mine", "w")),
            "write here": tries(lambda: open("mine", "w").write("x")),
            "here": os.getcwd(),
            "namespaces": libc.unshare(0x10000000),
            "password file": os.path.exists("/etc/passwd"),
            "core": __import__("resource").getrlimit(4),
        }))
    """
    hidden = [provenance.PACKAGE, provenance.PACKAGE.parent]
    walls = Walls([Mount(shown, "/shown")], hidden, {"COURSE_WORD": "x"}, SMALL)
    done = run_inside(program, walls)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_no_other_process_is_seen(seen):
    assert len(seen["processes"]) == 2
    assert os.getpid() not in seen["processes"]


def test_there_is_no_network(seen):
    # The loopback device is there, alone and without anybody listening.
    assert seen["interfaces"] == ["lo"]
    assert seen["network"] in ("Connection refused", "Network is unreachable")


def test_there_is_no_home_and_no_password_file(seen):
    assert seen["home"] == "No such file or directory"
    assert not seen["password file"]


def test_only_what_is_shown_is_there(seen):
    usual = {"bin", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "tmp", "usr"}
    ours = {WORK.strip("/"), "shown"}
    python = {os.path.realpath(p).split("/")[1] for p in (sys.prefix, sys.base_prefix)}
    assert set(seen["root"]) <= usual | ours | python
    assert seen["letter"] == "hello"


def test_nothing_but_the_working_folder_can_be_written(seen):
    for where in ("shown", "system", "root", "devices"):
        assert seen[f"write {where}"] == "Read-only file system", where
    assert (seen["here"], seen["write here"]) == (WORK, "1")


def test_it_is_nobody_and_can_make_no_namespace(seen):
    assert seen["user"] == 1000
    assert seen["namespaces"] == -1


def test_the_environment_is_ours(seen):
    assert "COURSE_WORD" in seen["environment"]
    assert not {"COURSE_CASES", "JPY_PARENT_PID", "SSH_AUTH_SOCK"} & {*seen["environment"]}


def test_the_repository_is_not_there_even_in_a_folder_that_is_shown(tmp_path):
    outer = tmp_path / "outer"
    (outer / "repository").mkdir(parents=True)
    (outer / "repository" / "answers").write_text("42")
    (outer / "other").write_text("")
    tmp_path.chmod(0o755)
    listing = "sorted(os.listdir('{}'))"
    shown = f"{listing.format(outer)}, {listing.format(outer / 'repository')}"
    program = f"import os; print({shown})"
    walls = Walls([Mount(outer, str(outer))], hidden=[outer / "repository"])
    assert run_inside(program, walls).stdout.strip() == "['other', 'repository'] []"


def test_the_library_of_this_checkout_cannot_be_imported():
    hidden = [provenance.PACKAGE, provenance.PACKAGE.parent]
    done = run_inside("import course_lib.layers", Walls(hidden=hidden))
    assert "No module named 'course_lib" in done.stderr


@pytest.mark.parametrize("folder", ["/tmp", "/dev/shm", WORK])
def test_a_folder_in_memory_fills_up_and_no_more(folder):
    program = f"""
        total = 0
        try:
            for number in range(100):
                with open(f"{folder}/{{number}}", "wb") as stream:
                    total += stream.write(bytes(2**20))
        except OSError as error:
            print(total, error.strerror)
    """
    said = run_inside(program, Walls(limits=SMALL)).stdout.strip()
    assert said == f"{4 * MIB} No space left on device"


def test_a_file_grows_to_its_limit():
    program = """
        import os
        file, total = os.open("large", os.O_CREAT | os.O_WRONLY), 0
        try:
            while True:
                total += os.write(file, bytes(2**18))
        except OSError as error:
            print(total, error.strerror)
    """
    assert run_inside(program, Walls(limits=SMALL)).stdout.strip() == f"{2 * MIB} File too large"


def test_a_fork_bomb_stops_at_its_limit():
    program = """
        import os, time
        children = 0
        try:
            while True:
                if os.fork() == 0:
                    time.sleep(60); os._exit(0)
                children += 1
        except OSError:
            print(children, flush=True)
            os._exit(0)
    """
    assert 20 < int(run_inside(program, Walls(limits=SMALL)).stdout) < 40


def test_more_memory_than_allowed_is_refused():
    limits = Limits(memory=100 * MIB)
    program = """
        try:
            bytearray(2 * 2**30)
        except MemoryError:
            print("refused")
    """
    assert run_inside(program, Walls(limits=limits)).stdout.strip() == "refused"


def test_nothing_of_it_is_left_when_its_parent_is_killed():
    inner = [sys.executable, "-I", "-c", "print('up', flush=True)\nwhile True: pass"]
    outer = (
        "import subprocess\nfrom course_lib.grading.walls import Walls\n"
        f"subprocess.run(Walls().around({inner!r}))"
    )
    parent = subprocess.Popen([sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True)
    assert parent.stdout.readline() == "up\n"
    parent.kill()
    parent.wait()
    assert parent.stdout.read() == ""  # the end of the pipe: nobody holds it any more
    parent.stdout.close()


def test_walls_go_up_only_for_who_asked_for_them():
    # As when that process died before bubblewrap could ask to die with it.
    command = Walls().around([sys.executable, "-I", "-c", "print('up')"])
    other = f"import subprocess; raise SystemExit(subprocess.run({command!r}).returncode)"
    done = subprocess.run([sys.executable, "-c", other], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (1, "")
