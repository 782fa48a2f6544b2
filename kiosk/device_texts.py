"""Every word of the paired touch screen that is not part of a questionnaire. It goes with the configuration, in all languages."""

from __future__ import annotations

from collections.abc import Iterable

from hub import language
from hub.vocabulary import DEFAULT_LANGUAGE, KIOSK_LANGUAGES, marked

TEXTS = {
    # asking
    "choose": marked("Which department did you visit today?"),
    "hint": marked("One touch is enough. We do not ask who you are."),
    "more_departments": marked("More departments"),
    "rated": marked("Your rating"),
    "back": marked("Back"),
    "skip": marked("Skip"),
    "language": marked("Language"),
    # words
    "words": marked("Would you like to add anything?"),
    "words_label": marked("Your words"),
    "words_notice": marked("Please do not write names or personal data."),
    "words_personal": marked("This looks like personal data. Please leave it out."),
    "words_left": marked("Characters left: {n}"),
    "send": marked("Send"),
    "space": marked("Space"),
    "erase": marked("Erase"),
    "shift": marked("Capital letters"),
    # the end
    "thanks": marked("Thank you"),
    "thanks_stored": marked("Your rating helps us serve people better."),
    "thanks_unkept": marked(
        "The memory of this screen is full. Your rating is held until the screen is switched off, and we keep trying to send it."
    ),
    "phone": marked("Would you like to say more? Write to us from your own phone."),
    "phone_code": marked("Code that opens the form on a phone"),
    "home": marked("Back to the start"),
    # idle
    "still": marked("Are you still here?"),
    "closes": marked("This screen closes in {n} s."),
    "more_time": marked("I need more time"),
    # reach
    "tools": marked("Adjust the screen"),
    "lower": marked("Lower"),
    "mirror": marked("Swap sides"),
    "contrast": marked("Contrast"),
    "larger": marked("Larger type"),
    "speak": marked("Read aloud"),
    "cards_stop": marked("Hold the news still"),
    # state
    "sample": marked("sample data"),
    "waiting": marked("No connection. Waiting to be sent: {n}"),
    "closed": marked("The office is closed now"),
    "opens": marked("Opens: {when}"),
    "rate_closed": marked("Rate your visit even now"),
    "elsewhere": marked("The kiosk already runs in another window"),
    "elsewhere_hint": marked("This window can be closed."),
    "starting": marked("Getting the kiosk ready"),
    "starting_hint": marked("Waiting for the settings from the server…"),
    "no_place": marked("Nothing can be rated here just now"),
    "no_place_hint": marked("No place is assigned to this kiosk. An administrator can assign one."),
    "insecure": marked("This kiosk cannot work at this address"),
    "insecure_hint": marked("The address has to begin with https://."),
    # pairing
    "pair": marked("Pair this kiosk"),
    "pair_hint": marked("Enter the code that an administrator sees in the list of kiosks."),
    "pair_code": marked("Pairing code"),
    "pair_do": marked("Pair"),
    "pair_bad": marked("This code does not work. It may have been used already or be out of date; ask for a new one."),
    "pair_many": marked("Too many attempts. Please wait a moment and try again."),
    "pair_offline": marked("The server cannot be reached. Check the network and try again."),
    "pair_storage": marked("This browser does not let the kiosk keep anything. Check its settings."),
    "disconnected": marked("This kiosk is disconnected"),
    "disconnected_hint": marked(
        "Ratings that wait to be sent: {n}. They are kept, and sent once the kiosk is paired again."
    ),
}
"""Key → English text; the keys are those the scripts in static/device ask for."""


def texts(languages: Iterable[str] = KIOSK_LANGUAGES) -> dict[str, dict[str, str]]:
    """Language → key → text."""
    return {code: _in(code) for code in languages}


def in_languages(text: str) -> dict[str, str]:
    """A text of the house in each language of touch screens that has it. It is written in English; Czech it always has."""
    found = {}
    for code in KIOSK_LANGUAGES:
        with language.speaking(code, KIOSK_LANGUAGES):
            said = language.gettext(text)
        if said != text or code in {DEFAULT_LANGUAGE, "en"}:
            found[code] = said
    return found


def _in(code: str) -> dict[str, str]:
    with language.speaking(code, KIOSK_LANGUAGES):
        return {key: language.gettext(text) for key, text in TEXTS.items()}
