"""The parts of the course import one another in one direction only. Oracle: the table below."""

import ast
import sys
from pathlib import Path

import pytest

TORCH = {"torch", "jaxtyping", "numpy", "safetensors"}
NOTEBOOKS = {"IPython", "nbclient", "nbconvert", "nbformat", "nbgrader", "traitlets"}
BOOK = {"PIL", "docutils", "jupyter_cache", "markdown_it", "myst_nb", "myst_parser", "pybtex"}
BOOK |= {"sphinx", "sphinxcontrib", "yaml"}
HTML = {"bleach", "bs4"}

LIBRARY = {"applications", "architectures", "data", "initialization", "inspection", "kernels"}
LIBRARY |= {"layers", "optimizers", "plotting", "training"}

# part: (parts of the course, third-party packages) that it may import
ALLOWED = {
    "layers": (set(), TORCH),
    "kernels": ({"layers"}, TORCH | {"triton"}),
    "initialization": (set(), TORCH),
    "optimizers": (set(), TORCH),
    "data": (set(), TORCH | {"mlxtend", "pooch", "requests", "torchvision", "tqdm", "urllib3"}),
    "inspection": (set(), TORCH | {"IPython", "pygments"}),
    "checking": (set(), TORCH),
    "architectures": ({"layers"}, TORCH | {"torchvision"}),
    "training": ({"data", "optimizers"}, TORCH | {"tqdm"}),
    "applications": (
        {"architectures", "data", "layers", "training"},
        TORCH | {"skimage", "torchvision"},
    ),
    "plotting": ({"inspection", "training"}, TORCH | {"matplotlib"}),
    "experiments": (LIBRARY, TORCH | {"torchvision"}),
    "claims": (LIBRARY, TORCH | {"yaml"}),
    "grading": ({"checking", "term"}, TORCH | NOTEBOOKS | HTML | {"jupyter_client", "zmq"}),
    "authoring": ({"checking", "term"}, TORCH | NOTEBOOKS | BOOK),
}


def imports_of(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: say where it comes from, `from course_lib.x import y`"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def parts(repository: Path) -> list[Path]:
    return [f for f in (repository / "course_lib").iterdir() if (f / "__init__.py").exists()]


def test_every_part_is_in_the_table(repository):
    assert {part.name for part in parts(repository)} == set(ALLOWED)


@pytest.mark.parametrize("part", sorted(ALLOWED))
def test_part_imports_only_what_it_may(part, repository):
    siblings, packages = ALLOWED[part]
    for path in (repository / "course_lib" / part).rglob("*.py"):
        for name in imports_of(path):
            top, _, rest = name.partition(".")
            if top == "course_lib":
                used = rest.split(".")[0]
                assert used in siblings | {part, "provenance", "__version__"}, f"{path}: {name}"
            elif top not in sys.stdlib_module_names:
                assert top in packages, f"{path} imports {name}"


def test_only_the_command_line_imports_grading_and_authoring(repository):
    for path in (repository / "course_lib").rglob("*.py"):
        part = path.relative_to(repository / "course_lib").parts[0]
        for name in imports_of(path) if part not in ("grading", "authoring", "cli.py") else ():
            assert not name.startswith(("course_lib.grading", "course_lib.authoring")), path


def test_provenance_term_and_cli_need_only_the_standard_library(repository):
    for name in ("provenance.py", "term.py", "cli.py"):
        tops = {n.partition(".")[0] for n in imports_of(repository / "course_lib" / name)}
        assert tops <= set(sys.stdlib_module_names), name
