"""Rules that the notebooks keep, checked on their JSON: order of imports, size of cells, no error saved."""
import ast
import json
import re
import statistics
import sys
from pathlib import Path

faults = []
sizes = []
for path in sorted(Path("nbs").rglob("*.ipynb")):
    if any(part.startswith((".", "_")) for part in path.parts):
        continue
    number = int(path.name[:2]) if path.name[:2].isdigit() else 99
    known = {re.sub(r"^\d+[a-z]?_", "", p.stem): int(p.name[:2]) for p in Path("nbs").glob("[0-9]*.ipynb")}
    if path.stat().st_size > 500_000:
        faults.append(f"{path}: {path.stat().st_size // 1000} kB, more than 500")
    for i, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
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
        code = "\n".join(x for x in lines if not x.lstrip().startswith(("!", "%")))
        body = ast.parse(code).body
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
