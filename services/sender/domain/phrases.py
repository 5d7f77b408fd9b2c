"""The words by which mails are told apart, in the languages that they come in. A change here is a new version of the classifier."""

import re


def any_of(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns), re.IGNORECASE)


OPT_OUT = any_of(
    r"^\W*(?:please\s+|bitte\s+)?(?:unsubscribe|stop|remove(?:\s+me)?|opt[\s-]?out|take\s+me\s+off)\b",
    r"^\W*(?:bitte\s+)?(?:abmelden|austragen|abbestellen)\b",
    r"^\W*(?:désabonner|desabonner|désinscri\w*|darme\s+de\s+baja|cancellami|afmelden|uitschrijven)\b",
    r"\bunsubscribe\s+me\b",
    r"\bremove\s+me\s+from\b",
    r"\btake\s+me\s+off\s+(?:your|this|the)\b",
    r"\b(?:do\s+not|don['\u2019]?t|stop)\s+(?:contact|e-?mail|writ)\w*",
    r"\bno\s+(?:more|further)\s+e?-?mails\b",
    r"\bkeine\s+(?:weiteren\s+)?e?-?mails\s+mehr\b",
    r"\bkeine\s+weiteren\s+e?-?mails\b",
)
"""Of a short note in somebody's own words: they want to be left alone."""

AWAY_SUBJECT = any_of(
    r"out of (?:the )?office",
    r"auto(?:matic|mated)?[- ]?(?:reply|response)",
    r"on (?:vacation|holiday|leave)",
    r"away from",
    r"abwesen|urlaub|automatische (?:antwort|reply)",
    r"r[ée]ponse automatique|absen(?:t|ce) ",
    r"respuesta automática|fuera de (?:la )?oficina",
    r"risposta automatica|fuori (?:sede|ufficio)",
    r"automatisch antwoord|afwezig",
)
"""In a subject: a machine wrote it for somebody who is not there."""

AWAY_TEXT = any_of(
    r"out of (?:the )?office",
    r"on (?:annual |parental |maternity |sick )?leave",
    r"on vacation|on holiday|away until",
    r"nicht im (?:büro|hause)|abwesend|im urlaub",
    r"absent|en congé",
    r"de vacaciones|fuera de la oficina|in ferie|met vakantie|afwezig",
)
"""In the text of what is known to be automatic."""

BOUNCE_SUBJECT = any_of(
    r"undeliver",
    r"deliver(?:y|ed) (?:status|fail|problem)",
    r"failure notice",
    r"returned mail",
    r"mail delivery",
    r"unzustellbar",
    r"non remis",
)
"""In the subject of a mail server's daemon."""

QUOTE = any_of(
    r"^>",
    r"^-{2,}\s*(?:original message|ursprüngliche nachricht|forwarded)",
    r"^_{10,}",
    r"^(?:from|von|de|van|da):\s.+@",
    r"^(?:on|am|le|el|il|op)\s.{0,200}(?:wrote|schrieb|écrit|escribió|scritto|schreef)\b",
)
"""The line with which a quotation begins."""
