"""How many years of school a text asks of its reader: Flesch-Kincaid (Kincaid et al. 1975, U.S. Navy).

An estimate for advice: syllables are counted by the letters. textstat, which the tests hold the pages to,
brings a dictionary of 100,000 words with it, too much to keep in the memory of every worker.
"""

import re

WORD = re.compile(r"[A-Za-z]+(?:['’-][A-Za-z]+)*")
SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)")
VOWELS = re.compile(r"[aeiouy]+")
# Two vowels that are spoken apart, and endings whose e is silent.
APART = re.compile(r"i[aou](?!us\b)|[aeiou]ing|eo|ua|uo|ism\b")
SILENT = re.compile(r"(?<![^aeiouy]l)(?:(?<=[^aeiouycgszxh])es|(?<=[^aeiouytd])ed|(?<=[^aeiouy])e)$")


def of(text: str) -> float | None:
    """The grade to one decimal; None for less than a sentence's worth of words, of which it means nothing."""
    words = WORD.findall(text)
    if len(words) < 5:
        return None
    sentences = max(len(SENTENCE_END.findall(text)), 1)
    syllables = sum(_syllables(word) for word in words)
    return round(0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59, 1)


def _syllables(word: str) -> int:
    return sum(_syllables_of_part(part) for part in re.split(r"['’-]", word.lower()) if part)


def _syllables_of_part(part: str) -> int:
    apart = 0 if re.search(r"(?:[ts]ion|cial|tial|cian)", part) else len(APART.findall(part))
    return max(len(VOWELS.findall(part)) + apart - bool(SILENT.search(part)), 1)
