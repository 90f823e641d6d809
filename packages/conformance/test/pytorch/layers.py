"""Networks, and layers that PyTorch 1.13 lacks, by the definitions in their papers, with torchvision's names."""

import torch
import torch.nn.functional as F
from torch import nn


class Call(nn.Module):
    """A function as a layer."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, *x):
        return self.function(*x)


def without_bias(layer):
    layer.bias = None
    return layer


class RMSNorm(nn.Module):
    """As `nn.RMSNorm` of PyTorch 2.4."""

    def __init__(self, shape, eps=2.0**-23, affine=True):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(shape)) if affine else None
        self.axes = [-1 - axis for axis in range(len(shape))]
        self.eps = eps

    def forward(self, x):
        y = x / (x.pow(2).mean(self.axes, keepdim=True) + self.eps).sqrt()
        return y if self.weight is None else y * self.weight


class StandardizedConv2d(nn.Conv2d):
    """Qiao et al. 2019, with the epsilon of timm's ResNetV2."""

    def forward(self, x):
        rows = self.weight.reshape(1, self.out_channels, -1)
        weight = F.batch_norm(rows, None, None, training=True, eps=1e-6).reshape(self.weight.shape)
        return self._conv_forward(x, weight, self.bias)


class BatchRenorm(nn.BatchNorm2d):
    """Ioffe 2017, for inputs of any rank."""

    def __init__(self, channels, r_max, d_max, **options):
        super().__init__(channels, **options)
        self.r_max, self.d_max = r_max, d_max

    def _check_input_dim(self, x):
        pass

    def forward(self, x):
        if not self.training:
            return super().forward(x)
        axes = [0, *range(2, x.dim())]
        spread = lambda values: values.reshape(1, -1, *[1] * (x.dim() - 2))
        mean = x.mean(axes)
        deviation = (x.var(axes, unbiased=False) + self.eps).sqrt()
        running = (self.running_var + self.eps).sqrt()
        r = (deviation / running).clamp(1 / self.r_max, self.r_max).detach()
        d = ((mean - self.running_mean) / running).clamp(-self.d_max, self.d_max).detach()
        with torch.no_grad():
            super().forward(x)
        y = (x - spread(mean)) / spread(deviation) * spread(r) + spread(d)
        return y * spread(self.weight) + spread(self.bias)


class GhostBatchNorm(nn.BatchNorm2d):
    """Hoffer et al. 2017: each part of the batch by its own statistics."""

    def __init__(self, channels, size):
        super().__init__(channels)
        self.size = size

    def forward(self, x):
        return torch.cat([super(GhostBatchNorm, self).forward(part) for part in x.split(self.size)])


class MaskedBatchNorm(nn.BatchNorm1d):
    """Of sequences [n, c, w], of which the mask [n, w] selects values; the others become 0."""

    def forward(self, x, mask):
        rows = x.transpose(1, 2)
        y = torch.zeros_like(rows)
        y[mask] = super().forward(rows[mask])
        return y.transpose(1, 2)


def conv_norm(inputs, outputs, kernel=3, stride=1, groups=1, activation=nn.ReLU, dilation=1):
    padding = (kernel - 1) * dilation // 2
    conv = nn.Conv2d(inputs, outputs, kernel, stride, padding, dilation, groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs), *([] if activation is None else [activation()]))


class BasicBlock(nn.Module):
    """He et al. 2016; a padded shortcut is their option A."""

    def __init__(self, inputs, outputs, stride=1, normed=True, padded=False):
        super().__init__()
        norm = nn.BatchNorm2d if normed else lambda _: nn.Identity()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=not normed)
        self.bn1 = norm(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=not normed)
        self.bn2 = norm(outputs)
        self.stride, self.added = stride, outputs - inputs
        self.downsample = None
        if not padded and (stride != 1 or inputs != outputs):
            conv = nn.Conv2d(inputs, outputs, 1, stride, bias=not normed)
            self.downsample = nn.Sequential(conv, norm(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(y)) + self.shortcut(x))

    def shortcut(self, x):
        if self.downsample is not None:
            return self.downsample(x)
        return F.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.added))


class Bottleneck(nn.Module):
    """He et al. 2016, with the stride at the 3x3 convolution."""

    def __init__(self, inputs, outputs, width, stride=1, groups=1):
        super().__init__()
        self.conv1, self.bn1 = conv_norm(inputs, width, 1, activation=None)
        self.conv2, self.bn2 = conv_norm(width, width, 3, stride, groups, activation=None)
        self.conv3, self.bn3 = conv_norm(width, outputs, 1, activation=None)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = conv_norm(inputs, outputs, 1, stride, activation=None)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = F.relu(self.bn2(self.conv2(y)))
        return F.relu(self.bn3(self.conv3(y)) + (x if self.downsample is None else self.downsample(x)))


class SqueezeExcitation(nn.Module):
    """Hu et al. 2018."""

    def __init__(self, channels, squeezed, scale=F.sigmoid):
        super().__init__()
        self.fc1 = nn.Conv2d(channels, squeezed, 1)
        self.fc2 = nn.Conv2d(squeezed, channels, 1)
        self.scale = scale

    def forward(self, x):
        return x * self.scale(self.fc2(F.relu(self.fc1(x.mean((2, 3), keepdim=True)))))


class InvertedResidual(nn.Module):
    """Sandler et al. 2018."""

    def __init__(self, inputs, outputs, expansion, stride=1, kernel=3):
        super().__init__()
        hidden = inputs * expansion
        expand = [] if expansion == 1 else [conv_norm(inputs, hidden, 1, activation=nn.ReLU6)]
        depthwise = conv_norm(hidden, hidden, kernel, stride, hidden, nn.ReLU6)
        self.conv = nn.Sequential(*expand, depthwise, *conv_norm(hidden, outputs, 1, activation=None))
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return self.conv(x) + x if self.adds else self.conv(x)


class SqueezedInvertedResidual(nn.Module):
    """Howard et al. 2019, MobileNetV3."""

    def __init__(self, inputs, outputs, hidden, squeezed, activation, stride=1):
        super().__init__()
        self.block = nn.Sequential(
            conv_norm(inputs, hidden, 1, activation=activation),
            conv_norm(hidden, hidden, 3, stride, hidden, activation),
            *([] if squeezed is None else [SqueezeExcitation(hidden, squeezed, F.hardsigmoid)]),
            conv_norm(hidden, outputs, 1, activation=None),
        )
        self.adds = stride == 1 and inputs == outputs

    def forward(self, x):
        return self.block(x) + x if self.adds else self.block(x)


class LearnedEncoding(nn.Module):
    """Of sequences [length, n, size]."""

    def __init__(self, length, size):
        super().__init__()
        self.weight = nn.Parameter(torch.zeros(length, size))

    def forward(self, x):
        return x + self.weight[: len(x), None]


def angles(length, pairs, base=10_000.0):
    rates = base ** (-torch.arange(pairs, dtype=torch.float64) / pairs)
    return torch.arange(length, dtype=torch.float64)[:, None] * rates


def rounded(table):
    """Sines and cosines are a table in f32."""
    return table.float().to(torch.get_default_dtype())


def sinusoids(length, size):
    """Vaswani et al. 2017, section 3.5."""
    turned = angles(length, size // 2)
    return rounded(torch.stack([turned.sin(), turned.cos()], -1).flatten(-2))


def rotate(x, axis):
    """Su et al. 2021, of sequences [..., length, size]; the two values of a pair are apart along the axis."""
    turned = angles(*x.shape[-2:-1], x.shape[-1] // 2)
    cos, sin = rounded(turned.cos()), rounded(turned.sin())
    a, b = x.unflatten(-1, (-1, 2) if axis == -1 else (2, -1)).unbind(axis)
    return torch.stack([a * cos - b * sin, b * cos + a * sin], axis).flatten(-2)


def convnet():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, padding=1, bias=False),
        nn.BatchNorm2d(16),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(16, 10),
    )


class ResNet18(nn.Module):
    """He et al. 2015, with the attribute names of torchvision's resnet18."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 64, 7, 2, 3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        widths = [64, 64, 128, 256, 512]
        for index in range(1, 5):
            first = BasicBlock(widths[index - 1], widths[index], 1 if index == 1 else 2)
            setattr(self, f"layer{index}", nn.Sequential(first, BasicBlock(widths[index], widths[index], 1)))
        self.fc = nn.Linear(512, 1000)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.fc(torch.flatten(F.adaptive_avg_pool2d(x, 1), 1))
