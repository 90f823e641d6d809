"""Byte-pair encoding, the tokens of 13a and BLEU, as the example has them."""

import heapq
import math
import re
from collections import Counter, defaultdict

# Contractions, then words, numbers and punctuation, each with the space before it (GPT-2).
PIECES = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")
PAD, UNK, BOS, EOS = range(4)


class BytePairs:
    """Tokens merged from bytes: the most frequent pair first, of equal ones that of the lowest indices."""

    def __init__(self, texts, size):
        self.tokens = [None] * 4 + [bytes([byte]) for byte in range(256)]
        self.merges = {}
        self.known = {}
        counts = Counter(piece for text in texts for piece in PIECES.findall(text))
        words = [([4 + byte for byte in piece.encode()], count) for piece, count in counts.items()]
        totals, places = Counter(), defaultdict(set)
        for index, (word, count) in enumerate(words):
            for pair in zip(word, word[1:]):
                totals[pair] += count
                places[pair].add(index)
        heap = [(-count, pair) for pair, count in totals.items()]
        heapq.heapify(heap)
        while heap and len(self.tokens) < size:
            negative, pair = heapq.heappop(heap)
            if totals[pair] != -negative:
                continue
            if -negative < 2:
                break
            merged = len(self.tokens)
            self.tokens.append(self.tokens[pair[0]] + self.tokens[pair[1]])
            self.merges[pair] = merged
            changed = set()
            for index in list(places[pair]):
                word, count = words[index]
                for old in zip(word, word[1:]):
                    totals[old] -= count
                    changed.add(old)
                word = replace(word, pair, merged)
                words[index] = (word, count)
                for new in zip(word, word[1:]):
                    totals[new] += count
                    places[new].add(index)
                    changed.add(new)
            for each in changed:
                if totals[each] > 0:
                    heapq.heappush(heap, (-totals[each], each))

    def encode(self, text):
        return [token for piece in PIECES.findall(text) for token in self._encode_piece(piece)]

    def _encode_piece(self, piece):
        if piece not in self.known:
            word = [4 + byte for byte in piece.encode()]
            while True:
                pairs = [pair for pair in zip(word, word[1:]) if pair in self.merges]
                if not pairs:
                    break
                pair = min(pairs, key=self.merges.get)
                word = replace(word, pair, self.merges[pair])
            self.known[piece] = word
        return self.known[piece]

    def decode(self, tokens):
        return b"".join(self.tokens[token] for token in tokens if token > 3).decode(errors="replace")


def replace(word, pair, merged):
    found, at = [], 0
    while at < len(word):
        if at + 1 < len(word) and (word[at], word[at + 1]) == pair:
            found.append(merged)
            at += 2
        else:
            found.append(word[at])
            at += 1
    return found


def tokenize_13a(text):
    """The tokenization of mteval-v13a.pl."""
    for entity, character in (("&quot;", '"'), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")):
        text = text.replace(entity, character)
    text = f" {text} "
    text = re.sub(r"([{-~[-` -&(-+:-@/])", r" \1 ", text)
    text = re.sub(r"([^0-9])([.,])", r"\1 \2 ", text)
    text = re.sub(r"([.,])([^0-9])", r" \1 \2", text)
    return re.sub(r"([0-9])(-)", r"\1 \2 ", text).split()


def bleu(found, references):
    """BLEU of a corpus with one reference each, from 0 to 100."""
    matches, runs, lengths = [0] * 4, [0] * 4, [0, 0]
    for text, reference in zip(map(tokenize_13a, found), map(tokenize_13a, references)):
        lengths[0] += len(text)
        lengths[1] += len(reference)
        for order in range(4):
            grams = [Counter(zip(*(tokens[k:] for k in range(order + 1)))) for tokens in (text, reference)]
            matches[order] += sum((grams[0] & grams[1]).values())
            runs[order] += max(0, len(text) - order)
    if min(matches) == 0:
        return 0.0
    logs = sum(math.log(match / run) for match, run in zip(matches, runs)) / 4
    return 100 * math.exp(min(0.0, 1 - lengths[1] / lengths[0]) + logs)
