"""Finds what the house style forbids and no linter sees; tests/test_house_rules.py runs it."""

import ast
import re
from collections.abc import Iterator

#: Attribute calls that change the disk. Path.replace is told from str.replace by its one argument.
DISK = {"unlink", "rmdir", "rmtree", "rename", "symlink_to", "hardlink_to", "link_to"}
#: Modules and calls that run what a file says.
UNSAFE_IMPORTS = {"pickle", "marshal", "shelve", "dill", "cloudpickle"}
UNSAFE_CALLS = {"eval", "exec", "os.system", "os.popen"}
#: Heavy or dangerous libraries stay inside the package that owns them.
OWNERS = {
    "onnxruntime": ("detect",),
    "rawpy": ("read",),
    # Besides reading: doctor makes a sample of each format, and the report its thumbnails.
    "pillow_heif": ("read", "workflows"),
    "simplejpeg": ("read", "workflows"),
    "defusedxml": ("read",),
    "multiprocessing": ("work",),
    # An Apple library's own catalog is SQLite, too.
    "sqlite3": ("catalog", "apply", "cli", "places"),
    "osxphotos": ("places",),
    "psycopg": ("places",),
    "psycopg_pool": ("places",),
    # Points, and pictures laid over each other: what only workers do.
    "cv2": ("detect", "create", "fingerprint"),
}
VAGUE = re.compile(r"(Manager|Helper|Processor|Util|Utils|Handler|Service|Base)$")
WAIVER = re.compile(r"#\s*(noqa|type:\s*ignore|pyright:\s*ignore)(?P<codes>[:\[]\s*\w)?", re.IGNORECASE)
NO_COVER = "pragma: " + "no cover"

#: All that may be put into a query's text: conditions and marks that our own code wrote, and constants.
QUERY_WORDS = {"condition", "marks", "number + 1", "spare", "table", "where"}
QUERY = re.compile(r"\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|DROP|PRAGMA|ATTACH|ALTER|REPLACE|WITH)\b")

DISK_OWNER = "places/files.py"
#: May put a file of Keepers' own into place, whole or not at all: the settings.
OWN_FILE = {"config.py": {"replace"}}
TOP_LEVEL = "cli/main.py"
MOST_LINES = 400


def offences(path: str, source: str) -> list[str]:
    """Every broken rule in a module of the package, as `line: sentence`; `path` is relative to it."""
    found = [*_in_text(source)]
    for node in ast.walk(ast.parse(source)):
        found += [f"{getattr(node, 'lineno', 0)}: {words}" for words in _in_node(path, node)]
    return found


def _in_text(source: str) -> Iterator[str]:
    lines = source.splitlines()
    if len(lines) > MOST_LINES:
        yield f"{len(lines)}: more than {MOST_LINES} lines; a module is one noun or one verb"
    for number, line in enumerate(lines, 1):
        for waiver in WAIVER.finditer(line):
            if not waiver["codes"]:
                yield f"{number}: a waiver names its code: {waiver[0].strip()}"
        if NO_COVER in line:
            yield f"{number}: code that no test can reach is code to remove"


def _in_node(path: str, node: ast.AST) -> Iterator[str]:
    match node:
        case ast.Import(names=names):
            for name in names:
                yield from _imported(path, name.name)
        case ast.ImportFrom(module=str(module)):
            yield from _imported(path, module)
        case ast.Call():
            yield from _called(path, node)
        case ast.ExceptHandler() if path != TOP_LEVEL:
            yield from _caught(node)
        case ast.JoinedStr(values=[ast.Constant(value=str(start)), *parts]) if QUERY.match(start):
            yield from _queried(parts)
        case ast.ClassDef(name=name) if VAGUE.search(name):
            yield f"{name} says nothing; name it after what it is"


def _caught(handler: ast.ExceptHandler) -> Iterator[str]:
    # Tidying up on the way out is fine: such a handler ends by raising on.
    last = handler.body[-1]
    if isinstance(last, ast.Raise) and last.exc is None:
        return
    names = (
        {name.id for name in ast.walk(handler.type) if isinstance(name, ast.Name)} if handler.type else set()
    )
    if not handler.type or names & {"Exception", "BaseException"}:
        yield "only the top of the command line catches everything"


def _queried(parts: list[ast.expr]) -> Iterator[str]:
    for part in parts:
        word = ast.unparse(part.value) if isinstance(part, ast.FormattedValue) else ""
        if word and word not in QUERY_WORDS and not word.isupper():
            yield f"{word} in the text of a query; values are parameters"


def _imported(path: str, module: str) -> Iterator[str]:
    top = module.partition(".")[0]
    if top in UNSAFE_IMPORTS:
        yield f"{top} runs what a file says; state is JSON or SQLite"
    if top in OWNERS and path.partition("/")[0] not in OWNERS[top]:
        yield f"{top} belongs to {' and '.join(OWNERS[top])} alone"


def _called(path: str, call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    for keyword in call.keywords:
        if keyword.arg in {"shell", "allow_pickle"} and getattr(keyword.value, "value", True):
            yield f"{keyword.arg}={ast.unparse(keyword.value)} runs what a file says"
    if ast.unparse(call.func) in UNSAFE_CALLS:
        yield f"{name}() runs what a text says"
    if path == DISK_OWNER or name in OWN_FILE.get(path, ()) or not isinstance(call.func, ast.Attribute):
        return
    one_argument = len(call.args) == 1 and not call.keywords
    if name in DISK or (name == "replace" and one_argument):
        yield f".{name}() changes the disk; only {DISK_OWNER} does"
