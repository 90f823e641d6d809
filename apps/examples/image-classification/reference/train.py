"""The recipe of the example for ResNet-20 in PyTorch, as a reference for its figures.

    EVENKEEL_DATA=<folder> python3 reference/train.py --dataset cifar10-subset --epochs 40 --augment crop-flip --seed 1

Writes reference/results/<dataset>-resnet20-<normalization>-<seed>.json with the test accuracy of the last epoch.
"""

import argparse
import gzip
import json
import math
import os
import time
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HELD_OUT = 2000


def read_idx(path):
    data = gzip.decompress(path.read_bytes())
    rank = data[3]
    shape = np.frombuffer(data, ">u4", rank, 4)
    return np.frombuffer(data, np.uint8, offset=4 + 4 * rank).reshape(shape)


def read_cifar(path):
    records = np.frombuffer(path.read_bytes(), np.uint8).reshape(-1, 3073)
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def read_set(name):
    folder = Path(os.environ["EVENKEEL_DATA"]) / name
    if name == "cifar10-subset":
        return read_cifar(folder / "subset_train_10000.bin"), read_cifar(folder / "subset_test_2000.bin")
    parts = []
    for part in ("train", "t10k"):
        images = read_idx(folder / f"{part}-images-idx3-ubyte.gz")[:, None]
        parts.append((images, read_idx(folder / f"{part}-labels-idx1-ubyte.gz")))
    return parts


class Block(nn.Module):
    """Two convolutions; the shortcut around a change of shape has no parameters (option A of He et al. 2016)."""

    def __init__(self, before, after, has_norm):
        super().__init__()
        self.stride = 1 if before == after else 2
        self.conv1 = nn.Conv2d(before, after, 3, self.stride, 1, bias=not has_norm)
        self.bn1 = nn.BatchNorm2d(after) if has_norm else nn.Identity()
        self.conv2 = nn.Conv2d(after, after, 3, 1, 1, bias=not has_norm)
        self.bn2 = nn.BatchNorm2d(after) if has_norm else nn.Identity()
        self.added = after - before

    def forward(self, x):
        y = self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x)))))
        shortcut = x[:, :, :: self.stride, :: self.stride]
        return F.relu(y + F.pad(shortcut, (0, 0, 0, 0, 0, self.added)))


class ResNet20(nn.Module):
    def __init__(self, in_channels, width, has_norm):
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, width, 3, 1, 1, bias=not has_norm)
        self.bn1 = nn.BatchNorm2d(width) if has_norm else nn.Identity()
        channels = [width] + [width * 2**stage for stage in range(3) for _ in range(3)]
        self.blocks = nn.Sequential(*(Block(a, b, has_norm) for a, b in zip(channels, channels[1:])))
        self.fc = nn.Linear(4 * width, 10)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x):
        x = self.blocks(F.relu(self.bn1(self.conv1(x))))
        return self.fc(x.mean((2, 3)))


def augment(x, black, random):
    """Shifts images by up to an eighth of their size, which leaves black pixels, and flips half of them."""
    size = x.shape[-1]
    most = size // 8
    padded = F.pad(x - black, (most,) * 4) + black
    out = torch.empty_like(x)
    for index in range(len(x)):
        top, left = random.integers(0, 2 * most + 1, 2)
        image = padded[index, :, top : top + size, left : left + size]
        out[index] = image.flip(-1) if random.random() < 0.5 else image
    return out


def compute_rate(step, steps, warm_up, peak):
    if step < warm_up:
        return peak * step / warm_up
    return peak * 0.5 * (1 + math.cos(math.pi * (step - warm_up) / max(1, steps - warm_up)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--dataset", choices=("fashion-mnist", "cifar10-subset"), default="fashion-mnist")
    parser.add_argument("--normalization", choices=("batch", "none"), default="batch")
    parser.add_argument("--augment", choices=("none", "crop-flip"), default="none")
    for flag, kind, default in (
        ("width", int, 16),
        ("epochs", int, 3),
        ("warm-up", int, 0),
        ("batch-size", int, 128),
        ("learning-rate", float, 0.05),
        ("label-smoothing", float, 0),
        ("seed", int, 1),
        ("images", int, 0),
    ):
        parser.add_argument(f"--{flag}", type=kind, default=default)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    (images, labels), (test_images, test_labels) = read_set(options.dataset)
    order = random.permutation(len(images))[HELD_OUT:]
    order = order[: options.images or None]
    mean = images[order].mean((0, 2, 3), keepdims=True) / 255
    std = (images[order] / np.float32(255)).std((0, 2, 3), keepdims=True)

    def prepare(pixels):
        return torch.from_numpy(((pixels / np.float32(255) - mean) / std).astype(np.float32))

    black = torch.from_numpy((-mean / std).astype(np.float32))
    x, y = prepare(images[order]), torch.from_numpy(labels[order].astype(np.int64))
    model = ResNet20(x.shape[1], options.width, options.normalization == "batch")
    # Biases and the parameters of norms do not decay.
    groups = [
        {"params": [p for p in model.parameters() if p.dim() > 1], "weight_decay": 5e-4},
        {"params": [p for p in model.parameters() if p.dim() == 1]},
    ]
    optimizer = torch.optim.SGD(groups, options.learning_rate, momentum=0.9)
    per_epoch = len(x) // options.batch_size
    steps, step, start = options.epochs * per_epoch, 0, time.time()
    for epoch in range(options.epochs):
        model.train()
        for batch in torch.from_numpy(random.permutation(len(x))[: per_epoch * options.batch_size]).split(options.batch_size):
            rate = compute_rate(step, steps, options.warm_up * per_epoch, options.learning_rate)
            for group in optimizer.param_groups:
                group["lr"] = rate
            inputs = x[batch] if options.augment == "none" else augment(x[batch], black, random)
            loss = F.cross_entropy(model(inputs), y[batch], label_smoothing=options.label_smoothing)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
        print(f"epoch {epoch + 1}/{options.epochs}  loss {loss.item():.3f}  {time.time() - start:.0f} s", flush=True)
    minutes = (time.time() - start) / 60
    model.eval()
    with torch.no_grad():
        right = sum(
            (model(prepare(part)).argmax(1).numpy() == truth).sum()
            for part, truth in zip(np.array_split(test_images, 20), np.array_split(test_labels, 20))
        )
    value = float(right) / len(test_labels)
    record = {**vars(options), "metric": "test accuracy", "value": value, "minutes": minutes, "torch": torch.__version__}
    name = f"{options.dataset}-resnet20-{options.normalization}-{options.seed}.json"
    path = Path(__file__).parent / "results" / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(record, indent=2) + "\n")
    print(f"test accuracy {value:.4f}, {minutes:.1f} minutes: {path}")


main()
