"""Where a result comes from: folders, digests and versions. Standard library only."""

import ast
import hashlib
import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
VECTOR_INSTRUCTIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16", "asimd", "sve", "bf16")


def repository() -> Path | None:
    """The checkout this library runs from, or None when it was installed as a wheel."""
    root = PACKAGE.parent
    return root if (root / "course.toml").exists() else None


def results_folder() -> Path:
    """Where run records lie: `book/results` in a checkout, inside the package in a wheel."""
    root = repository()
    return root / "book" / "results" if root else PACKAGE / "results"


def claims_file() -> Path:
    """The ledger of the lectures' claims: `book/claims.yml`, inside the package in a wheel."""
    root = repository()
    return root / "book" / "claims.yml" if root else PACKAGE / "claims.yml"


def digest(*parts: bytes | str | Path) -> str:
    """SHA-256 of byte strings, texts and the contents of files, each bounded by its length."""
    total = hashlib.sha256()
    for part in parts:
        data = part.read_bytes() if isinstance(part, Path) else part
        data = data.encode() if isinstance(data, str) else data
        total.update(len(data).to_bytes(8, "big") + data)
    return total.hexdigest()


def module_files(names: Iterable[str]) -> list[Path]:
    """The source files of these modules of course_lib and of all they import from it."""
    found: dict[str, Path] = {}
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        path = _module_path(name)
        if path is None or name in found:
            continue
        found[name] = path
        waiting += _course_imports(path, name)
        waiting += [name.rpartition(".")[0]]
    return sorted(found.values())


def versions(names: Iterable[str]) -> dict[str, str]:
    """The Python version and the version of each installed package, absent ones left out."""
    known = {"python": platform.python_version()}
    for name in names:
        try:
            known[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return known


def instructions(flags: Path = Path("/proc/cpuinfo")) -> str:
    """What the processor computes sums with, which decides how they are rounded.

    The sets of vector instructions that it has; beside them the limit that ONEDNN_MAX_CPU_ISA puts
    on them, if any. Where the system does not tell, the kind of machine.
    """
    words = set(flags.read_text().split()) if flags.exists() else set()
    found = [name for name in VECTOR_INSTRUCTIONS if name in words] or [platform.machine()]
    limit = os.environ.get("ONEDNN_MAX_CPU_ISA")
    return " ".join(found) + (f", at most {limit}" if limit else "")


def minor(version: str) -> str:
    """'2.15.0+cu130' becomes '2.15': what a cached output may depend on."""
    return ".".join(re.split(r"[.+]", version)[:2])


def _module_path(name: str) -> Path | None:
    """The file of a module, found by its path: importing it to ask would cost seconds."""
    if name != "course_lib" and not name.startswith("course_lib."):
        return None
    base = PACKAGE.parent.joinpath(*name.split("."))
    candidates = (base / "__init__.py", base.with_suffix(".py"))
    return next((path for path in candidates if path.exists()), None)


def _course_imports(path: Path, module: str) -> list[str]:
    """What a file imports from course_lib; in `from a.b import c`, c may be a module."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(node, module, path.name == "__init__.py")
            found += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return [name for name in found if name.startswith("course_lib")]


def _absolute(node, module: str, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = module.split(".")
    keep = len(parts) - node.level + (1 if is_package else 0)
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])
