"""What the house demands of its own code and of what the repository holds."""

import ast
import re
import subprocess
import tomllib
from functools import cache

import pytest
from django.conf import settings

ROOT = settings.ROOT
TESTS = ROOT / "tests"
APPS = ("platform_site", "content", "spaces", "tenants")
MODULE_LINES, FUNCTION_LINES, VIEW_LINES, ARGUMENTS = 400, 40, 15, 6

# What may pass a ceiling, each with the reason. An entry that is no longer needed fails a test.
EXEMPT = {}

# Templates that show text as it is, each with the reason.
TRUSTED = {"templates/elements/field.html": "Help texts are Django's and ours; those of passwords are lists."}
UNESCAPED = re.compile(r"\|\s*safe\b|autoescape off")

PAGES = {
    "web",
    "views",
    "admin",
    "api",
    "urls",
    "navigation",
    "places",
    "forms",
    "apps",
    "accounts",
    "doors",
    "company_adapter",
    "signed_out",
}
VAGUE = {"utils", "helpers", "common", "misc", "util", "helper", "base_classes"}
BINARY = (".png", ".jpg", ".webp", ".woff2", ".stp", ".step", ".stl", ".pdf", ".ico")
HOSTS = (
    "pypi" + ".org",
    "pythonhosted" + ".org",
    "npmjs" + ".org",
    "npmjs" + ".com",
    "jsdelivr" + ".net",
    "unpkg" + ".com",
    "cdnjs" + ".cloudflare",
    "googleapis" + ".com",
    "esm" + ".sh",
)
BUILT = (".min.js", ".min.css", ".map", ".woff", ".woff2", ".whl", ".tgz")


@cache
def tracked():
    """Return the files that the repository holds, or all of the folder where there is no repository."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("Needs a git checkout to know which files belong to the repository.")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def modules():
    """Return the Python files of the apps that people wrote."""
    return [path for app in APPS for path in sorted((ROOT / app).rglob("*.py")) if "migrations" not in path.parts]


def functions():
    """Yield (module, function) for every function and method of the apps."""
    for path in modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield path, node


def name_of(path, node=None):
    """Return what an entry of EXEMPT calls this module or function."""
    name = str(path.relative_to(ROOT))
    return f"{name}:{node.name}" if node else name


def length(node):
    """Count the lines of a function without its decorators and docstring."""
    first = node.body[0]
    has_text = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant) and len(node.body) > 1
    docstring = first.end_lineno - first.lineno + 1 if has_text else 0
    return node.end_lineno - node.lineno + 1 - docstring


def is_view(path, node):
    """Return whether a function answers requests by itself."""
    first = node.args.args[0].arg if node.args.args else ""
    return "views" in path.with_suffix("").parts and first == "request" and not node.name.startswith("_")


def arguments(node):
    """Count the arguments a caller may give."""
    found = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
    return len([argument for argument in found if argument.arg not in ("self", "cls")])


def too_large():
    """Yield (name, what is too large) for everything over a ceiling."""
    for path in modules():
        if (lines := len(path.read_text().splitlines())) > MODULE_LINES:
            yield name_of(path), f"{lines} lines in a module, at most {MODULE_LINES}"
    for path, node in functions():
        limit = VIEW_LINES if is_view(path, node) else FUNCTION_LINES
        if length(node) > limit:
            yield name_of(path, node), f"{length(node)} lines, at most {limit}"
        if arguments(node) > ARGUMENTS:
            yield name_of(path, node), f"{arguments(node)} arguments, at most {ARGUMENTS}"


def test_nothing_passes_a_ceiling():
    assert {name: why for name, why in too_large() if name not in EXEMPT} == {}


def test_every_exemption_is_needed_and_has_a_reason():
    assert set(EXEMPT) <= {name for name, _ in too_large()}
    assert all(len(reason) > 20 for reason in EXEMPT.values())


def described():
    """Yield (module, what in it, docstring) for all that must say what it is for; a nested function need not."""
    for path in modules():
        tree = ast.parse(path.read_text())
        if tree.body:
            yield path, None, ast.get_docstring(tree)
        for owner in [tree, *(node for node in tree.body if isinstance(node, ast.ClassDef))]:
            for node in owner.body:
                kinds = (ast.FunctionDef, ast.ClassDef) if owner is tree else ast.FunctionDef
                if isinstance(node, kinds) and not node.name.startswith("_"):
                    yield path, node, ast.get_docstring(node)


def test_every_module_class_and_function_says_what_it_is_for():
    assert [name_of(path, node) for path, node, docstring in described() if not docstring] == []


def test_names_of_modules_say_one_job():
    assert [name_of(path) for path in modules() if {path.stem, *path.parent.parts} & VAGUE] == []


def test_nothing_imports_late_to_dodge_a_circle():
    late = {
        name_of(path, node)
        for path, node in functions()
        if path.name != "apps.py"
        for inner in ast.walk(node)
        if isinstance(inner, ast.Import | ast.ImportFrom)
    }
    assert late == set()


def test_nobody_but_the_wiring_imports_the_wiring():
    pattern = re.compile(r"^\s*(from|import) platform_site", re.MULTILINE)
    below = [path for path in modules() if path.relative_to(ROOT).parts[0] != "platform_site"]
    assert [name_of(path) for path in below if pattern.search(path.read_text())] == []


def test_only_addresses_and_pages_import_pages():
    pattern = re.compile(r"^(?:from|import) (?!django)\w+(?:\.views\b| import .*\bviews\b)", re.MULTILINE)
    found = [path for path in modules() if path.name != "urls.py" and "views" not in path.parts]
    assert [name_of(path) for path in found if pattern.search(path.read_text())] == []


def test_services_know_no_page():
    pattern = re.compile(r"^from (django\.(http|shortcuts)|tenants(\.web| import web)\b)", re.MULTILINE)
    floors = [path for path in modules() if path.relative_to(ROOT).parts[0] != "platform_site"]
    found = [
        path
        for path in floors
        if path.stem not in PAGES and not {"views", "templatetags", "admin", "api"} & set(path.parts)
    ]
    assert [name_of(path) for path in found if pattern.search(path.read_text())] == []


def test_views_write_nothing():
    pattern = re.compile(r"objects\.\w*(?:create|update)\w*\(|\.save\(|\.delete\(\)|\.update\(\w+=")
    views = [path for path in modules() if "views" in path.with_suffix("").parts and APPS[0] not in path.parts]
    found = {name_of(path): pattern.findall(path.read_text()) for path in views}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_templates_hold_no_script_and_no_style():
    pattern = re.compile(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", re.IGNORECASE)
    templates = [path for path in tracked() if path.suffix == ".html" and "mail" not in path.parts]
    found = {name_of(path): pattern.findall(path.read_text()) for path in templates}
    assert {name: hits for name, hits in found.items() if hits} == {}


def test_templates_trust_no_text():
    trusting = [path for path in tracked() if path.suffix == ".html" and UNESCAPED.search(path.read_text())]
    assert {name_of(path) for path in trusting} == set(TRUSTED)


def versions(lines):
    """Return {package: version and marker} from lines of a lock."""
    found = {}
    for line in lines:
        if match := re.match(r"([a-z0-9.-]+)==([^ \\]+)( ; [^\\]+)?", line):
            found[match[1]] = match[2] + (match[3] or "").rstrip()
    return found


def test_constraints_and_lock_are_equal():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    constraints = versions(project["tool"]["uv"]["constraint-dependencies"])
    assert constraints == versions((ROOT / "requirements.lock").read_text().splitlines())
    assert len(constraints) > 40


def test_every_locked_package_has_hashes():
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE)[1:]
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_the_npm_lock_holds_no_addresses():
    text = (ROOT / "package-lock.json").read_text()
    assert '"resolved"' not in text
    assert "://" not in text
    assert '"integrity"' in text


def test_no_file_names_a_package_host():
    readable = [path for path in tracked() if path.suffix not in BINARY]
    found = {name_of(path): [host for host in HOSTS if host in path.read_text(errors="replace")] for path in readable}
    assert {name: hosts for name, hosts in found.items() if hosts} == {}


def test_nothing_built_or_vendored_is_kept():
    assert [name_of(path) for path in tracked() if path.name.endswith(BUILT) or "node_modules" in path.parts] == []
    wide = [path for path in tracked() if path.suffix in (".js", ".css", ".mjs")]
    assert [name_of(path) for path in wide if any(len(line) > 1000 for line in path.read_text().splitlines())] == []


def test_every_test_package_mirrors_an_app_or_names_its_kind():
    kinds = {*APPS, "browser", "demo", "record", "__pycache__"}
    assert {path.name for path in TESTS.iterdir() if path.is_dir()} <= kinds


def test_every_promise_of_security_md_has_a_test_that_carries_its_number():
    promised = re.findall(r"^\| (B\d\d) \|", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    names = " ".join(re.findall(r"def (test_\w+)", "\n".join(path.read_text() for path in TESTS.rglob("test_*.py"))))
    assert promised
    assert [number for number in promised if f"_{number.lower()}_" not in names] == []


REFINED = {".g-viewer", ".g-adder"}  # laid out again, knowingly, where the same part stands on another page


def test_a_class_is_laid_out_in_one_file():
    found = {}
    for path in sorted((ROOT / "static" / "css").glob("*.css")):
        rules = re.sub(r"/\*.*?\*/|@media[^{]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}", "", path.read_text(), flags=re.DOTALL)
        for selector in {one.strip() for part in re.findall(r"([^{}]+)\{", rules) for one in part.split(",")}:
            if re.fullmatch(r"\.g-[\w-]+", selector):
                found.setdefault(selector, []).append(path.name)
    assert {selector for selector, files in found.items() if len(files) > 1} == REFINED
