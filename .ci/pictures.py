"""No real radiograph in the project: every picture in a notebook, a page or a file is compared with the real ones, piece by piece.

A picture is cut into the rectangles that stand out from its ground, and these into grids; each piece, and its mirror image, is reduced
to 48 by 48 and correlated with every real picture. First a real picture is planted, alone, in a figure and in a contact sheet: if that
were not found, or the phantom were, the check would be worth nothing and fails.
"""
import base64
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from PIL import Image
from scipy import ndimage

SIDE, SMALLEST, LIMIT = 48, 24, 0.97
EMBEDDED = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,([A-Za-z0-9+/=\s]{200,})")
ENDINGS = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff")


def trimmed(grey):
    """A picture without the black around it."""
    rows, columns = (np.flatnonzero(grey.max(axis) > 12) for axis in (1, 0))
    return grey[rows[0]:rows[-1] + 1, columns[0]:columns[-1] + 1] if len(rows) and len(columns) else grey[:0]


def thumbnail(grey):
    """48 × 48 numbers of mean 0 and length 1; None for what is too small or has nothing in it."""
    grey = trimmed(grey)
    if min(grey.shape) < SMALLEST:
        return None
    small = np.asarray(Image.fromarray(grey).resize((SIDE, SIDE), Image.Resampling.BOX), np.float32).ravel()
    return (small - small.mean()) / (small.std() * SIDE) if small.std() > 5 else None


def cells(grey):
    """The picture, and the cells of all regular grids that it may be a contact sheet of."""
    height, width = grey.shape
    if min(height, width) < SMALLEST:
        return
    for rows in range(1, 9):
        for columns in range(1, 13):
            h, w = height / rows, width / columns
            if min(h, w) < 2 * SMALLEST and rows * columns > 1 or not 0.45 < h / w < 2.2 and rows * columns > 1:
                continue
            for r in range(rows):
                for c in range(columns):
                    yield grey[round(r * h):round((r + 1) * h), round(c * w):round((c + 1) * w)]


def without_ticks(grey):
    """A rectangle without the ticks of its axes and the frame that they stand on."""
    rows, columns = (np.flatnonzero((grey < 250).mean(axis) > 0.5) for axis in (1, 0))
    if not len(rows) or not len(columns):
        return grey
    frame = 2 if rows[-1] - rows[0] + 1 < len(grey) else 0
    return grey[rows[0] + frame:rows[-1] + 1 - frame, columns[0] + frame:columns[-1] + 1 - frame]


def pieces(picture):
    """The rectangles of a picture that stand out from a white ground, and their cells."""
    colours = Image.new("RGBA", picture.size, "white")
    colours.alpha_composite(picture.convert("RGBA"))
    grey = np.asarray(colours.convert("L"))
    for place in ndimage.find_objects(ndimage.label(grey < 250, np.ones((3, 3)))[0]):
        if min(s.stop - s.start for s in place) >= SMALLEST:
            yield from cells(without_ticks(grey[place]))


def likeness(picture, real):
    """Greatest correlation of any piece with any real picture, and which."""
    found = [t for piece in pieces(picture) for side in (piece, piece[:, ::-1]) if (t := thumbnail(np.ascontiguousarray(side))) is not None]
    best = 0.0, -1
    for i in range(0, len(found), 256):
        correlation = np.stack(found[i:i + 256]) @ real.T
        best = max(best, (float(correlation.max()), int(correlation.max(0).argmax())))
    return best


def embedded(text):
    for code in EMBEDDED.findall(text):
        yield base64.b64decode(code)


def in_notebook(path):
    """Contents of all pictures that a notebook holds: outputs, attachments, and what is written into HTML."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        yield from (base64.b64decode("".join(code)) for data in cell.get("attachments", {}).values() for code in data.values())
        for output in cell.get("outputs", []):
            for kind, value in output.get("data", {}).items():
                text = "".join(value) if isinstance(value, (list, str)) else json.dumps(value)
                yield from [base64.b64decode(text)] if re.match(r"image/(png|jpe?g|gif|webp)$", kind) else embedded(text)
        yield from embedded("".join(cell["source"]))


def pictures():
    """Where and what: every picture of the project."""
    for name in subprocess.run(["git", "ls-files", "-z"], capture_output=True, text=True, check=True).stdout.split("\0"):
        path = Path(name)
        if name and path.suffix == ".ipynb":
            yield from ((name, content) for content in in_notebook(path))
        elif path.suffix.lower() in ENDINGS:
            yield name, path.read_bytes()
        elif path.suffix.lower() in (".html", ".svg", ".md", ".json", ".css"):
            yield from ((name, content) for content in embedded(path.read_text(encoding="utf-8", errors="replace")))


def real_pictures(root):
    """Thumbnails of all real pictures, from the cache that the notebooks use."""
    from bonefrac_nb.data.cache import build_cache
    from bonefrac_nb.data.datasets import open_dataset

    catalog = open_dataset(root)
    squares = build_cache(catalog, 224, progress=False).pixels
    found = {name: t for name, square in zip(catalog.image_id, squares) if (t := thumbnail(np.asarray(square))) is not None}
    return list(found), np.stack(list(found.values())), squares


def shown(*squares):
    """The squares side by side in a figure, with titles and axes."""
    figure = Figure(figsize=(2.4 * len(squares), 2.4), dpi=80)
    for ax, square in zip(np.ravel(figure.subplots(1, len(squares))), squares):
        ax.imshow(square, cmap="gray", vmin=0, vmax=255)
        ax.set(title="a picture", xlabel="x (pixels)")
    file = io.BytesIO()
    figure.savefig(file, format="png")
    return Image.open(file)


def planted(squares):
    """Real pictures hidden in the ways in which they get into a notebook."""
    a, b, c = (np.asarray(squares[i]) for i in (100, 1200, 2500))
    yield "alone", Image.fromarray(a)
    yield "as a JPEG, smaller", Image.open(io.BytesIO(jpeg(Image.fromarray(b).resize((96, 96)))))
    yield "in a figure, mirrored", shown(np.indices((224, 224)).sum(0) % 97, a[:, ::-1])
    yield "in a contact sheet", Image.fromarray(np.block([[a, b, c], [c, a, b]]))


def jpeg(picture):
    file = io.BytesIO()
    picture.save(file, format="JPEG", quality=80)
    return file.getvalue()


def main():
    root = Path(os.environ.get("BONEFRAC_DATA", "../shared/data")) / "fracatlas"
    if not root.is_dir():
        print("no real pictures here to compare with: not checked")
        return 0
    names, real, squares = real_pictures(root)
    faults = [f"planted {how}, and not found ({score:.3f})" for how, picture in planted(squares) if (score := likeness(picture, real)[0]) < LIMIT]
    scores = [(likeness(Image.open(io.BytesIO(content)), real), where) for where, content in pictures()]
    faults += [f"{where}: a picture like {names[which]} (correlation {score:.3f})" for (score, which), where in scores if score >= LIMIT]
    (highest, _), where = max(scores)
    print("\n".join(faults) or f"{len(scores)} pictures, none real; the most alike {highest:.2f}, in {where}; four planted ones found")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
