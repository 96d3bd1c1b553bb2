"""Runs the converter as a child that can do no harm: little memory, little time, no network, no secret, no database.

Where bubblewrap is installed the child also sees no file but the program, its source and its own folder.
"""

import os
import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass

from django.conf import settings

MODULE = "content.viewing.convert"
GRACE = 5  # seconds of wall time beyond the processor's


@dataclass(frozen=True, slots=True)
class Limits:
    """What one conversion may take. `seconds` of processor time, `memory` and `output` in bytes."""

    seconds: int = 120
    memory: int = 4 * 1024**3
    output: int = 1024**3
    files: int = 64

    def words(self):
        """Return them as the child takes them; it binds itself before it opens anything."""
        return [str(number) for number in (self.seconds, self.memory, self.output, self.files)]


def run(source, out, limits):
    """Convert `source` into the folder `out`; return "" or, in a sentence, what stopped it.

    The child's whole group is killed when it overstays.
    """
    child = subprocess.Popen(  # noqa: S603 - our own words and paths of our making
        [*_sandbox(source.parent), sys.executable, "-s", "-m", MODULE, str(source), str(out), *limits.words()],
        cwd=settings.ROOT,
        env={"PATH": os.defpath, "LANG": "C.UTF-8", "HOME": str(out), "TMPDIR": str(out), "OMP_NUM_THREADS": "1"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        code = child.wait(timeout=limits.seconds + GRACE)
    except subprocess.TimeoutExpired:
        return f"It took longer than {limits.seconds} seconds."
    finally:
        with suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
    return _said(code, limits)


def _said(code, limits):
    if code == 0:
        return ""
    if code in {-signal.SIGXCPU, 128 + signal.SIGXCPU, -signal.SIGKILL, 128 + signal.SIGKILL}:
        return f"It took longer than {limits.seconds} seconds."
    if code in {-signal.SIGXFSZ, 128 + signal.SIGXFSZ}:
        return f"What would be shown is larger than {limits.output // 1024**2} MB."
    return "The converter failed on it; the file may be damaged."


def _bubblewrap():
    return shutil.which("bwrap") if settings.SANDBOX else None


def _sandbox(work):
    """Return the words that start the child inside bubblewrap: everything read-only, our data and sockets hidden."""
    if not (found := _bubblewrap()):
        return []
    hidden = [str(folder) for folder in ("/run", "/tmp", settings.VAR) if os.path.isdir(folder)]  # noqa: S108
    words = [found, "--unshare-all", "--die-with-parent", "--new-session", "--ro-bind", "/", "/"]
    words += ["--dev", "/dev", "--proc", "/proc"]
    for folder in hidden:
        words += ["--tmpfs", folder]
    if str(settings.ROOT).startswith(tuple(f"{folder}/" for folder in hidden)):
        words += ["--ro-bind", str(settings.ROOT), str(settings.ROOT)]
    for folder in {sys.prefix, sys.base_prefix}:
        if folder.startswith(tuple(f"{folder}/" for folder in hidden)):
            words += ["--ro-bind", folder, folder]
    return [*words, "--bind", str(work), str(work), "--"]
