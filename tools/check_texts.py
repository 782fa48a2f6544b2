"""Part of `make check`: every text of the code has its translation, with the same placeholders, and no catalogue has others."""

from __future__ import annotations

import re
import sys

from tools.texts import DOMAINS, Domain, Text, stands, stored, wanted

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%%")


def faults(domain: Domain) -> list[str]:
    """What is wrong with a domain's catalogues, one line each."""
    texts = wanted(domain)
    found = []
    for language in domain.languages:
        catalogue = {_text(m.id): _forms(m.string) for m in stored(domain, language) if m.id}
        where = f"{domain.folder}/{domain.name}/{language}"
        required: set[Text] = texts or set(catalogue)
        found += [
            f"{where}: not collected (make texts): {text!r}" for text in sorted(required - set(catalogue), key=stands)
        ]
        found += [
            f"{where}: no longer in the code (make texts): {text!r}"
            for text in sorted(set(catalogue) - required, key=stands)
        ]
        for text, forms in sorted(catalogue.items(), key=lambda item: stands(item[0])):
            if not all(form.strip() for form in forms):
                found.append(f"{where}: not translated: {text!r}")
            elif any(_placeholders(form) != _placeholders(stands(text)) for form in forms):
                found.append(f"{where}: other placeholders: {text!r}")
        if not catalogue:
            found.append(f"{where}: the catalogue is missing or empty")
    return found


def _text(key: object) -> Text:
    return (str(key[0]), str(key[1])) if isinstance(key, list | tuple) else str(key)


def _forms(string: object) -> tuple[str, ...]:
    """Every form of a translation: one, or as many as the language has plurals."""
    return tuple(str(form) for form in string) if isinstance(string, list | tuple) else (str(string or ""),)


def _placeholders(text: str) -> list[str]:
    return sorted(PLACEHOLDER.findall(text))


def main() -> int:
    """Print the faults; 1 when there are any."""
    found = [fault for domain in DOMAINS for fault in faults(domain)]
    print("\n".join(found) or "texts: complete")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
