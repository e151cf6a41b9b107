"""Rules that the notebooks keep, checked on their JSON: order of imports, size of cells, no error saved, flagged cells can be left out."""
import ast
import builtins
import json
import re
import statistics
import sys
from pathlib import Path

FLAGS = r"(?m)^#\| *(slow|real|cuda|browser)\b"


def code_of(source):  # without directives and magic commands
    return "\n".join(x for x in source.splitlines() if x.strip() and not x.startswith("#|") and not x.lstrip().startswith(("!", "%")))


def names(source):  # (bound, read) anywhere in a cell
    nodes = list(ast.walk(ast.parse(code_of(source))))
    bound = {n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    bound |= {n.name for n in nodes if isinstance(n, (ast.FunctionDef, ast.ClassDef, ast.ExceptHandler)) and n.name}
    bound |= {n.arg for n in nodes if isinstance(n, ast.arg)}
    bound |= {(n.asname or n.name).split(".")[0] for n in nodes if isinstance(n, ast.alias)}
    return bound, {n.id for n in nodes if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}


def missing(sources):  # names that cells without a flag read and only flagged cells bind: `nbdev_test` without flags would fail
    bound, read, flagged = set(dir(builtins)), set(), set()
    for source in sources:
        new, used = names(source)
        if re.search(FLAGS, source):
            flagged |= new
        else:
            bound |= new
            read |= used
    return sorted(read & flagged - bound)


assert missing(["a = 1", "#| slow\n#| real\nb, c = a, 2\ndef f(d): return d", "print(a, b, f, g)"]) == ["b", "f"]
assert missing(["#| real\nb = 1\nprint(b)", "def g(b): return b", "#| export\nx = 1"]) == []

faults = []
sizes = []
for path in sorted(Path("nbs").rglob("*.ipynb")):
    if any(part.startswith((".", "_")) for part in path.parts):
        continue
    number = int(path.name[:2]) if path.name[:2].isdigit() else 99
    known = {re.sub(r"^\d+[a-z]?_", "", p.stem): int(p.name[:2]) for p in Path("nbs").glob("[0-9]*.ipynb")}
    if path.stat().st_size > 500_000:
        faults.append(f"{path}: {path.stat().st_size // 1000} kB, more than 500")
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    if hidden := missing(["".join(c["source"]) for c in cells if c["cell_type"] == "code"]):
        faults.append(f"{path}: cells without a flag read {', '.join(hidden)}, which only flagged cells make")
    for i, cell in enumerate(cells):
        if cell["cell_type"] != "code":
            continue
        source = "".join(cell["source"])
        lines = [x for x in source.splitlines() if x.strip() and not x.startswith("#|")]
        where = f"{path} cell {i}"
        if any(o.get("output_type") == "error" for o in cell["outputs"]):
            faults.append(f"{where}: a saved error")
        if "#| export" in source:
            sizes.append(len(lines))
            if len(lines) > 25:
                faults.append(f"{where}: {len(lines)} exported lines, more than 25")
        body = ast.parse(code_of(source)).body
        imports = [isinstance(n, (ast.Import, ast.ImportFrom)) for n in body]
        if any(imports) and not all(imports) and "nbdev_export()" not in source:
            faults.append(f"{where}: imports and other code in one cell")
        for module in re.findall(r"from bonefrac_nb\.([\w.]+) import", source):
            if known.get(module, -1) > number:
                faults.append(f"{where}: imports {module} from a higher number")
if statistics.median(sizes) > 8:
    faults.append(f"median of exported cells is {statistics.median(sizes)} lines, more than 8")
print("\n".join(faults) or f"{len(sizes)} exported cells, median {statistics.median(sizes)} lines, none over 25")
sys.exit(bool(faults))
