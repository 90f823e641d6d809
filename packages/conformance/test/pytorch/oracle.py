"""Answers questions with PyTorch. Reads one JSON request from standard input, writes one JSON answer.

evaluate    values and gradients of expressions, in float64
optimize    values, or their averages, after every step of an optimizer, in float32 and float64
module      values and gradients of a module, and its state after steps of gradient descent, in float64
train       loss of every step of a training run of `model` or a small network, and the state after it, in float32 and float64
schedule    learning rates of a scheduler, step by step
names       the classes that a module exports
resnet18    logits of a ResNet-18 with torchvision's names, from or into a safetensors file
"""

import importlib
import inspect
import json
import struct
import sys

import torch
import torch.nn.functional as F
from torch import nn


def to_tensor(value, dtype):
    integer = value.get("dtype") == "i32"
    tensor = torch.tensor(value["data"], dtype=torch.int64 if integer else dtype).reshape(value["shape"])
    return tensor if integer else tensor.requires_grad_(True)


def to_json(tensor):
    if tensor is None:
        return None
    return {"shape": list(tensor.shape), "data": tensor.detach().double().flatten().tolist()}


def evaluate(question):
    x = [None if value is None else to_tensor(value, torch.float64) for value in question["inputs"]]
    state = {name: to_tensor(value, torch.float64).detach() for name, value in question.get("state", {}).items()}
    result = eval(question["expression"], {"torch": torch, "F": F, "x": x, "state": state})
    outputs = list(result) if isinstance(result, tuple) else [result]
    wanted = [value for value in x if value is not None and value.requires_grad]
    dy = [to_tensor(value, torch.float64).detach() for value in question["outputGradients"]]
    given = [(y, d) for y, d in zip(outputs, dy) if y.requires_grad]
    gradients = torch.autograd.grad([y for y, _ in given], wanted, [d for _, d in given], allow_unused=True) if given else []
    by_id = {id(value): gradient for value, gradient in zip(wanted, gradients)}
    return {
        "outputs": [to_json(y) for y in outputs],
        "gradients": [to_json(by_id.get(id(value))) for value in x],
        "state": {name: to_json(value) for name, value in state.items()},
    }


def as_list(value):
    """The tensors of nested results, in order."""
    if isinstance(value, (tuple, list)):
        return [tensor for part in value for tensor in as_list(part)]
    return [] if value is None else [value]


def module(question):
    m = eval(question["model"], {"nn": nn, "torch": torch}).double()
    m.load_state_dict({name: to_tensor(value, torch.float64).detach() for name, value in question["state"].items()})
    x = [to_tensor(value, torch.float64) for value in question["inputs"]]
    dy = [to_tensor(value, torch.float64).detach() for value in question["outputGradients"]]
    run = lambda: as_list(eval(question["call"], {"torch": torch, "F": F, "m": m, "x": x}))
    lose = lambda outputs: sum((y * d).sum() for y, d in zip(outputs, dy))
    outputs = run()
    lose(outputs).backward()
    answer = {
        "outputs": [to_json(y) for y in outputs],
        "gradients": [to_json(value.grad) for value in x],
        "parameterGradients": {name: to_json(value.grad) for name, value in m.named_parameters()},
    }
    optimizer = torch.optim.SGD(m.parameters(), lr=question["learningRate"], momentum=0.9)
    for _ in range(question["steps"]):
        optimizer.zero_grad()
        sum(((y - d) ** 2).mean() for y, d in zip(run(), dy)).backward()
        optimizer.step()
    return {**answer, "state": {name: to_json(value) for name, value in m.state_dict().items()}}


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


def train(question):
    def run(dtype):
        model = (eval(question["model"], {"nn": nn}) if "model" in question else convnet()).to(dtype)
        state = model.state_dict()
        for name, value in question["state"].items():
            state[name].copy_(torch.tensor(value["data"], dtype=torch.float64).reshape(state[name].shape))
        optimizer = torch.optim.SGD(model.parameters(), lr=question["learningRate"], momentum=question["momentum"])
        losses = []
        for batch in question["batches"]:
            x = torch.tensor(batch["inputs"], dtype=torch.float32).to(dtype).reshape(batch["shape"])
            loss = F.cross_entropy(model(x), torch.tensor(batch["labels"]))
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return {"losses": losses, "state": {name: to_json(value) for name, value in model.state_dict().items()}}

    return {"float32": run(torch.float32), "float64": run(torch.float64)}


def average(values, options):
    decay = options.get("decay")
    blend = None if decay is None else lambda average, value, count: decay * average + (1 - decay) * value
    return torch.optim.swa_utils.AveragedModel(torch.nn.ParameterList(values), avg_fn=blend)


def optimize(question):
    def run(dtype):
        # NAdam keeps a product of momenta in a tensor of the default dtype.
        torch.set_default_dtype(dtype)
        place = lambda value: torch.tensor(value["data"], dtype=torch.float64).to(dtype).reshape(value["shape"])
        values = [place(value).requires_grad_(True) for value in question["values"]]
        optimizer = getattr(torch.optim, question["optimizer"])(values, **question["options"])
        scheduler = None
        if "scheduler" in question:
            scheduler = eval(question["scheduler"], {"L": torch.optim.lr_scheduler, "o": optimizer})
        averaged = average(values, question["average"]) if "average" in question else None
        course = []
        for gradients in question["gradients"]:
            for value, gradient in zip(values, gradients):
                value.grad = place(gradient) + value.detach() / 2
            if "maxGradientNorm" in question:
                torch.nn.utils.clip_grad_norm_(values, question["maxGradientNorm"])
            if "maxGradientValue" in question:
                torch.nn.utils.clip_grad_value_(values, question["maxGradientValue"])
            optimizer.step()
            if scheduler is not None:
                scheduler.step()
            if averaged is not None:
                averaged.update_parameters(torch.nn.ParameterList(values))
            shown = values if averaged is None else list(averaged.parameters())
            course.append([value for tensor in shown for value in tensor.detach().double().flatten().tolist()])
        torch.set_default_dtype(torch.float32)
        return course

    return {"float32": run(torch.float32), "float64": run(torch.float64)}


def schedule(question):
    optimizer = torch.optim.SGD([torch.zeros(1)], lr=question["rate"])
    scheduler = eval(question["expression"], {"L": torch.optim.lr_scheduler, "o": optimizer})
    metrics = question.get("metrics")
    rates = []
    for step in range(question["steps"]):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        scheduler.step() if metrics is None else scheduler.step(metrics[step])
    return rates


class BasicBlock(nn.Module):
    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.downsample = None
        if stride != 1 or inputs != outputs:
            self.downsample = nn.Sequential(nn.Conv2d(inputs, outputs, 1, stride, bias=False), nn.BatchNorm2d(outputs))

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        return F.relu(y + (x if self.downsample is None else self.downsample(x)))


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


SAFETENSORS_TYPES = {torch.float32: "F32", torch.int64: "I64"}
TORCH_TYPES = {"F32": torch.float32, "I64": torch.int64, "I32": torch.int32}


def save_safetensors(state, path):
    header, chunks, offset = {}, [], 0
    for name, value in state.items():
        data = value.contiguous().numpy().tobytes()
        header[name] = {
            "dtype": SAFETENSORS_TYPES[value.dtype],
            "shape": list(value.shape),
            "data_offsets": [offset, offset + len(data)],
        }
        offset += len(data)
        chunks.append(data)
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(chunks))


def load_safetensors(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = bytearray(file.read())
    header.pop("__metadata__", None)
    state = {}
    for name, entry in header.items():
        dtype = TORCH_TYPES[entry["dtype"]]
        begin, end = entry["data_offsets"]
        flat = torch.frombuffer(data[begin:end], dtype=dtype) if end > begin else torch.zeros(0, dtype=dtype)
        state[name] = flat.reshape(entry["shape"])
    return state


def resnet18(question):
    torch.manual_seed(0)
    model = ResNet18()
    if "load" in question:
        model.load_state_dict(load_safetensors(question["load"]), strict=True)
    else:
        for module in model.modules():
            if isinstance(module, nn.BatchNorm2d):
                module.running_mean.normal_(0, 0.1)
                module.running_var.uniform_(0.5, 1.5)
                module.num_batches_tracked.fill_(7)
    if "save" in question:
        save_safetensors(model.state_dict(), question["save"])
    model.eval()
    x = torch.tensor(question["inputs"], dtype=torch.float32).reshape(question["shape"])
    with torch.no_grad():
        single, double = model(x), model.double()(x.double())
    return {"float32": to_json(single), "float64": to_json(double)}


def names(question):
    exported = vars(importlib.import_module(question["module"]))
    return [name for name, value in exported.items() if inspect.isclass(value) and value.__module__.startswith("torch.") and name[0] != "_"]


def main():
    torch.set_num_threads(1)
    request = json.load(sys.stdin)
    tasks = {
        "evaluate": evaluate,
        "module": module,
        "names": names,
        "optimize": optimize,
        "resnet18": resnet18,
        "schedule": schedule,
        "train": train,
    }
    answers = [tasks[question["task"]](question) for question in request]
    json.dump({"version": torch.__version__, "answers": answers}, sys.stdout)


main()
