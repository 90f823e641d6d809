"""The recipe of the example in PyTorch 1.13: the same data, network, batches, schedule and search.

EVENKEEL_DATA=<folder> python3 train.py --normalization batch --seed 1

Reads the published files of Multi30k, trains, translates test_2016_flickr, and writes results/multi30k-transformer-<normalization>-<seed>.json.
Checkpoints are written after each epoch, and a run that was interrupted goes on from the last one.
"""

import argparse
import json
import math
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from batches import IGNORED, make_batches, read_lines
from text import BOS, EOS, PAD, BytePairs, bleu, tokenize_13a

HERE = Path(__file__).parent


class MaskedBatchNorm(nn.BatchNorm1d):
    """Batch norm over the positions that are no padding; elsewhere the result is 0."""

    mask = None

    def forward(self, x):
        y = torch.zeros_like(x)
        y[self.mask] = super().forward(x[self.mask])
        return y


class EncoderLayer(nn.Module):
    """Norms stand at the beginning of the branches. Dropout is only that of what is added."""

    def __init__(self, width, heads, dropout, make_norm):
        super().__init__()
        self.self_attn = nn.MultiheadAttention(width, heads, batch_first=True)
        self.linear1, self.linear2 = nn.Linear(width, 2 * width), nn.Linear(2 * width, width)
        self.norm1, self.norm2 = make_norm(width), make_norm(width)
        self.drop = nn.Dropout(dropout)

    def forward(self, x, padding):
        y = self.norm1(x)
        x = x + self.drop(self.self_attn(y, y, y, key_padding_mask=padding, need_weights=False)[0])
        return x + self.drop(self.linear2(F.relu(self.linear1(self.norm2(x)))))


class Translator(nn.Module):
    def __init__(self, vocabulary, arguments):
        super().__init__()
        width, dropout = arguments.width, arguments.dropout
        make_norm = MaskedBatchNorm if arguments.normalization == "batch" else nn.LayerNorm
        self.width = width
        self.embedding = nn.Embedding(vocabulary, width, padding_idx=PAD)
        nn.init.normal_(self.embedding.weight, 0, width**-0.5)
        with torch.no_grad():
            self.embedding.weight[PAD].zero_()
        self.drop = nn.Dropout(dropout)
        self.encoder = nn.ModuleList(
            EncoderLayer(width, 4, dropout, make_norm) for _ in range(arguments.encoder_layers)
        )
        self.encoder_norm = make_norm(width)
        layers = [
            nn.TransformerDecoderLayer(width, 4, 2 * width, dropout, batch_first=True, norm_first=True)
            for _ in range(arguments.decoder_layers)
        ]
        for layer in layers:
            layer.dropout.p = layer.self_attn.dropout = layer.multihead_attn.dropout = 0.0
        self.decoder = nn.ModuleList(layers)
        self.decoder_norm = nn.LayerNorm(width)
        positions = torch.arange(512)[:, None] * 10_000 ** (-torch.arange(0, width, 2) / width)
        self.register_buffer("table", torch.stack([positions.sin(), positions.cos()], 2).flatten(1))

    def embed(self, tokens):
        return self.drop(self.embedding(tokens) * math.sqrt(self.width) + self.table[: tokens.shape[1]])

    def encode(self, source):
        padding = source == PAD
        for module in self.modules():
            if isinstance(module, MaskedBatchNorm):
                module.mask = ~padding
        x = self.embed(source)
        for layer in self.encoder:
            x = layer(x, padding)
        return self.encoder_norm(x), padding

    def decode(self, target, memory, padding):
        later = torch.ones(target.shape[1], target.shape[1], dtype=torch.bool).triu(1)
        x = self.embed(target)
        for layer in self.decoder:
            x = layer(x, memory, tgt_mask=later, memory_key_padding_mask=padding)
        return self.decoder_norm(x)

    def forward(self, source, target):
        return self.decode(target, *self.encode(source)) @ self.embedding.weight.T


@torch.no_grad()
def compute_exact_statistics(model, pairs, batch_tokens):
    """Replaces the running statistics by the means over all batches of the training pairs, without dropout."""
    norms = [module for module in model.modules() if isinstance(module, MaskedBatchNorm)]
    model.eval()
    for norm in norms:
        norm.reset_running_stats()
        norm.momentum = None
        norm.train()
    for source, _, _ in make_batches(pairs, batch_tokens, None):
        model.encode(source)


@torch.no_grad()
def translate(model, source, beams, encoding):
    """Beam search by the mean log probability, as `beamSearch`, without a cache."""
    memory, padding = model.encode(torch.tensor([encoding.encode(source) + [EOS]]))
    longest = round(1.5 * memory.shape[1]) + 10
    opened, ended = [([], 0.0)], []
    for length in range(1, longest + 1):
        target = torch.tensor([[BOS] + tokens for tokens, _ in opened])
        count = len(opened)
        y = model.decode(target, memory.expand(count, -1, -1), padding.expand(count, -1))[:, -1]
        logs = F.log_softmax(y @ model.embedding.weight.T, 1) + torch.tensor([[total] for _, total in opened])
        values, places = logs.flatten().topk(min(2 * beams, logs.numel()))
        following = []
        for rank, (value, place) in enumerate(zip(values.tolist(), places.tolist())):
            parent, token = divmod(place, logs.shape[1])
            tokens = opened[parent][0]
            if token != EOS and len(following) < beams:
                following.append((tokens + [token], value))
            elif token == EOS and rank < beams:
                ended.append((value / (len(tokens) + 1), tokens))
        opened = following
        ended.sort(reverse=True, key=lambda text: text[0])
        if len(ended) >= beams and opened[0][1] / length <= ended[beams - 1][0]:
            break
    else:
        ended += [(total / longest, tokens) for tokens, total in opened]
    return encoding.decode(max(ended, key=lambda text: text[0])[1])


def train(arguments):
    torch.manual_seed(arguments.seed)
    texts = {part: (read_lines(f"{part}.en"), read_lines(f"{part}.de")) for part in ("train", "val", "test_2016_flickr")}
    texts["train"] = tuple(side[: arguments.pairs or None] for side in texts["train"])
    encoding = BytePairs([*texts["train"][0], *texts["train"][1]], arguments.vocabulary)
    encoded = {part: [(encoding.encode(s), encoding.encode(t)) for s, t in zip(*sides)] for part, sides in texts.items()}
    model = Translator(len(encoding.tokens), arguments)
    optimizer = torch.optim.Adam(model.parameters(), lr=arguments.learning_rate, betas=(0.9, 0.98))
    per_epoch = sum(1 for _ in make_batches(encoded["train"], arguments.batch_tokens, None))
    steps = arguments.epochs * per_epoch
    warm_up = min(arguments.warm_up, round(steps / 4))

    def rate(step):
        if step < warm_up:
            return step / warm_up
        return (1 + math.cos(math.pi * min(1, (step - warm_up) / (steps - warm_up)))) / 2

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    results = HERE / "results"
    results.mkdir(exist_ok=True)
    name = f"multi30k-transformer-{arguments.normalization}-{arguments.seed}"
    saved = Path(arguments.checkpoints) / f"{name}.pt"
    begun, seconds = 0, 0.0
    if saved.exists():
        state = torch.load(saved)
        begun, seconds = state["epoch"], state["seconds"]
        for part, values in ((model, "model"), (optimizer, "optimizer"), (schedule, "schedule")):
            part.load_state_dict(state[values])
    for epoch in range(begun, arguments.epochs):
        generator = np.random.default_rng([arguments.seed, epoch])
        start = time.process_time()
        for source, target, labels in make_batches(encoded["train"], arguments.batch_tokens, generator):
            logits = model(source, target)
            loss = F.cross_entropy(
                logits.flatten(0, 1), labels.flatten(), ignore_index=IGNORED, label_smoothing=0.1
            )
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
        seconds += time.process_time() - start
        model.eval()
        with torch.no_grad():
            sums = [0.0, 0]
            for source, target, labels in make_batches(encoded["val"], arguments.batch_tokens, None):
                logits = model(source, target).flatten(0, 1)
                sums[0] += F.cross_entropy(logits, labels.flatten(), ignore_index=IGNORED, reduction="sum").item()
                sums[1] += int((labels != IGNORED).sum())
        model.train()
        print(f"epoch {epoch + 1}: loss {loss.item():.3f}, validation perplexity {math.exp(sums[0] / sums[1]):.2f}", flush=True)
        saved.parent.mkdir(parents=True, exist_ok=True)
        parts = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict()}
        torch.save({"epoch": epoch + 1, "seconds": seconds, **parts}, saved)
    if arguments.exact_statistics:
        compute_exact_statistics(model, encoded["train"], arguments.batch_tokens)
    model.eval()
    sources, references = (side[: arguments.tested or None] for side in texts["test_2016_flickr"])
    found = [translate(model, source, arguments.beams, encoding) for source in sources]
    score = bleu(found, references)
    repeating = sum(len(tokenize_13a(one)) > 2 * len(tokenize_13a(other)) for one, other in zip(found, references))
    print(
        f"BLEU {score:.2f} of {len(sources)} sentences, {repeating} more than twice as long as the reference, "
        f"{seconds / 60:.1f} minutes of the processor"
    )
    if arguments.pairs == 0 and arguments.tested == 0 and not arguments.exact_statistics:
        record = {
            "value": score,
            "metric": "BLEU, cased, 13a",
            "minutes": seconds / 60,
            "software": f"PyTorch {torch.__version__}, {torch.get_num_threads()} threads",
            "date": time.strftime("%Y-%m-%d", time.gmtime()),
            "command": f"python3 train.py --normalization {arguments.normalization} --seed {arguments.seed}",
        }
        (results / f"{name}.json").write_text(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--normalization", choices=["batch", "layer"], default="batch")
    for option, default in (
        ("seed", 1),
        ("epochs", 10),
        ("vocabulary", 3000),
        ("width", 128),
        ("encoder-layers", 3),
        ("decoder-layers", 2),
        ("batch-tokens", 1200),
        ("warm-up", 400),
        ("beams", 5),
        ("pairs", 0),
        ("tested", 0),
    ):
        parser.add_argument(f"--{option}", type=int, default=default)
    parser.add_argument("--dropout", type=float, default=0.1)
    parser.add_argument("--learning-rate", type=float, default=5e-3)
    parser.add_argument("--checkpoints", default="runs/reference", help="the folder for checkpoints")
    parser.add_argument("--exact-statistics", action="store_true", help="translates with them, and records nothing")
    train(parser.parse_args())
