"""The files of Multi30k, and batches of pairs of similar lengths."""

import gzip
import math
import os
from pathlib import Path

import numpy as np
import torch

from text import BOS, EOS, PAD

BUCKETS = 12
IGNORED = -100


def read_lines(name):
    path = Path(os.environ["EVENKEEL_DATA"]) / "multi30k" / f"{name}.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
        return file.read().rstrip("\n").split("\n")


def pad(rows, value):
    length = max(map(len, rows))
    return torch.tensor([row + [value] * (length - len(row)) for row in rows])


def make_batches(pairs, batch_tokens, generator):
    """Pairs of similar lengths in each batch: the positions of a bucket are shuffled and divided evenly."""
    lengths = [max(len(source), len(target)) + 1 for source, target in pairs]
    order = np.argsort(lengths, kind="stable")
    limits = [lengths[order[-(-(k + 1) * len(order) // BUCKETS) - 1]] for k in range(BUCKETS - 1)]
    buckets, start = [], 0
    for limit in [*limits, math.inf]:
        end = start
        while end < len(order) and lengths[order[end]] <= limit:
            end += 1
        buckets.append(order[start:end])
        start = end
    batches = []
    for bucket in buckets:
        if len(bucket) == 0:
            continue
        most = max(1, batch_tokens // lengths[bucket[-1]])
        count = -(-len(bucket) // most)
        shuffled = bucket if generator is None else generator.permutation(bucket)
        batches += np.array_split(shuffled, count)
    places = range(len(batches)) if generator is None else generator.permutation(len(batches))
    for place in places:
        chosen = [pairs[index] for index in batches[place]]
        yield (
            pad([source + [EOS] for source, _ in chosen], PAD),
            pad([[BOS] + target for _, target in chosen], PAD),
            pad([target + [EOS] for _, target in chosen], IGNORED),
        )
