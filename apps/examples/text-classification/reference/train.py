"""The recipe of the example in PyTorch, for the figures beside ours: numpy and torch alone.

  EVENKEEL_DATA=... python3 train.py --dataset trec --normalization batch

It reads the published files, prints the test accuracy, and writes results/<dataset>-<model>-<normalization>-<seed>.json. The parts of
a cross-validation, the order of texts and the initial weights are drawn by numpy and torch: runs agree in distribution, not in bits.
"""

import argparse
import collections
import csv
import json
import os
import pathlib
import re
import time

import networks
import numpy as np
import torch
import torch.nn.functional as F

SENTENCES = "sentence-classification"
FILES = {
    "trec": (SENTENCES, "cp1252", {"train": "TREC.train.all", "test": "TREC.test.all"}),
    "sst2": (SENTENCES, "utf-8", {"train": "stsa.binary.train", "test": "stsa.binary.test"}),
    "mr": (SENTENCES, "cp1252", {"all": "rt-polarity.all"}),
    "subj": (SENTENCES, "cp1252", {"all": "subj.all"}),
    "ag-news-test": ("ag-news", "utf-8", {"all": "test.csv"}),
}
FOLDS = {"mr": 10, "subj": 10, "ag-news-test": 5}
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/|_#$%^&*~`+=<>()[]{} "


def read(dataset):
    """Texts and labels of each file."""
    folder, encoding, files = FILES[dataset]
    parts = {}
    for part, file in files.items():
        path = pathlib.Path(os.environ["EVENKEEL_DATA"], folder, file)
        with open(path, encoding=encoding, newline="") as lines:
            if dataset == "ag-news-test":
                rows = [(f"{row[1]} {row[2]}", int(row[0]) - 1) for row in csv.reader(lines)]
            else:
                rows = [(line[2:].rstrip("\n"), int(line[0])) for line in lines]
        parts[part] = ([text for text, _ in rows], np.array([label for _, label in rows]))
    return parts


def split_folds(labels, folds, seed=1):
    """The positions of each part, with the classes in equal proportions."""
    order = np.random.default_rng(seed).permutation(len(labels))
    by_class = np.concatenate([order[labels[order] == label] for label in np.unique(labels)])
    return [np.sort(by_class[fold::folds]) for fold in range(folds)]


def list_splits(dataset):
    """Texts to train on and to test with, for each part of a cross-validation or once."""
    parts = read(dataset)
    if "all" not in parts:
        return [(parts["train"], parts["test"])]
    texts, labels = parts["all"]
    tests = split_folds(labels, FOLDS[dataset])
    if dataset == "ag-news-test":
        tests = tests[:1]
    splits = []
    for test in tests:
        train = np.setdiff1d(np.arange(len(texts)), test)
        splits.append(tuple(([texts[i] for i in chosen], labels[chosen]) for chosen in (train, test)))
    return splits


def tokenize_words(text, lower):
    """clean_str of Kim 2014, which keeps the case of TREC."""
    text = re.sub(r"[^A-Za-z0-9(),!?'`]", " ", text)
    text = re.sub(r"('s|'ve|n't|'re|'d|'ll)", r" \1", text)
    text = re.sub(r"([,!()?])", r" \1 ", text)
    return (text.lower() if lower else text).split() or ["<unk>"]


def split(text, options):
    return tokenize_words(text, options.dataset != "trec") if options.model == "words" else list(text.lower())[:1014] or ["<unk>"]


def make_vocabulary(texts, options):
    """The index of each token; 0 is padding, 1 unknown. Words that occur once are unknown."""
    if options.model == "characters":
        tokens = list(ALPHABET)
    else:
        counts = collections.Counter(word for text in texts for word in split(text, options))
        tokens = sorted((word for word, count in counts.items() if count >= 2), key=lambda word: (-counts[word], word))
    return {token: index + 2 for index, token in enumerate(tokens)}


def encode(texts, vocabulary, options):
    return [torch.tensor([vocabulary.get(token, 1) for token in split(text, options)]) for text in texts]


def cut_buckets(lengths, batch_size, rng, buckets=8):
    """Batches of texts of similar lengths, in random order."""
    batches = []
    for bucket in np.array_split(np.argsort(lengths, kind="stable"), buckets):
        count = int(np.ceil(len(bucket) / batch_size))
        batches += np.array_split(rng.permutation(bucket), count)
    return [batches[i] for i in rng.permutation(len(batches))]


def pad(sequences):
    return torch.nn.utils.rnn.pad_sequence(sequences, batch_first=True)


def train(network, texts, labels, options, rng):
    """AdamW with one cycle of the learning rate; biases and norms do not decay."""
    lengths = np.array([len(text) for text in texts])
    decayed = [p for p in network.parameters() if p.dim() > 1]
    others = [p for p in network.parameters() if p.dim() <= 1]
    groups = [{"params": decayed, "weight_decay": options.weight_decay}, {"params": others, "weight_decay": 0}]
    optimizer = torch.optim.AdamW(groups, lr=options.learning_rate)
    steps = options.epochs * len(cut_buckets(lengths, options.batch_size, np.random.default_rng(0)))
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, options.learning_rate, total_steps=steps + 1, pct_start=0.2, cycle_momentum=False
    )
    network.train()
    for _ in range(options.epochs):
        for chosen in cut_buckets(lengths, options.batch_size, rng):
            scores = network(pad([texts[i] for i in chosen]))
            loss = F.cross_entropy(scores, torch.from_numpy(labels[chosen]), label_smoothing=options.label_smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()


def count_right(network, texts, labels):
    network.eval()
    with torch.no_grad():
        found = [network(pad(texts[i : i + 100])).argmax(1).numpy() for i in range(0, len(texts), 100)]
    return int((np.concatenate(found) == labels).sum())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset", choices=FILES, default="trec")
    parser.add_argument("--model", choices=["words", "characters"], default="words")
    parser.add_argument("--normalization", choices=["batch", "batch-unmasked", "none"], default="batch")
    for name, kind, value in networks.SETTINGS:
        parser.add_argument(f"--{name.replace('_', '-')}", type=kind, default=value)
    options = parser.parse_args()
    if options.dropout is None:
        options.dropout = 0.5 if options.model == "words" else 0.0
    start, right, tested = time.time(), 0, 0
    splits = list_splits(options.dataset)
    for fold, ((train_texts, train_labels), (test_texts, test_labels)) in enumerate(splits):
        torch.manual_seed(options.seed + fold)
        vocabulary = make_vocabulary(train_texts, options)
        classes = int(train_labels.max()) + 1
        network = networks.make(len(vocabulary) + 2, classes, options)
        rng = np.random.default_rng(options.seed + fold)
        train(network, encode(train_texts, vocabulary, options), train_labels, options, rng)
        fold_right = count_right(network, encode(test_texts, vocabulary, options), test_labels)
        right, tested = right + fold_right, tested + len(test_texts)
        print(f"part {fold + 1} of {len(splits)}: {fold_right / len(test_texts):.4f}", flush=True)
    record = {
        "value": right / tested,
        "minutes": (time.time() - start) / 60,
        "torch": torch.__version__,
        "threads": torch.get_num_threads(),
        "options": vars(options),
    }
    folder = pathlib.Path(__file__).parent / "results"
    folder.mkdir(exist_ok=True)
    name = f"{options.dataset}-{options.model}-{options.normalization}-{options.seed}.json"
    (folder / name).write_text(json.dumps(record, indent=2) + "\n")
    print(f"test accuracy {record['value']:.4f}, {record['minutes']:.1f} minutes")


if __name__ == "__main__":
    main()
