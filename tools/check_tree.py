"""Part of `make check`: what must not stand in the tree: addresses of package indexes, traces of machines, foreign or big files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

TREE = Path(__file__).parent.parent

FORBIDDEN = {
    # Written so that this file does not find itself.
    "the address of a package index": re.compile(r"py[p]i\.org|pyth[o]nhosted|regis[t]ry\.npm|deb\.deb[i]an\.org"),
    "a path of somebody's machine": re.compile(r"(?<![\w.$/])/(?:ro[o]t|ho[m]e/\w+|wo[r]k)/[a-z.]"),
    "a private key": re.compile(r"-----BEG[I]N [A-Z ]*PRIVATE KEY"),
}
FOREIGN = {".woff", ".woff2", ".ttf", ".otf", ".whl", ".jar", ".exe", ".dll", ".so", ".mo"}
GENERATED_LOCKS = {"uv.lock", "pylock.toml", "package-lock.json", "poetry.lock"}
LARGEST = 400 * 1024
LONGEST_MODULE = 450


def tracked() -> list[Path]:
    """The files git knows or would take, that are really there."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=TREE, capture_output=True, text=True, check=True).stdout
    return [TREE / name for name in listed.split("\0") if name and (TREE / name).is_file()]


def faults(path: Path) -> list[str]:
    """What is wrong with one file."""
    name = path.relative_to(TREE)
    found = []
    if path.suffix in FOREIGN or ".min." in path.name or path.name in GENERATED_LOCKS:
        found.append(f"{name}: such files come as pinned packages")
    if path.stat().st_size > LARGEST:
        found.append(f"{name}: larger than {LARGEST // 1024} kB")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return found
    if path.suffix == ".py" and text.count("\n") > LONGEST_MODULE:
        found.append(f"{name}: {text.count(chr(10))} lines; look for the rooms it really consists of")
    for what, pattern in FORBIDDEN.items():
        found += [f"{name}: {what}: {match.group()}" for match in pattern.finditer(text)]
    return found


def main() -> int:
    """Print the faults; 1 when there are any."""
    found = [fault for path in tracked() for fault in faults(path)]
    print("\n".join(found) or "tree: nothing foreign")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
