"""The networks of the bench, with the names of its weights."""
import torch
import torch.nn.functional as F


class Perceptron(torch.nn.Sequential):
    def __init__(self, inputs, hidden, classes):
        layers, width = [torch.nn.Flatten()], inputs
        for size in hidden:
            layers += [torch.nn.Linear(width, size, bias=False), torch.nn.BatchNorm1d(size), torch.nn.ReLU()]
            width = size
        super().__init__(*layers, torch.nn.Linear(width, classes))


class Block(torch.nn.Module):
    """The shortcut where the shape changes: a projection, or every second pixel and zeros (option B or A)."""

    def __init__(self, inputs, channels, stride, projects):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(inputs, channels, 3, stride, 1, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(channels)
        self.conv2 = torch.nn.Conv2d(channels, channels, 3, 1, 1, bias=False)
        self.bn2 = torch.nn.BatchNorm2d(channels)
        self.stride, self.added = stride, channels - inputs
        self.downsample = None
        if projects and (self.added or stride > 1):
            self.downsample = torch.nn.Sequential(
                torch.nn.Conv2d(inputs, channels, 1, stride, bias=False), torch.nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        if self.downsample is not None:
            x = self.downsample(x)
        elif self.added or self.stride > 1:
            x = F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))
        return torch.relu(y + x)


class Bottleneck(torch.nn.Module):
    """A 3x3 convolution, which has the stride, between two of 1x1, of which the last has four times the channels."""

    def __init__(self, inputs, channels, stride, projects):
        super().__init__()
        nn, hidden = torch.nn, channels // 4
        self.conv1, self.bn1 = nn.Conv2d(inputs, hidden, 1, bias=False), nn.BatchNorm2d(hidden)
        self.conv2, self.bn2 = nn.Conv2d(hidden, hidden, 3, stride, 1, bias=False), nn.BatchNorm2d(hidden)
        self.conv3, self.bn3 = nn.Conv2d(hidden, channels, 1, bias=False), nn.BatchNorm2d(channels)
        self.downsample = None
        if inputs != channels or stride > 1:
            self.downsample = nn.Sequential(
                nn.Conv2d(inputs, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x):
        y = torch.relu(self.bn1(self.conv1(x)))
        y = self.bn3(self.conv3(torch.relu(self.bn2(self.conv2(y)))))
        return torch.relu(y + (x if self.downsample is None else self.downsample(x)))


class ResNet(torch.nn.Module):
    """He et al. 2016, with torchvision's names."""

    def __init__(self, classes, kernel, stride, pools, channels, blocks, projects, stem=None, kind=Block):
        super().__init__()
        width = stem or channels[0]
        self.conv1 = torch.nn.Conv2d(3, width, kernel, stride, kernel // 2, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(width)
        self.pools, self.stages = pools, len(channels)
        for stage, size in enumerate(channels):
            layers = []
            for block in range(blocks[stage]):
                layers.append(kind(width, size, 2 if stage > 0 and block == 0 else 1, projects))
                width = size
            setattr(self, f"layer{stage + 1}", torch.nn.Sequential(*layers))
        self.fc = torch.nn.Linear(width, classes)

    def forward(self, x):
        x = torch.relu(self.bn1(self.conv1(x)))
        if self.pools:
            x = F.max_pool2d(x, 3, 2, 1)
        for stage in range(self.stages):
            x = getattr(self, f"layer{stage + 1}")(x)
        return self.fc(x.mean((2, 3)))


class TransformerBlock(torch.nn.TransformerEncoderLayer):
    def __init__(self, width, heads, hidden, classes):
        super().__init__(width, heads, hidden, dropout=0.0, batch_first=True)
        self.fc = torch.nn.Linear(width, classes)

    def forward(self, x):
        return self.fc(super().forward(x).mean(1))


class Mean(torch.nn.Module):
    def forward(self, x):
        return x.mean((2, 3))


def separable_block(channels, classes):
    """A depthwise and a pointwise convolution of MobileNet (Howard et al. 2017)."""
    nn = torch.nn
    return nn.Sequential(
        nn.Conv2d(channels, channels, 3, padding=1, groups=channels, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
        nn.Conv2d(channels, channels, 1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
        Mean(), nn.Linear(channels, classes),
    )


wide = {"channels": (64, 128, 256, 512), "blocks": (2, 2, 2, 2), "projects": True}
large = {"kernel": 7, "stride": 2, "pools": True}
resnet50 = {
    **large, "channels": (256, 512, 1024, 2048), "blocks": (3, 4, 6, 3), "projects": True, "stem": 64, "kind": Bottleneck
}
resnets = {
    "resnet20": {
        "kernel": 3, "stride": 1, "pools": False, "channels": (16, 32, 64), "blocks": (3, 3, 3), "projects": False
    },
    "resnet18-small": {"kernel": 3, "stride": 1, "pools": False, **wide},
    "resnet18": {**large, **wide},
    "resnet50-small": resnet50,
    "resnet50": resnet50,
}


def conv_stack(channels, layers):
    """Convolutions, each with batch norm and ReLU."""
    nn = torch.nn
    parts = []
    for _ in range(layers):
        parts += [nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU()]
    return nn.Sequential(*parts)


def build(task, channels, classes):
    """The network of a task, for images of this many channels."""
    model = task["model"]
    if model == "mlp":
        return Perceptron(**task["perceptron"], classes=classes)
    if model == "transformer-block":
        return TransformerBlock(**task["transformer"], classes=classes)
    if model == "separable-block":
        return separable_block(channels, classes)
    if model == "conv-stack":
        return conv_stack(channels, task["convStack"]["layers"])
    return ResNet(classes, **resnets[model])


def fold_batch_norms(model):
    """Folds each batch norm into the convolution before it."""
    for module in model.modules():
        children = list(module.named_children())
        for (first, conv), (second, norm) in zip(children, children[1:]):
            if isinstance(conv, torch.nn.Conv2d) and isinstance(norm, torch.nn.BatchNorm2d):
                setattr(module, first, torch.nn.utils.fusion.fuse_conv_bn_eval(conv, norm))
                setattr(module, second, torch.nn.Identity())
