"""Part of `make check`: every text of the code has its translation, with the same placeholders, and no catalogue has others."""

from __future__ import annotations

import re
import sys

from tools.texts import DOMAINS, Domain, stored, wanted

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


def faults(domain: Domain) -> list[str]:
    """What is wrong with a domain's catalogues, one line each."""
    texts = wanted(domain)
    found = []
    for language in domain.languages:
        catalogue = {str(m.id): str(m.string or "") for m in stored(domain, language) if m.id}
        where = f"{domain.folder}/{domain.name}/{language}"
        required = texts or set(catalogue)
        found += [f"{where}: not collected (make texts): {text!r}" for text in sorted(required - set(catalogue))]
        found += [
            f"{where}: no longer in the code (make texts): {text!r}" for text in sorted(set(catalogue) - required)
        ]
        found += [
            f"{where}: not translated: {text!r}" for text, words in sorted(catalogue.items()) if not words.strip()
        ]
        found += [
            f"{where}: other placeholders: {text!r}"
            for text, words in sorted(catalogue.items())
            if words.strip() and sorted(PLACEHOLDER.findall(text)) != sorted(PLACEHOLDER.findall(words))
        ]
        if not catalogue:
            found.append(f"{where}: the catalogue is missing or empty")
    return found


def main() -> int:
    """Print the faults; 1 when there are any."""
    found = [fault for domain in DOMAINS for fault in faults(domain)]
    print("\n".join(found) or "texts: complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
