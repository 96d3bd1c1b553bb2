"""Lets Python keep what it has compiled where the environment forbids it: each process of a run would compile all anew.

Named in pyproject.toml, so that it is loaded before Django and the house.
"""

import os
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "var" / "tests" / "bytecode"

if sys.dont_write_bytecode:
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(FOLDER)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # for the processes that a run starts
    os.environ["PYTHONPYCACHEPREFIX"] = str(FOLDER)
