"""Hash of the sources a rule depends on, blind to comments, docstrings and layout.

Snakemake sees neither changes of imported modules nor the difference between a formula and a comment. Each rule
carries this hash as a parameter instead, so that a changed formula recomputes exactly what depends on it.
"""

from __future__ import annotations

import ast
import hashlib
import io
import tokenize
from collections.abc import Iterator
from functools import cache
from pathlib import Path

PACKAGE = "rnn_geometry"
_LAYOUT = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
}
# Parts of a rule that say where a job runs and what is noted of it. (Threads are none: sums in another order differ.)
_PLACE = {"resources", "group", "log", "benchmark"}


def fingerprint(rule: str, rules_file: str | Path, script: str | Path) -> str:
    """Return 16 hexadecimal digits for the rule's text, its script and every package module the script reaches."""
    script = Path(script)
    parts = [rule_source(rule, Path(rules_file)), python_source(script)]
    package = Path(__file__).parents[1]
    parts += [
        f"{name}:{python_source(_module_file(package, name))}"
        for name in sorted(reached_modules(script, package))
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


@cache
def rule_source(rule: str, rules_file: Path) -> str:
    """Return the tokens of `rule NAME:`, or of a rule with NAME in its `name:`, without comments and layout.

    What a cluster gives to a job, its group, its log and its benchmark are left out: they change no result.
    """
    for tokens in _rules(rules_file):
        if rule in (tokens[1].string, _given_name(tokens)):
            return " ".join(token.string for token in _without_place(tokens))
    raise ValueError(f"{rules_file} holds no rule {rule}")


def _without_place(tokens: list[tokenize.TokenInfo]) -> Iterator[tokenize.TokenInfo]:
    """Yield the tokens of a rule but for those parts whose keyword, first on its line, is in `_PLACE`."""
    body = next(i for i, token in enumerate(tokens) if token.string == ":") + 1
    yield from tokens[:body]
    keep = True
    for before, token in zip(tokens[body - 1 :], tokens[body:]):
        if token.start[0] != before.end[0] and token.start[1] == tokens[body].start[1]:
            keep = token.string not in _PLACE
        if keep:
            yield token


def _rules(rules_file: Path) -> Iterator[list[tokenize.TokenInfo]]:
    """Yield the tokens of every rule of a file: up to the next line that is not indented deeper."""
    found: list[tokenize.TokenInfo] = []
    last_line = 0
    for token in tokenize.generate_tokens(
        io.StringIO(rules_file.read_text(encoding="utf-8")).readline
    ):
        if token.type in _LAYOUT:
            continue
        first, last_line = token.start[0] != last_line, token.end[0]
        if first and found and token.start[1] <= found[0].start[1]:
            yield found
            found = []
        if found or (first and token.string == "rule"):
            found.append(token)
    if found:
        yield found


def _given_name(tokens: list[tokenize.TokenInfo]) -> str | None:
    """Return the first text of a nameless rule, which is that of its `name:`."""
    texts = (token.string[1:-1] for token in tokens if token.type == tokenize.STRING)
    return next(texts, None) if tokens[1].string == ":" else None


@cache
def python_source(path: Path) -> str:
    """Return the syntax tree of a Python file without docstrings (comments are not part of the tree)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for node in ast.walk(tree):
        if isinstance(
            node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        ) and _has_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _has_docstring(node) -> bool:
    first = node.body[0] if node.body else None
    return (
        isinstance(first, ast.Expr)
        and isinstance(first.value, ast.Constant)
        and isinstance(first.value.value, str)
    )


def reached_modules(path: Path, package: Path) -> set[str]:
    """Return the names of all package modules that a file imports, directly or through another one."""
    reached: set[str] = set()
    waiting = [path]
    while waiting:
        for name in imported_modules(waiting.pop(), package) - reached:
            reached.add(name)
            waiting.append(_module_file(package, name))
    return reached


@cache
def imported_modules(path: Path, package: Path) -> frozenset[str]:
    """Return the dotted names of the package modules that one file imports, also inside functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    inside = {name for name in names if name == PACKAGE or name.startswith(f"{PACKAGE}.")}
    return frozenset(name for name in inside if _module_file(package, name).is_file())


def _module_file(package: Path, name: str) -> Path:
    path = package.joinpath(*name.split(".")[1:])
    return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
