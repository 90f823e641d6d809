"""Writes batch-norm.json: what PyTorch computes in float64, for tests on machines without PyTorch.

Run it with a Python that has torch; the values depend on nothing else. Inputs are multiples of 1/4096, which float32 holds
exactly; results have 9 significant digits.
"""

import json
from pathlib import Path

import torch
import torch.nn.functional as F

generator = torch.Generator().manual_seed(20)


def values(*shape, low=-2.0, high=2.0):
    x = torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return torch.round(x * 4096) / 4096


def plain(tensor):
    if tensor is None:
        return None
    data = [float(f"{value:.9g}") for value in tensor.detach().flatten().tolist()]
    return {"shape": list(tensor.shape), "data": data}


def channels_last(x):
    return None if x is None else x.movedim(1, -1).contiguous()


def batch_norm_case(name, shape, training=True, affine=True, momentum=0.1, epsilon=1e-5, activation="none", residual=False, axis=1, mean=0.0):
    channels = shape[1]
    x = (values(*shape) + mean).requires_grad_(True)
    scale = values(channels, low=0.5, high=1.5).requires_grad_(True) if affine else None
    shift = values(channels).requires_grad_(True) if affine else None
    added = values(*shape).requires_grad_(True) if residual else None
    running_mean, running_variance = values(channels), values(channels, low=0.5, high=2.0)
    before = running_mean.clone(), running_variance.clone()
    y = F.batch_norm(x, running_mean, running_variance, scale, shift, training, momentum, epsilon)
    if residual:
        y = y + added
    y = {"none": y, "relu": F.relu(y), "leakyRelu": F.leaky_relu(y, 0.1)}[activation]
    dy = values(*shape)
    wanted = [value for value in (x, scale, shift, added) if value is not None]
    gradients = dict(zip(map(id, wanted), torch.autograd.grad(y, wanted, dy)))
    gradient = lambda value: None if value is None else gradients[id(value)]
    layout = channels_last if axis == -1 else lambda value: value
    return {
        "name": name,
        "options": {
            "training": training,
            "momentum": momentum,
            "epsilon": epsilon,
            "activation": activation,
            "axis": axis,
        },
        "inputs": {
            "x": plain(layout(x)),
            "scale": plain(scale),
            "shift": plain(shift),
            "residual": plain(layout(added)),
            "runningMean": plain(before[0]),
            "runningVariance": plain(before[1]),
            "dy": plain(layout(dy)),
        },
        "expected": {
            "y": plain(layout(y)),
            "runningMean": plain(running_mean),
            "runningVariance": plain(running_variance),
            "dx": plain(layout(gradient(x))),
            "dScale": plain(gradient(scale)),
            "dShift": plain(gradient(shift)),
            "dResidual": plain(layout(gradient(added))),
        },
    }


cases = [
    batch_norm_case("two dimensions", (6, 5)),
    batch_norm_case("three dimensions", (3, 4, 5)),
    batch_norm_case("images", (2, 3, 4, 5)),
    batch_norm_case("volumes", (2, 3, 2, 3, 2)),
    batch_norm_case("channels last", (2, 5, 3, 4), axis=-1),
    batch_norm_case("one channel", (4, 1, 3, 3)),
    batch_norm_case("without scale and shift", (3, 4, 5), affine=False),
    batch_norm_case("inference", (2, 3, 4, 5), training=False),
    batch_norm_case("inference, channels last", (2, 3, 4, 5), training=False, axis=-1),
    batch_norm_case("momentum 1", (3, 4, 5), momentum=1.0),
    batch_norm_case("momentum 0", (3, 4, 5), momentum=0.0),
    batch_norm_case("large epsilon", (3, 4, 5), epsilon=0.5),
    batch_norm_case("relu", (2, 3, 4, 5), activation="relu"),
    batch_norm_case("leaky relu", (2, 3, 4, 5), activation="leakyRelu"),
    batch_norm_case("residual and relu", (2, 3, 4, 5), activation="relu", residual=True),
    batch_norm_case("residual and relu, channels last", (2, 3, 4, 5), activation="relu", residual=True, axis=-1),
    batch_norm_case("inference with residual and relu", (2, 3, 4, 5), training=False, activation="relu", residual=True),
    batch_norm_case("large mean", (4, 3, 5), mean=100.0),
]
path = Path(__file__).parent / "batch-norm.json"
path.write_text(json.dumps({"pytorch": torch.__version__, "cases": cases}, separators=(",", ":")) + "\n")
