"""Small files, short functions; the exceptions stand here with their reasons."""

import ast
from pathlib import Path
from statistics import median

import digest

PACKAGE = Path(digest.__file__).parent
FILES = sorted(file for file in PACKAGE.glob("**/*.py") if "shipped" not in file.parts)

LONGEST_FILE = 350
LONGEST_FUNCTION = 60
MOST_FUNCTIONS = 35  # lines: 95 of 100 functions are shorter
HALF_OF_FUNCTIONS = 8  # lines of code, without the docstring
HALF_OF_FILES = 120

FILE_EXCEPTIONS: dict[str, str] = {
    "store/schema.py": "every table stands in one list, which is read beside the migrations",
}
FUNCTION_EXCEPTIONS: dict[str, str] = {}


def functions(file: Path) -> list[tuple[str, int, int]]:
    """Name, lines, and lines without the docstring of each function of a file."""
    found = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            first = node.body[0]
            told = isinstance(first, ast.Expr) and ast.get_docstring(node) is not None
            words = (first.end_lineno or first.lineno) - first.lineno + 1 if told else 0
            found.append((f"{file.relative_to(PACKAGE).as_posix()}:{node.name}", lines, lines - words))
    return found


ALL = [function for file in FILES if "versions" not in file.parts for function in functions(file)]


def lines_of(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def test_no_file_is_long() -> None:
    long = {
        file.relative_to(PACKAGE).as_posix(): lines_of(file)
        for file in FILES
        if lines_of(file) > LONGEST_FILE
    }
    assert {name: lines for name, lines in long.items() if name not in FILE_EXCEPTIONS} == {}


def test_half_of_the_files_are_short() -> None:
    assert median(lines_of(file) for file in FILES) <= HALF_OF_FILES


def test_no_function_is_long() -> None:
    long = {name: lines for name, lines, _ in ALL if lines > LONGEST_FUNCTION}
    assert {name: lines for name, lines in long.items() if name not in FUNCTION_EXCEPTIONS} == {}


def test_most_functions_are_short() -> None:
    lengths = sorted(lines for _, lines, _ in ALL)
    assert lengths[int(len(lengths) * 0.95)] < MOST_FUNCTIONS
    assert median(code for _, _, code in ALL) <= HALF_OF_FUNCTIONS


def test_exceptions_are_needed() -> None:
    assert all(lines_of(PACKAGE / name) > LONGEST_FILE for name in FILE_EXCEPTIONS)
    assert {name for name, lines, _ in ALL if lines > LONGEST_FUNCTION} >= set(FUNCTION_EXCEPTIONS)
