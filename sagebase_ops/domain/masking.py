"""What must nobody read in a log line? Secrets, tokens, e-mail addresses and query strings are replaced.

Masking is guessing: it knows the shapes of common secrets and the names they go by, and rather masks a word too many.
A secret in plain words, with no name before it, is not recognised. Every pattern takes linear time: what repeats
without a bound is anchored by a fixed text, the rest is bounded.
"""

import re

_LONGEST = 8000  # characters looked at; what lies behind them is dropped, not shown unmasked

_NAMES = (
    r"passw(?:or)?d|passwd|pwd|passphrase|secret|token(?!s)|api[_-]?key|access[_-]?key|private[_-]?key|credentials?"
    r"|session[_-]?id|signature|(?<![A-Za-z])pass(?==)|パスワード|暗証番号|トークン|秘密鍵"
)
_SCHEME = r"(?:(?:Bearer|Basic|Token|Digest)\s{1,5})?"
_PATTERNS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----.*?(?:-----END [A-Z ]{0,40}-----|\Z)", re.DOTALL), "<secret>"),
    (re.compile(r"(?<=://)[^\s/@:]{0,200}:[^\s\"'<>]{1,200}@"), "<secret>@"),
    (re.compile(r"(?i)https://hooks\.slack\.com/[^\s\"'<>]*"), "<secret>"),
    (
        re.compile(r"(?i)((?:authorization|cookie)(?:\\?[\"'])?\s{0,5}(?:=>|[:=：])\s{0,5}(?:\\?[\"'])?)[^\n\"'\\]+"),
        r"\1<secret>",
    ),
    (re.compile(r"\?[\w.%~\[\]-]{1,100}=[^\s\"'<>]*"), "?<query>"),
    (re.compile(r"(?i)(?<=://)([^\s?\"'<>]{1,500})\?[^\s\"'<>]+"), r"\1?<query>"),
    (
        re.compile(
            rf"(?i)((?:{_NAMES})[\w-]{{0,20}}(?:\\?[\"'])?\s{{0,5}}(?:=>|[:=：])\s{{0,5}})(\\?[\"']){_SCHEME}.*?(?=\2|\Z)",
            re.DOTALL,
        ),
        r"\1\2<secret>",
    ),
    (
        re.compile(
            rf"(?i)((?:{_NAMES})[\w-]{{0,20}}\s{{0,5}}(?:=>|[:=：])\s{{0,5}}){_SCHEME}(?:[^\s\"'\\]|\\(?![\"']))+"
        ),
        r"\1<secret>",
    ),
    (re.compile(r"(?i)\b(Bearer|Basic)\s{1,5}[\w.+/=~-]{8,}"), r"\1 <secret>"),
    (re.compile(r"\beyJ[\w-]{5,}\.[\w-]{5,}(?:\.[\w-]*)?"), "<token>"),
    (re.compile(r"\bAIza[\w-]{20,}|\bya29\.[\w.-]{10,}|\bGOCSPX-[\w-]{10,}|\b1//0[\w-]{20,}"), "<token>"),
    (re.compile(r"\bxox[a-z]-[\w-]{8,}|\bxapp-[\w-]{8,}|\bgh[a-z]_\w{20,}|\bgithub_pat_\w{20,}"), "<token>"),
    (
        re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}|\b[rs]k[-_](?:live[-_]|test[-_]|proj[-_]|ant[-_])?[\w-]{20,}"),
        "<token>",
    ),
    (re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}"), "<email>"),
)
_LONG_WORD = re.compile(r"[A-Za-z0-9_+/=-]{32,}")


def mask(text: str) -> str:
    """`text` without what nobody must read. Masking twice changes nothing."""
    masked = _bounded(text)
    for pattern, instead in _PATTERNS:
        masked = pattern.sub(instead, masked)
    return _LONG_WORD.sub(_mask_random, masked)


def _bounded(text: str) -> str:
    """A cut may leave half a token, which no pattern knows: the last word before the cut goes too."""
    return text if len(text) <= _LONGEST else text[:_LONGEST].rpartition(" ")[0] + "…"


def _mask_random(word: re.Match[str]) -> str:
    """A long word of digits, small and capital letters, or of hex digits only, is a key; a name or a path is not."""
    text = word[0]
    mixed = all(re.search(kind, text) for kind in ("[a-z]", "[A-Z]", "[0-9]"))
    is_hex = re.fullmatch(r"[0-9a-f]+", text) and re.search(r"[a-f]", text) and re.search(r"[0-9]", text)
    return "<token>" if is_hex or (mixed and text.count("/") <= 1) else text
