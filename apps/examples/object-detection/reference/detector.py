"""The recipe of object detection in PyTorch 1.13, with its own loss, decoding and average precision: needs numpy and torch only.

  node --conditions=@evenkeel/source decode-pictures.ts FOLDER
  OMP_NUM_THREADS=1 python3 detector.py FOLDER --normalization batch --seed 1 --out results
"""

import argparse, json, math, os, time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

HEIGHT, WIDTH, STRIDE = 240, 320, 16
CLASSES = ["RBC", "WBC", "Platelets"]
STAGES, PASSTHROUGH, ANCHORS = [[16], [24], [48], [96, 96]], 16, 5
PRIOR = -math.log(99)


def block(before, after, kernel=3, stride=1, norm=True):
    convolution = nn.Conv2d(before, after, kernel, stride, kernel // 2, bias=not norm)
    nn.init.kaiming_normal_(convolution.weight, mode="fan_out", nonlinearity="relu")
    if not norm: nn.init.zeros_(convolution.bias)
    return nn.Sequential(convolution, *([nn.BatchNorm2d(after)] if norm else []), nn.LeakyReLU(0.1))


class Detector(nn.Module):
    def __init__(self, anchors, norm):
        super().__init__()
        self.register_buffer("anchors", torch.tensor(anchors, dtype=torch.float32))
        width, self.stages = 3, nn.ModuleList()
        for channels in STAGES:
            widths = [width, *channels]
            self.stages.append(nn.Sequential(*[block(a, b, 3, 2 if i == 0 else 1, norm) for i, (a, b) in enumerate(zip(widths, channels))]))
            fine, width = width, channels[-1]
        self.passthrough = block(fine, PASSTHROUGH, 1, norm=norm)
        self.neck = block(width + 4 * PASSTHROUGH, width, norm=norm)
        self.head = nn.Conv2d(width, len(anchors) * (5 + len(CLASSES)), 1)
        nn.init.normal_(self.head.weight, 0, 0.01)
        with torch.no_grad():
            self.head.bias.zero_().view(len(anchors), -1)[:, 4] = PRIOR

    def forward(self, x):
        for stage in self.stages:
            fine, x = x, stage(x)
        x = torch.cat([x, F.pixel_unshuffle(self.passthrough(fine), 2)], 1)
        y = self.head(self.neck(x))
        return y.reshape(len(y), len(self.anchors), -1, *y.shape[2:])

    def edges(self, y):
        """Left, top, right and bottom in pixels, [n, anchors, 4, h, w]."""
        rows, columns = torch.meshgrid(torch.arange(y.shape[3]), torch.arange(y.shape[4]), indexing="ij")
        cells = torch.stack([columns, rows]).float() + 0.5
        middle = (2 * y[:, :, :2].sigmoid() - 1 + cells) * STRIDE
        half = y[:, :, 2:4].clamp(-4, 4).exp() * self.anchors[None, :, :, None, None] / 2
        return torch.cat([middle - half, middle + half], 2)


def overlaps(a, b):
    """Intersection over union of boxes [..., 4] that broadcast."""
    size = (torch.minimum(a[..., 2:], b[..., 2:]) - torch.maximum(a[..., :2], b[..., :2])).clamp(min=0)
    area = lambda c: (c[..., 2:] - c[..., :2]).clamp(min=0).prod(-1)
    common = size.prod(-1)
    return common / (area(a) + area(b) - common + 1e-9)


def complete_loss(a, b):
    iou, c = overlaps(a, b), torch.maximum(a[:, 2:], b[:, 2:]) - torch.minimum(a[:, :2], b[:, :2])
    distance = ((a[:, :2] + a[:, 2:] - b[:, :2] - b[:, 2:]) ** 2).sum(1) / 4
    angle = lambda e: torch.atan((e[:, 2] - e[:, 0]) / (e[:, 3] - e[:, 1] + 1e-7))
    v = 4 / math.pi**2 * (angle(a) - angle(b)) ** 2
    alpha = (v / (1 - iou + v + 1e-7)).detach()
    return 1 - iou + distance / ((c**2).sum(1) + 1e-7) + alpha * v


def detection_loss(model, y, truths):
    """Truths are a list of (boxes [m, 4], labels [m]) for each picture. Returns the total and its parts."""
    n, anchors, _, rows, columns = y.shape
    edges = model.edges(y).permute(0, 1, 3, 4, 2)
    target = torch.zeros(n, anchors, rows, columns, 4)
    label = torch.full((n, anchors, rows, columns), -1)
    weight = torch.ones(n, anchors, rows, columns)
    for image, (boxes, labels) in enumerate(truths):
        sizes = boxes[:, 2:] - boxes[:, :2]
        if len(boxes):
            best = overlaps(edges[image].detach()[..., None, :], boxes).amax(-1)
            weight[image][best > 0.6] = 0
        for k in torch.argsort(sizes.prod(1), descending=True, stable=True).tolist():
            common = torch.minimum(sizes[k], model.anchors).prod(1)
            fit = common / (sizes[k].prod() + model.anchors.prod(1) - common)
            x, y_ = ((boxes[k, :2] + boxes[k, 2:]) / 2 / STRIDE).tolist()
            column, row = min(columns - 1, max(0, int(math.floor(x)))), min(rows - 1, max(0, int(math.floor(y_))))
            places = [(row, column), (row, column + (-1 if x - column < 0.5 else 1)), (row + (-1 if y_ - row < 0.5 else 1), column)]
            for anchor in range(anchors):
                if anchor != int(fit.argmax()) and fit[anchor] < 0.5: continue
                for r, c in places:
                    if 0 <= r < rows and 0 <= c < columns:
                        target[image, anchor, r, c] = boxes[k]
                        label[image, anchor, r, c] = labels[k]
                        weight[image, anchor, r, c] = 1
    positive = label >= 0
    count = max(1, int(positive.sum()))
    goal = torch.zeros_like(weight)
    goal[positive] = overlaps(edges.detach()[positive], target[positive]).clamp(min=0.5)
    boxes = complete_loss(edges[positive], target[positive]).sum() / count
    objectness = (F.binary_cross_entropy_with_logits(y[:, :, 4], goal, reduction="none") * weight).sum() / count
    classes = F.cross_entropy(y[:, :, 5:].permute(0, 1, 3, 4, 2)[positive], label[positive], reduction="sum") / count
    return 5 * boxes + objectness + classes, boxes, objectness, classes


def detect(model, x, threshold=0.45, least=0.01, most=100):
    """For each picture rows of left, top, right, bottom, score and class, best first."""
    y = model(x)
    edges, chances = model.edges(y), y[:, :, 5:].softmax(2)
    scores = (y[:, :, 4:5].sigmoid() * chances.amax(2, keepdim=True))
    rows = torch.cat([edges, scores, chances.argmax(2, keepdim=True).float()], 2).permute(0, 1, 3, 4, 2).reshape(len(x), -1, 6)
    found = []
    for each in rows:
        each = each[each[:, 4] >= least]
        each, kept = each[each[:, 4].argsort(descending=True, stable=True)], []
        while len(each) and len(kept) < most:
            kept.append(each[0])
            each = each[1:][~((overlaps(each[1:, :4], each[0, :4]) > threshold) & (each[1:, 5] == each[0, 5]))]
        found.append(torch.stack(kept).numpy() if kept else np.zeros((0, 6)))
    return found


def average_precision(found, truths, label, threshold=0.5):
    """VOC from 2010 on: the area below the curve, where a box can be found once."""
    boxes = [b.numpy()[l.numpy() == label] for b, l in truths]
    rows = sorted(((r[4], i, r[:4]) for i, each in enumerate(found) for r in each if r[5] == label), key=lambda r: -r[0])
    used, right = [np.zeros(len(b), bool) for b in boxes], np.zeros(len(rows))
    for k, (_, image, box) in enumerate(rows):
        if len(boxes[image]) == 0: continue
        iou = overlaps(torch.tensor(box), torch.tensor(boxes[image])).numpy()
        best = iou.argmax()
        if iou[best] >= threshold and not used[image][best]:
            right[k], used[image][best] = 1, True
    recall = right.cumsum() / sum(map(len, boxes))
    precision = right.cumsum() / np.arange(1, len(rows) + 1)
    precision = np.maximum.accumulate(precision[::-1])[::-1]
    return float((np.diff(np.concatenate([[0], recall])) * precision).sum())


def read(folder, part):
    objects = json.load(open(os.path.join(folder, f"{part}.json")))
    pictures = np.fromfile(os.path.join(folder, f"{part}.u8"), np.uint8).reshape(len(objects), 3, HEIGHT, WIDTH)
    return [(torch.from_numpy(p), torch.tensor(o["boxes"]).reshape(-1, 4), torch.tensor(o["labels"], dtype=torch.long)) for p, o in zip(pictures, objects)]


def augment(picture, boxes, labels, random):
    x, boxes = picture.float(), boxes.clone()
    for axis, size in ((2, WIDTH), (1, HEIGHT)):
        if random.random() < 0.5:
            x, e = x.flip(axis), boxes.clone()
            low, high = (0, 2) if axis == 2 else (1, 3)
            boxes[:, low], boxes[:, high] = size - e[:, high], size - e[:, low]
    for _ in range(10):
        area, ratio = HEIGHT * WIDTH * random.uniform(0.75, 1), WIDTH / HEIGHT * math.exp(random.uniform(math.log(0.85), math.log(1.18)))
        w, h = round(math.sqrt(area * ratio)), round(math.sqrt(area / ratio))
        if w <= WIDTH and h <= HEIGHT: break
    else:
        w, h = WIDTH, HEIGHT
    left, top = random.integers(0, WIDTH - w + 1), random.integers(0, HEIGHT - h + 1)
    x = F.interpolate(x[None, :, top : top + h, left : left + w], (HEIGHT, WIDTH), mode="bilinear", align_corners=False)[0]
    area = (boxes[:, 2:] - boxes[:, :2]).prod(1)
    boxes = torch.stack([(boxes[:, 0::2] - left).clamp(0, w) * WIDTH / w, (boxes[:, 1::2] - top).clamp(0, h) * HEIGHT / h], 2).reshape(-1, 4)
    now = (boxes[:, 2:] - boxes[:, :2]).prod(1) * (w * h) / (WIDTH * HEIGHT)
    kept = ((boxes[:, 2:] - boxes[:, :2]) >= 1).all(1) & (now >= 0.3 * area)
    gray = lambda v: 0.299 * v[0] + 0.587 * v[1] + 0.114 * v[2]
    for change in random.permutation(3):
        factor = random.uniform(0.8, 1.2)
        x = [lambda: x * factor, lambda: gray(x).mean() * (1 - factor) + x * factor, lambda: gray(x) * (1 - factor) + x * factor][change]()
        x = x.clamp(0, 255)
    return x, boxes[kept], labels[kept]


def cluster(sizes, random):
    """K-means with the distance 1 - IoU of boxes with one middle; the best of ten attempts."""
    def fit(anchors):
        common = np.minimum(sizes[:, None], anchors).prod(2)
        return common / (sizes.prod(1)[:, None] + anchors.prod(1) - common)
    def attempt():
        anchors = sizes[random.permutation(len(sizes))[:ANCHORS]]
        for _ in range(300):
            member = fit(anchors).argmax(1)
            moved = np.stack([sizes[member == k].mean(0) if (member == k).any() else anchors[k] for k in range(ANCHORS)])
            if np.allclose(moved, anchors): break
            anchors = moved
        return fit(anchors).max(1).mean(), anchors[anchors.prod(1).argsort()].tolist()
    return max((attempt() for _ in range(10)), key=lambda found: found[0])[1]


def one_cycle(peak, step, steps, warm=0.15):
    top = warm * steps - 1
    blend = lambda a, b, share: b + (a - b) / 2 * (1 + math.cos(math.pi * share))
    return blend(peak / 25, peak, step / top) if step <= top else blend(peak, peak / 25e4, (step - top) / (steps - 1 - top))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("folder")
    for name, default in {"normalization": "batch", "epochs": 24, "batch-size": 4, "learning-rate": 0.002, "seed": 1, "out": "results"}.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    options = parser.parse_args()
    torch.manual_seed(options.seed)
    random = np.random.default_rng(options.seed)
    train, test = read(options.folder, "train") + read(options.folder, "validation"), read(options.folder, "test")
    pixels = torch.stack([p for p, _, _ in train]).float() / 255
    mean, deviation = pixels.mean((0, 2, 3))[:, None, None], pixels.std((0, 2, 3))[:, None, None]
    anchors = cluster(torch.cat([b[:, 2:] - b[:, :2] for _, b, _ in train]).numpy().astype(np.float64), np.random.default_rng(1))
    model = Detector(anchors, options.normalization == "batch")
    average = {name: value.clone() for name, value in model.state_dict().items()}
    optimizer, each = torch.optim.AdamW(model.parameters(), lr=options.learning_rate, weight_decay=5e-4), len(train) // options.batch_size
    start, step, steps = time.process_time(), 0, options.epochs * each
    for epoch in range(options.epochs):
        order, total = random.permutation(len(train)), 0.0
        for batch in range(each):
            chosen = [augment(*train[i], random) for i in order[batch * options.batch_size : (batch + 1) * options.batch_size]]
            x = (torch.stack([p for p, _, _ in chosen]) / 255 - mean) / deviation
            for group in optimizer.param_groups:
                group["lr"] = one_cycle(options.learning_rate, step, steps)
            loss = detection_loss(model, model(x), [(b, l) for _, b, l in chosen])[0]
            optimizer.zero_grad(), loss.backward(), optimizer.step()
            decay = 0 if step == 0 else min(0.995, (1 + step) / (10 + step))
            for name, value in model.state_dict().items():
                if value.is_floating_point():
                    average[name].mul_(decay).add_(value, alpha=1 - decay)
            step, total = step + 1, total + loss.item()
        print(f"epoch {epoch + 1}  loss {total / each:.4f}  {(time.process_time() - start) / 60:.1f} min", flush=True)
    minutes = (time.process_time() - start) / 60
    model.load_state_dict(average)
    model.eval()
    found = []
    with torch.no_grad():
        for picture, _, _ in test:
            found += detect(model, ((picture.float() / 255 - mean) / deviation)[None])
    truths = [(b, l) for _, b, l in test]
    scores = [average_precision(found, truths, label) for label in range(len(CLASSES))]
    print(dict(zip(CLASSES, scores)), float(np.mean(scores)))
    os.makedirs(options.out, exist_ok=True)
    settings = {name: value for name, value in vars(options).items() if name not in ("folder", "out")}
    record = {"value": float(np.mean(scores)), "classes": dict(zip(CLASSES, scores)), "minutes": minutes, **settings, "torch": torch.__version__}
    with open(os.path.join(options.out, f"bccd-{options.normalization}-{options.seed}.json"), "w") as file:
        file.write(json.dumps(record, indent=2) + "\n")


if __name__ == "__main__":
    main()
