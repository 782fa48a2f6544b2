"""`make texts`: bring every catalogue in step with the code; what is new waits for its translation, what is gone goes."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.pofile import write_po

from tools.texts import DOMAINS, stands, stored, wanted


def main() -> None:
    """Rewrite the catalogues, sorted, without dates and addresses so that they change only when texts do."""
    for domain in DOMAINS:
        texts = wanted(domain)
        for language in domain.languages:
            old = stored(domain, language)
            new = Catalog(locale=language, domain=domain.name, fuzzy=False, header_comment="# Texts of Ozvěna.")
            for text in sorted(texts or {str(m.id) for m in old if m.id}, key=stands):
                known = old.get(stands(text))
                empty = "" if isinstance(text, str) else ("",) * new.num_plurals
                same = known is not None and isinstance(known.id, str) == isinstance(text, str)
                new.add(text, known.string if same and known is not None and known.string else empty)
            path = domain.path(language)
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                write_po(file, new, omit_header=False, width=120)
            _plain_header(path, language, new.plural_forms)


def _plain_header(file: Path, language: str, plurals: str) -> None:
    body = file.read_text(encoding="utf-8").split("\n\n", 1)[1]
    head = f'msgid ""\nmsgstr ""\n"Language: {language}\\n"\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    head += f'"Plural-Forms: {plurals}\\n"\n'
    file.write_text(f"# Texts of Ozvěna.\n{head}\n{body}", encoding="utf-8")


if __name__ == "__main__":
    main()
