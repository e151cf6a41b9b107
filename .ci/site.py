"""Builds the documentation with nbdev_docs and checks it: a page for each notebook, no dead link, and every exported name on its page.

Functions and classes have a heading, constants the cell that defines them (`#| exports` shows it, `#| export` would not).
"""
import ast
import html
import re
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

shutil.rmtree("_proc", ignore_errors=True)
subprocess.run(["nbdev_docs"], check=True)
docs = Path("_docs").resolve()


class Page(HTMLParser):
    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.headings, text = [], set(), set(), path.read_text(encoding="utf-8")
        self.feed(text)
        self.text = html.unescape(re.sub(r"<[^>]+>", "", text))

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.ids.add(a.get("id"))
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.add(a.get("id"))
        if tag == "a" and a.get("href"):
            self.links.append(a["href"])


def exported(module):
    """Names in `__all__`, and which of them are functions or classes of the module."""
    body = ast.parse(module.read_text(encoding="utf-8")).body
    lists = [ast.literal_eval(n.value) for n in body if isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "__all__"]
    return (lists or [[]])[0], {n.name for n in body if isinstance(n, (ast.FunctionDef, ast.ClassDef))}


def unseen(module, page):
    """Exported names that a reader of the page does not find."""
    names, defined = exported(module)
    for name in names:
        constant = rf"(?m)^(?:\w+, )*{re.escape(name)}(?:, \w+)*(?:: [^=\n]+)? = "
        shown = name in page.headings if name in defined else re.search(constant, page.text)
        if not shown:
            yield name


pages = {p: Page(p) for p in docs.rglob("*.html")}
faults = []
for nb in Path("nbs").rglob("*.ipynb"):
    if any(part.startswith((".", "_")) for part in nb.parts):
        continue
    name = nb.relative_to("nbs").with_name(re.sub(r"^\d+[a-z]?_", "", nb.name)).with_suffix(".html")
    if docs / name not in pages:
        faults.append(f"{nb}: no page {name}")
total = 0
for module in sorted(Path("bonefrac_nb").rglob("*.py")):
    page = pages.get(docs / f"{module.parent.name}.{module.stem}.html")
    if page is not None:
        total += len(exported(module)[0])
        faults += [f"{module}: {name} is exported and not on its page" for name in unseen(module, page)]
    elif exported(module)[0]:
        faults.append(f"{module}: exports names and has no page")
for path, page in pages.items():
    for link in page.links:
        target = link.split("#")[0].split("?")[0]
        if re.match(r"[a-z]+:", link) or not target:
            continue
        if not (path.parent / target).exists():
            faults.append(f"{path.relative_to(docs)}: dead link {link}")
print("\n".join(faults) or f"{len(pages)} pages, every link resolves, all {total} exported names are on them")
sys.exit(bool(faults))
