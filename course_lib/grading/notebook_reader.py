"""Read a notebook that is not trusted and write down what matters, as small, plain JSON.

    python -m course_lib.grading.notebook_reader < convolution.ipynb

runs under the limits of `limited.py`. It prints `{"cells": [...]}`, or `{"reason": "..."}` with a
sentence for the student.
"""

import ast
import json
import re
import sys
from typing import Any

NOTEBOOK_BYTES = 16 * 2**20
NUM_CELLS = 2_000
SOURCE_CHARACTERS = 200_000
ALL_CHARACTERS = 2_000_000
DEFINITION = re.compile(r"^(?:async[ \t]+)?def[ \t]+([A-Za-z_]\w*)[ \t]*\(", re.MULTILINE)


class RejectedError(ValueError):
    """The text is the reason, for the student."""


def read(data: bytes) -> list[dict]:
    """The cells of a notebook: kind, cell id, grade id, tags, source, and what it defines."""
    notebook = _json(data)
    if not isinstance(notebook, dict) or "nbformat" not in notebook:
        raise RejectedError(
            "This file is JSON, but not a notebook. Hand in the .ipynb file itself."
        )
    if notebook["nbformat"] != 4:
        raise RejectedError(
            f"This notebook has format {str(notebook['nbformat'])[:20]}, and format 4 is needed. "
            "Open it in a current Jupyter or Colab, save it, and hand it in again."
        )
    cells = notebook.get("cells")
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise RejectedError("This notebook has no list of cells; the file is damaged.")
    if len(cells) > NUM_CELLS:
        raise RejectedError(f"This notebook has {len(cells)} cells, at most {NUM_CELLS} are read.")
    found = [_cell(cell, number) for number, cell in enumerate(cells, 1)]
    if sum(len(cell["source"]) for cell in found) > ALL_CHARACTERS:
        raise RejectedError(
            f"The cells hold more than {ALL_CHARACTERS:,} characters of text together."
        )
    return found


def _json(data: bytes) -> Any:
    if len(data) > NOTEBOOK_BYTES:
        raise RejectedError(
            f"The notebook is larger than {NOTEBOOK_BYTES // 2**20} MB. Clear the outputs of all "
            "cells, save it, and hand it in again."
        )
    try:
        return json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as problem:
        raise RejectedError(f"The file is not UTF-8 text (byte {problem.start}).") from None
    except json.JSONDecodeError as problem:
        what = "empty" if not data.strip() else f"damaged at line {problem.lineno}"
        raise RejectedError(f"The file is {what}: it is not JSON, as a notebook is.") from None
    except RecursionError:
        raise RejectedError("The file is nested deeper than any notebook; it is damaged.") from None


def _cell(cell: dict, number: int) -> dict:
    source = _text(cell.get("source", ""), number)
    metadata = _dictionary(cell.get("metadata"))
    tags = metadata.get("tags")
    return {
        "kind": _short(cell.get("cell_type")),
        "id": _short(cell.get("id")),
        "grade_id": _short(_dictionary(metadata.get("nbgrader")).get("grade_id")),
        "tags": [_short(tag) for tag in tags[:20]] if isinstance(tags, list) else [],
        "source": source,
        "defines": sorted(set(DEFINITION.findall(source)))[:200],
    }


def _text(source: Any, number: int) -> str:
    """The source as one text; whoever parses it next must not be brought down by it."""
    lines = source if isinstance(source, list) else [source]
    if not all(isinstance(line, str) for line in lines):
        raise RejectedError(f"The source of cell {number} is not text; the file is damaged.")
    text = "".join(lines).encode("utf8", "replace").decode("utf8")
    if len(text) > SOURCE_CHARACTERS:
        raise RejectedError(f"Cell {number} is longer than {SOURCE_CHARACTERS:,} characters.")
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return text  # its own business: it will say so when it runs
    except (RecursionError, MemoryError):
        raise RejectedError(f"Cell {number} is nested deeper than Python can read.") from None
    return text


def _dictionary(value: Any) -> dict:
    return value if isinstance(value, dict) else {}


def _short(value: Any) -> str:
    return value[:200] if isinstance(value, str) else ""


def main() -> int:
    try:
        result = {"cells": read(sys.stdin.buffer.read(NOTEBOOK_BYTES + 1))}
    except RejectedError as reason:
        result = {"reason": str(reason)}
    print(json.dumps(result))
    return 0


if __name__ == "__main__":
    sys.exit(main())
