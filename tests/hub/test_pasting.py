"""What Word, LibreOffice, Outlook and web pages put on the clipboard comes out as the small Markdown."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.markup import rich
from hub.rules.pasting import link, markdown

WORD = """<html xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"
xmlns:w="urn:schemas-microsoft-com:office:word" xmlns:st1="urn:schemas-microsoft-com:office:smarttags">
<head><meta name=Generator content="Microsoft Word 15"><link rel=File-List href="file:///C:/clip_filelist.xml">
<!--[if gte mso 9]><xml><o:OfficeDocumentSettings><o:AllowPNG/></o:OfficeDocumentSettings></xml><![endif]-->
<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View><w:Zoom>0</w:Zoom></w:WordDocument></xml><![endif]-->
<style><!-- /* Style Definitions */ p.MsoNormal {mso-style-name:"Normal"; margin:0cm} @list l0:level1 {mso-level-text:x} --></style>
<!--[if gte mso 10]><style>table.MsoNormalTable {mso-style-name:"Tabulka"}</style><![endif]--></head>
<body lang=CS style='tab-interval:35.4pt'>
<!--StartFragment-->
<h1 style='mso-fareast-language:CS'>Oprava osvětlení<o:p></o:p></h1>
<p class=MsoNormal><b><span style='font-size:14.0pt'>Lampa </span></b><span style='mso-spacerun:yes'>  </span>bude
<i style='mso-bidi-font-style:normal'>hotova</i> do 5&nbsp;dnů v&nbsp;<st1:City w:st="on"><st1:place
w:st="on">Havířově</st1:place></st1:City>.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p class=MsoListParagraphCxSpFirst style='text-indent:-18.0pt;mso-list:l0 level1 lfo1'><![if !supportLists]><span
style='font-family:Symbol'><span style='mso-list:Ignore'>·<span style='font:7.0pt "Times New Roman"'>&nbsp;&nbsp;&nbsp;
</span></span></span><![endif]>první<o:p></o:p></p>
<p class=MsoListParagraphCxSpMiddle style='mso-list:l0 level2 lfo1'><![if !supportLists]><span
style='mso-list:Ignore'>o<span>&nbsp;&nbsp; </span></span><![endif]>vnořená<o:p></o:p></p>
<p class=MsoListParagraphCxSpLast style='mso-list:l0 level1 lfo1'><!--[if !supportLists]--><span
style='mso-list:Ignore'>·<span>&nbsp; </span></span><!--[endif]-->druhá</p>
<p class=MsoListParagraphCxSpFirst style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>1.<span>&nbsp; </span></span><![endif]>přijďte</p>
<p class=MsoListParagraphCxSpLast style='mso-list:l1 level1 lfo2'><![if !supportLists]><span
style='mso-list:Ignore'>2.<span>&nbsp; </span></span><![endif]>zaplaťte</p>
<table class=MsoTableGrid border=1><tr style='mso-yfti-irow:0'><td width=100><p class=MsoNormal>Den</p></td><td><p
class=MsoNormal>Hodiny</p></td></tr><tr><td><p class=MsoNormal>Pondělí</p></td><td><p class=MsoNormal>8–17</p></td></tr></table>
<p class=MsoNormal>Od 1. 12. 2026 <a href="file:///C:/Users/x/plan.docx">plán</a>, <a href="#_Toc12">níže</a><span
style='display:none;mso-hide:all'>tajné</span>, za&shy;lo&#8203;žit.</p>
<!--EndFragment--></body></html>"""
FROM_WORD = """### Oprava osvětlení

**Lampa** bude *hotova* do 5\u00a0dnů v\u00a0Havířově.

- první
  - vnořená
- druhá
1. přijďte
2. zaplaťte

Den | Hodiny
Pondělí | 8–17

Od 1. 12. 2026 plán, níže, založit."""

LIBREOFFICE = """<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.0 Transitional//EN"><html><head>
<meta http-equiv="content-type" content="text/html; charset=utf-8"/><title></title>
<meta name="generator" content="LibreOffice 24.2 (Linux)"/><style type="text/css">
@page { size: 21cm 29.7cm } p { line-height: 115% }</style>
</head><body lang="cs-CZ" dir="ltr"><p style="line-height: 100%; margin-bottom: 0cm">
<font face="Liberation Serif, serif"><b>Vážená
paní,</b></font></p>
<p><font size="3"><span style="font-weight: normal">odpad </span><i>vyvezeme</i> v&nbsp;úterý.<br/>Děkujeme.</font></p>
<ol><li><p style="margin-bottom: 0cm">krok</p></li>
<li><p>druhý<br/>s řádkem</p><ul><li><p>pod ním</p></li></ul></li></ol></body></html>"""
FROM_LIBREOFFICE = """**Vážená paní,**

odpad *vyvezeme* v\u00a0úterý.
Děkujeme.

1. krok
2. druhý
   s řádkem
   - pod ním"""

OUTLOOK = """<html><body><!--StartFragment--><div class="WordSection1"><p class="MsoNormal">Dobrý den,<o:p></o:p></p>
<p class="MsoNormal">viz <a
href="https://eur02.safelinks.protection.outlook.com/?url=https%3A%2F%2Fwww.mesto.cz%2Flampy%3Futm_source%3Dnl%26id%3D5&amp;data=05"
>tento odkaz</a>
nebo <a href="mailto:lampy@mesto.cz">lampy@mesto.cz</a>.</p>
<p class="MsoNormal"><span style="font-size:11pt"><br>S&nbsp;pozdravem</span></p>
<div style="border:none;border-top:solid #E1E1E1 1.0pt">
<p class="MsoNormal"><b>From:</b> Jan</p></div></div><!--EndFragment--></body></html>"""
FROM_OUTLOOK = """Dobrý den,

viz [tento odkaz](https://www.mesto.cz/lampy?id=5) nebo [lampy@mesto.cz](mailto:lampy@mesto.cz).

S\u00a0pozdravem

**From:** Jan"""

WEB = """<meta charset='utf-8'><b style="font-weight:normal" id="docs-internal-guid-1"><h2 dir="ltr">Otevírací doba</h2>
<p dir="ltr"><span style="font-weight:700">Pondělí</span><span style="font-weight:400;font-style:italic"> ráno</span></p>
<ul><li aria-level="1"><span>radnice</span></li></ul></b><img src="https://x.cz/pixel.gif" alt="x"><script>alert(1)</script>
<nav><a href="javascript:alert(1)">klik</a> <a href="https://www.google.com/url?q=https://mesto.cz/a%3Fb%3D1&sa=D">mesto</a></nav>
<p>5 * 3, _tak_ a [a](b)</p><p># mřížka</p><p>- pomlčka</p><p>1. není seznam</p>"""
FROM_WEB = r"""### Otevírací doba

**Pondělí** *ráno*

- radnice

klik [mesto](https://mesto.cz/a?b=1)

5 \* 3, \_tak\_ a \[a](b)

\# mřížka

\- pomlčka

1\. není seznam"""


@pytest.mark.parametrize(
    ("html", "expected"),
    [(WORD, FROM_WORD), (LIBREOFFICE, FROM_LIBREOFFICE), (OUTLOOK, FROM_OUTLOOK), (WEB, FROM_WEB)],
    ids=["Word", "LibreOffice", "Outlook", "web"],
)
def test_what_is_pasted_comes_out_clean(html: str, expected: str) -> None:
    assert markdown(html) == expected


def test_what_was_no_mark_stays_as_it_was_when_it_is_shown() -> None:
    shown = str(rich(markdown(WEB)))
    for words in ("5 * 3, _tak_ a [a](b)", "<p># mřížka</p>", "<p>- pomlčka</p>", "<p>1. není seznam</p>"):
        assert words in shown


@pytest.mark.parametrize(
    ("target", "clean"),
    [
        ("https://mesto.cz/a?utm_campaign=x&b=2&fbclid=3#c", "https://mesto.cz/a?b=2#c"),
        ("https://mesto.cz/a?b", "https://mesto.cz/a?b"),
        ("HTTPS://mesto.cz/(a) b", "https://mesto.cz/%28a%29%20b"),
        ("mailto:a@mesto.cz", "mailto:a@mesto.cz"),
        ("tel:+420596803111", ""),
        ("file:///C:/a", ""),
        ("data:text/html,x", ""),
        ("//mesto.cz/a", ""),
        ("https://[bad", ""),
    ],
)
def test_links_lose_what_follows_people(target: str, clean: str) -> None:
    assert link(target) == clean


@given(st.text(alphabet="<>/abp liu=\"'&;![]-:*_#1. \n\u00a0", max_size=200))
def test_no_html_makes_it_fail_or_leaves_markup_behind(html: str) -> None:
    assert "<script" not in str(rich(markdown(html)))


@pytest.mark.parametrize("html", ["<div>" * 20_000 + "a", "<b>a" * 20_000, "<li>a</p>" * 10_000, "<a href='x'>" * 9000])
def test_hostile_html_takes_no_time(html: str) -> None:
    began = time.perf_counter()
    markdown(html)
    assert time.perf_counter() - began < 5
