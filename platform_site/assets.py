"""Builds fonts, icons and bundled script from npm's lock into static/built/, which git ignores."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from django.core.files import locks

from tenants.icons import icons

ROOT = Path(__file__).resolve().parents[1]
STATIC = ROOT / "static"
BUILT = STATIC / "built"
MODULES = ROOT / "node_modules"
NODE = 20  # the oldest major version of Node that builds
FONTS = {"ibm-plex-sans": (400, 500, 600), "ibm-plex-mono": (400, 500, 600)}
SUBSETS = ("latin", "latin-ext")
LICENCES = (
    "@fontsource/ibm-plex-sans",
    "@fontsource/ibm-plex-mono",
    "lucide-static",
    "three",
    "three-mesh-bvh",
    "tus-js-client",
)
BUNDLES = ("viewer", "uploads")  # folders of static/js/, each with its main.js
FACE = re.compile(r"/\* (?P<name>[\w-]+) \*/\s*(?P<rule>@font-face \{.*?\n\})", re.DOTALL)
DRAWING = re.compile(r"<svg\b[^>]*>(.*?)</svg>", re.DOTALL)


class AssetsError(Exception):
    """The assets cannot be built; the message says what to do."""


def ensure(say=print, *, force=False):
    """Build when the lock or a source of ours has changed since; return whether it built.

    Raises AssetsError when there is no Node and no way to get one, or when a step fails.
    """
    (ROOT / "var").mkdir(exist_ok=True)
    with open(ROOT / "var" / "assets.lock", "w") as held:
        locks.lock(held, locks.LOCK_EX)  # two starts at once build once
        wanted = fingerprint()
        if not force and built() == wanted:
            return False
        started = time.monotonic()
        install(say)
        say("Assets: building fonts, icons and script ...")
        build(wanted)
        say(f"Assets: ready in {time.monotonic() - started:.1f} s.")
        return True


def fingerprint():
    """Hash everything that the build reads."""
    sources = [ROOT / "package-lock.json", Path(__file__), STATIC / "icons.txt", *sorted(STATIC.glob("icons/*.svg"))]
    sources += [source for name in BUNDLES for source in sorted((STATIC / "js" / name).glob("*.js"))]
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()


def built():
    """Return the fingerprint of what stands in static/built/, empty when nothing does."""
    stamp = BUILT / "stamp.txt"
    return stamp.read_text() if stamp.exists() else ""


def install(say):
    """Install what package-lock.json names, unless node_modules already holds exactly that."""
    lock = hashlib.sha256((ROOT / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / ".gangway-lock"
    if stamp.exists() and stamp.read_text() == lock:
        return
    say("Assets: installing what package-lock.json names ...")
    run("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.write_text(lock)


def build(wanted):
    """Build into a folder beside the old one and put it in its place."""
    fresh = Path(tempfile.mkdtemp(prefix=".built-", dir=STATIC))
    try:
        fresh.chmod(0o755)
        write_fonts(fresh)
        write_scripts(fresh)
        (fresh / "icons.svg").write_text(sprite())
        for package in LICENCES:
            shutil.copy(MODULES / package / "LICENSE", fresh / f"{Path(package).name}.licence.txt")
        (fresh / "stamp.txt").write_text(wanted)
        shutil.rmtree(BUILT, ignore_errors=True)
        fresh.rename(BUILT)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def esbuild(*words):
    """Run esbuild."""
    run("node", str(MODULES / "esbuild" / "bin" / "esbuild"), *words, "--bundle", "--minify", "--log-level=error")


def write_scripts(folder):
    """Bundle each script that uses a library with that library: the 3D viewer, uploads in pieces."""
    for name in BUNDLES:
        main, out = STATIC / "js" / name / "main.js", folder / f"{name}.js"
        esbuild(str(main), "--format=esm", "--target=es2022", f"--outfile={out}")


def write_fonts(folder):
    """Bundle one fonts.css with its woff2 files, for the weights and scripts that we show."""
    with tempfile.TemporaryDirectory(prefix=".fonts-", dir=STATIC) as work:
        entry = Path(work) / "fonts.css"
        entry.write_text("\n".join(rule for family, weights in FONTS.items() for rule in faces(family, weights)))
        esbuild(str(entry), "--loader:.woff2=file", "--asset-names=[name]", f"--outdir={folder}")


def faces(family, weights):
    """Yield the @font-face rules of a family, each with its range of characters and only its woff2 file."""
    home = MODULES / "@fontsource" / family
    wanted = {f"{family}-{subset}-{weight}-normal" for subset in SUBSETS for weight in weights}
    for weight in weights:
        for face in FACE.finditer((home / f"{weight}.css").read_text()):
            if face["name"] in wanted:
                file = home / "files" / f"{face['name']}.woff2"
                yield re.sub(r"src: .*?;", f'src: url({json.dumps(str(file))}) format("woff2");', face["rule"])


def sprite():
    """Draw every icon of static/icons.txt as one symbol of one file."""
    symbols = []
    for symbol, name in icons().items():
        own = STATIC / "icons" / f"{symbol}.svg"
        file = own if name == "own" else MODULES / "lucide-static" / "icons" / f"{name}.svg"
        if not file.exists():
            raise AssetsError(f"static/icons.txt asks for {symbol} as {name}, but {file.relative_to(ROOT)} is missing.")
        drawing = " ".join(DRAWING.search(file.read_text())[1].split())
        symbols.append(f'<symbol id="i-{symbol}" viewBox="0 0 24 24" stroke-width="2">{drawing}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def run(*command):
    """Run one of Node's tools in the root of the repository; a failure carries what the tool said."""
    done = subprocess.run([*tools(), *command], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise AssetsError(f"`{' '.join(command)}` failed:\n{done.stdout}{done.stderr}")


def tools():
    """Return the prefix that reaches Node and npm: nothing, or uv with Node from the Python package index."""
    if shutil.which("npm") and major_version(shutil.which("node")) >= NODE:
        return []
    uv = os.environ.get("UV") or shutil.which("uv")
    if uv is None:
        raise AssetsError(f"Building the assets needs Node {NODE} or newer, or uv, which fetches one. Install either.")
    return [uv, "run", "--isolated", "--only-group", "assets", "--python", sys.executable, "--"]


def major_version(node):
    """Return the major version of this Node, 0 when there is none."""
    if node is None:
        return 0
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    found = re.match(r"v(\d+)\.", said)
    return int(found[1]) if found else 0
