"""What is pasted from Word, LibreOffice, Outlook or a web page, as the small Markdown of officials. Looks are left behind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import SplitResult, parse_qs, parse_qsl, urlencode, urlsplit, urlunsplit

LONGEST = 500_000
"""Characters of HTML that are looked at."""

INVISIBLE = dict.fromkeys([0x00AD, 0x200B, 0x200C, 0x200D, 0x200E, 0x200F, *range(0x202A, 0x202F), 0x2060, 0xFEFF])
DROPPED = {
    "head", "style", "script", "title", "xml", "noscript", "template", "iframe", "object", "svg", "math", "select",
    "textarea", "button",
}  # fmt: skip
BLOCKS = {
    "p", "div", "section", "article", "header", "footer", "main", "aside", "nav", "blockquote", "pre", "address", "dl",
    "dt", "dd", "figure", "figcaption", "center", "h1", "h2", "h3", "h4", "h5", "h6", "table", "tr", "thead", "tbody",
    "tfoot", "caption", "ul", "ol", "li", "hr", "form", "fieldset",
}  # fmt: skip
VOID = {
    "br", "hr", "img", "meta", "link", "input", "area", "base", "col", "embed", "source", "track", "wbr",
}  # fmt: skip
HEADINGS = {"h1": "### ", "h2": "### ", "h3": "### ", "h4": "#### ", "h5": "#### ", "h6": "#### "}
HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)
WORD_LIST = re.compile(r"mso-list\s*:\s*(l\d+)\s+level(\d)", re.IGNORECASE)
WORD_MARK = re.compile(r"mso-list\s*:\s*ignore", re.IGNORECASE)
HEAVY = re.compile(r"(?<![\w-])font-weight\s*:\s*(bold|[6-9]00)", re.IGNORECASE)
LIGHT = re.compile(r"(?<![\w-])font-weight\s*:\s*(normal|[1-5]00)", re.IGNORECASE)
SLANTED = re.compile(r"(?<![\w-])font-style\s*:\s*(italic|oblique)", re.IGNORECASE)
UPRIGHT = re.compile(r"(?<![\w-])font-style\s*:\s*normal", re.IGNORECASE)
FRAGMENT = re.compile(r"<!--\s*StartFragment\s*-->(.*?)<!--\s*EndFragment\s*-->", re.DOTALL | re.IGNORECASE)
CONDITION = re.compile(r"<!\[(?:if[^\]>]*|endif)\]\s*-*>", re.IGNORECASE)
FOLLOWING = re.compile(r"utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|_hsenc|_hsmi", re.IGNORECASE)
"""Parameters of addresses that only say who followed them from where."""
UNWRAPPED = (
    (re.compile(r"(?:^|\.)safelinks\.protection\.outlook\.com$"), "url"),
    (re.compile(r"(?:^|\.)google\.[a-z.]{2,6}$"), "q"),
)
"""Hosts that lead on to what their parameter names."""
ANY_SPACE = re.compile(r"[ \t\r\n\f\v\u00a0\u2002-\u200a\u202f\u3000]+")
DATED = re.compile(
    r"^[ \t]*(?:\d{1,2}\.|ledna|února|března|dubna|května|června|července|srpna|září|října|listopadu|prosince)"
)
"""What follows a number with a full stop in a Czech date: 1. 12. 2026 begins no list."""
DEEPEST = 100
"""Elements inside each other that are told apart; nobody writes more."""
NUMBER = re.compile(r"\(?(?:\d{1,3}|[a-z]|[ivx]{1,5})[.)]", re.IGNORECASE)


def markdown(html: str) -> str:
    """The words of this HTML with their paragraphs, lists, headings, bold, emphasis and links; tables a row a line."""
    inner = FRAGMENT.search(html[:LONGEST])
    reader = _Reader()
    reader.feed(CONDITION.sub("", inner[1] if inner else html[:LONGEST]))
    reader.close()
    return reader.written()


@dataclass(frozen=True, slots=True)
class _Look:
    """How a run of letters looks."""

    bold: bool = False
    slanted: bool = False
    href: str = ""


@dataclass(slots=True)
class _Block:
    """A paragraph, heading, item of a list or row of a table: its mark, what its further lines begin with, its runs.

    Items and rows stand under each other without an empty line.
    """

    mark: str = ""
    indent: str = ""
    group: str = ""
    runs: list[tuple[str, _Look]] = field(default_factory=list)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[
            tuple[str, _Look, bool]
        ] = []  # the elements around, how it looked before them, whether they are dropped
        self._dropped = 0
        self._look = _Look()
        self._lists: list[tuple[bool, int]] = []  # of each list around: is it numbered, its last number
        self._levels: list[tuple[bool, int]] = []  # the same of Word, whose lists are paragraphs
        self._name = ""  # how Word calls that list
        self._marks: list[str] | None = None  # the mark that Word wrote itself, while it is read
        self._blocks: list[_Block] = []
        self._block: _Block | None = None
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in VOID:
            self._void(tag)
        if tag in VOID or len(self._open) >= DEEPEST:
            return
        style = given.get("style", "")
        drops = tag in DROPPED or tag.startswith(("o:", "v:", "w:", "m:")) or bool(HIDDEN.search(style))
        self._open.append((tag, self._look, drops))
        self._dropped += drops
        if self._dropped:
            return
        if WORD_MARK.search(style):
            self._marks = []
        self._look = self._looking(tag, given, style)
        if tag in BLOCKS:
            self._begin(tag, given, style)
        elif tag in {"td", "th"}:
            self._cells += 1
            if self._cells > 1:
                self._say(" | ", _Look())

    def _void(self, tag: str) -> None:
        if self._dropped:
            return
        if tag == "br":
            self._say("\n", _Look())
        elif tag == "hr":
            self._block = None

    def handle_endtag(self, tag: str) -> None:
        at = next((n for n in range(len(self._open) - 1, -1, -1) if self._open[n][0] == tag), None)
        if at is None or tag in VOID:
            return
        if tag in {"ul", "ol"} and self._lists and not self._dropped:
            self._lists.pop()
        self._dropped -= sum(drops for _, _, drops in self._open[at:])
        self._look = self._open[at][1]
        del self._open[at:]
        if self._marks is not None and "".join(self._marks).strip() and tag == "span":
            self._number()
        if tag in BLOCKS and not (tag in {"p", "div"} and self._in_cell()):
            self._block = self._item_around() if tag in {"p", "div"} else None

    def handle_data(self, data: str) -> None:
        if self._dropped:
            return
        if self._marks is not None:
            self._marks.append(data)
        else:
            is_kept = any(tag == "pre" for tag, _, _ in self._open)
            self._say(data.translate(INVISIBLE), self._look, lines=is_kept)

    def _looking(self, tag: str, given: dict[str, str], style: str) -> _Look:
        look = self._look
        if tag in HEADINGS:
            return _Look()
        if tag in {"b", "strong", "th"} and not LIGHT.search(style):
            look = replace(look, bold=True)
        if tag in {"i", "em", "cite"} and not UPRIGHT.search(style):
            look = replace(look, slanted=True)
        if tag not in BLOCKS:
            look = replace(look, bold=(look.bold or bool(HEAVY.search(style))) and not LIGHT.search(style))
            look = replace(look, slanted=(look.slanted or bool(SLANTED.search(style))) and not UPRIGHT.search(style))
        return replace(look, href=link(given.get("href", ""))) if tag == "a" else look

    def _begin(self, tag: str, given: dict[str, str], style: str) -> None:
        if tag in {"ul", "ol"}:
            start = given.get("start", "")
            self._lists.append((tag == "ol", int(start) - 1 if start.isascii() and start.isdigit() else 0))
            self._block = None
            return
        if tag == "tr":
            self._cells, self._block = 0, self._new(_Block(group="row"))
            return
        of_word = WORD_LIST.search(style) if tag in {"p", "li", *HEADINGS} and "mso-list" in style else None
        if tag == "li" or of_word:
            self._levels = self._levels if of_word else []
            if of_word and of_word[1] != self._name:
                self._name, self._levels = of_word[1], []
            self._item(int(of_word[2]) if of_word and tag != "li" else 0)
        elif tag in HEADINGS:
            self._block = self._new(_Block(HEADINGS[tag]))
        elif not (tag in {"p", "div"} and (self._in_cell() or self._continues())):
            self._block = None
        if not of_word and tag in {"p", *HEADINGS}:
            self._levels = []

    def _continues(self) -> bool:
        """A paragraph inside an item goes on with the item, on a line of its own."""
        around = self._item_around()
        if around is None:
            return False
        self._block = around
        if around.runs:
            around.runs.append(("\n", _Look()))
        return True

    def _item_around(self) -> _Block | None:
        inside = any(tag == "li" for tag, _, _ in self._open)
        return next((one for one in reversed(self._blocks) if one.group == "item"), None) if inside else None

    def _in_cell(self) -> bool:
        return any(tag in {"td", "th"} for tag, _, _ in self._open)

    def _item(self, level: int) -> None:
        lists = self._lists or [(False, 0)]
        if level:
            self._levels = [*self._levels[:level], *[(False, 0)] * (level - len(self._levels))]
            lists = self._levels
        is_numbered, last = lists[-1]
        lists[-1] = (is_numbered, last + 1)
        before = "".join("   " if numbered else "  " for numbered, _ in lists[:-1])
        mark = f"{last + 1}. " if is_numbered else "- "
        self._block = self._new(_Block(before + mark, before + " " * len(mark), group="item"))

    def _number(self) -> None:
        """The mark of Word was read: a number makes the item one of a numbered list."""
        mark, self._marks = "".join(self._marks or []).strip(), None
        if not NUMBER.match(mark) or self._block is None or not self._levels:
            return
        last = int(mark[:-1]) if mark[:-1].isdigit() else self._levels[-1][1]
        self._levels[-1] = (True, last)
        indent = re.sub(r"(?:-|\d+\.) $", "", self._block.mark)
        self._block.mark, self._block.indent = f"{indent}{last}. ", indent + "   "

    def _new(self, block: _Block) -> _Block:
        self._blocks.append(block)
        return block

    def _say(self, text: str, look: _Look, *, lines: bool = False) -> None:
        if self._block is None:
            if not text.strip():
                return
            self._block = self._new(_Block())
        if text == "\n" or lines:
            self._block.runs.append((text, look))
        else:
            self._block.runs.append((ANY_SPACE.sub(_space, text), look))

    def written(self) -> str:
        """Everything read, as Markdown."""
        whole, before = "", None
        for block in self._blocks:
            words = _inline(block.runs)
            if not words:
                continue
            text = block.mark + (words if block.mark else _unmeant(words)).replace("\n", f"\n{block.indent}")
            whole += (
                ("\n" if before and before.group and before.group == block.group else "\n\n") + text if before else text
            )
            before = block
        return whole


def _space(found: re.Match[str]) -> str:
    """One hard space stays hard, as between a number and its unit; more of them were to move something aside."""
    return "\N{NO-BREAK SPACE}" if found[0] == "\N{NO-BREAK SPACE}" else " "


def _inline(runs: list[tuple[str, _Look]]) -> str:
    """Runs as Markdown: those that look alike in one, spaces outside of the marks."""
    merged: list[tuple[str, _Look]] = []
    for text, look in runs:
        if merged and (merged[-1][1] == look or not text.strip()):
            merged[-1] = (merged[-1][0] + text, merged[-1][1])
        else:
            merged.append((text, look))
    parts = [
        _marked(text, look, merged[n + 1][0][:1] if n + 1 < len(merged) else "")
        for n, (text, look) in enumerate(merged)
    ]
    lines = [" ".join(re.split(r"[ \t]+", line)).strip(" \N{NO-BREAK SPACE}|") for line in "".join(parts).split("\n")]
    return re.sub(r"\n{2,}", "\n", "\n".join(lines)).strip()


def _marked(text: str, look: _Look, following: str) -> str:
    core = text.strip(" \n\t\N{NO-BREAK SPACE}")
    if not core or look == _Look():
        return _escaped(text)
    head, _, tail = text.partition(core)
    if not tail and following.isalnum() and not core[-1].isalnum() and not look.href:
        core, tail = core[:-1], core[-1]
    marks = ("**" if look.bold else "") + ("*" if look.slanted else "")
    lines = [f"{marks}{_escaped(line.strip())}{marks[::-1]}" if line.strip() else "" for line in core.split("\n")]
    inner = "\n".join(lines)
    if look.href:
        inner = f"[{inner.replace(chr(10), ' ')}]({look.href})" if core != look.href else core
    return head + inner + _escaped(tail)


def _escaped(text: str) -> str:
    return re.sub(r"([*\\]|(?<!\w)_|_(?!\w)|\[(?=[^\]]*\]\())", r"\\\1", text)


def _unmeant(text: str) -> str:
    """What would begin a list or heading that was none."""
    text = re.sub(r"(?m)^(#{1,6}|[-+])(?=\s)", r"\\\1", text)
    return re.sub(r"(?m)^(\d{1,9})([.)])(?=\s)(.*)$", _no_list, text)


def _no_list(found: re.Match[str]) -> str:
    return found[0] if DATED.match(found[3]) else f"{found[1]}\\{found[2]}{found[3]}"


def link(target: str) -> str:
    """Where a link may lead, without what follows people; empty for what leads nowhere outside."""
    address = target.strip()
    for _ in range(3):
        parts = _split(address)
        names = [name for host, name in UNWRAPPED if host.search(parts.hostname or "")] if parts else []
        if parts is None or not names or not parse_qs(parts.query).get(names[0]):
            break
        address = parse_qs(parts.query)[names[0]][0]
    parts = _split(address)
    if parts is None or (parts.scheme not in {"http", "https"} and not address.startswith("mailto:")):
        return ""
    given = parse_qsl(parts.query, keep_blank_values=True)
    kept = [(name, value) for name, value in given if not FOLLOWING.fullmatch(name)]
    query = parts.query if kept == given else urlencode(kept)
    safe = urlunsplit((parts.scheme, parts.netloc, parts.path, query, parts.fragment))
    return re.sub(r"[\s<>()\\]", lambda found: f"%{ord(found[0]):02X}" if ord(found[0]) < 128 else "", safe)


def _split(address: str) -> SplitResult | None:
    try:
        return urlsplit(address)
    except ValueError:
        return None
