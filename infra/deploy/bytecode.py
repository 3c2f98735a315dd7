"""Put bytecode in the place of the modules in a folder; run by the functions' own Python, which needs nothing else.

What only readers and checkers of types want is left out first: what functions say of themselves and of what they take
and give, and of a class all but the first paragraph, which `operations/program/schema.py` hands out and without which a
dataclass would write one. Asserts stay: they are checks.

    python3.13 -X no_debug_ranges bytecode.py FOLDER WHERE_IT_WILL_BE
"""

import ast
import importlib.util
import marshal
import sys
from pathlib import Path

_UNCHECKED = (1).to_bytes(4, "little")
"""PEP 552: found by the hash of its source, of which there is none to look at."""


def compiled(source: bytes, name: str) -> bytes:
    """Return what the file of a module's bytecode holds; tracebacks call the module's source by `name`."""
    code = compile(lean(ast.parse(source)), name, "exec", dont_inherit=True)
    return importlib.util.MAGIC_NUMBER + _UNCHECKED + importlib.util.source_hash(source) + marshal.dumps(code)


def lean(module: ast.Module) -> ast.Module:
    """Leave out of a module what does nothing when it runs."""
    for node in ast.walk(module):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            _shorten(node)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            node.returns = None
        if isinstance(node, ast.arg):
            node.annotation = None
    return module


def _shorten(node: ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    text = ast.get_docstring(node)
    if text is None:
        return
    if isinstance(node, ast.Module):
        del node.body[0]
        return
    kept = text.partition("\n\n")[0] if isinstance(node, ast.ClassDef) else ...
    node.body[0] = ast.fix_missing_locations(ast.copy_location(ast.Expr(ast.Constant(kept)), node.body[0]))


if __name__ == "__main__":
    folder, there = Path(sys.argv[1]), sys.argv[2]
    for path in sorted(folder.rglob("*.py")):
        path.with_suffix(".pyc").write_bytes(compiled(path.read_bytes(), f"{there}/{path.relative_to(folder)}"))
        path.unlink()
