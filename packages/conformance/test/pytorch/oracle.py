"""Answers questions with PyTorch. Reads one JSON request from standard input, writes one JSON answer.

evaluate    values and gradients of expressions, in float64
optimize    values, or their averages, after every step of an optimizer, in float32 and float64
module      values and gradients of a module, the losses of steps of gradient descent, and the state after them, in float32 and float64
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

import layers
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
    def run(dtype):
        # Masks and constants of `call` are of the default dtype.
        torch.set_default_dtype(dtype)
        m = eval(question["model"], {**vars(layers), "torch": torch}).to(dtype)
        m.load_state_dict({name: to_tensor(value, dtype).detach() for name, value in question["state"].items()})
        x = [to_tensor(value, dtype) for value in question["inputs"]]
        dy = [to_tensor(value, dtype).detach() for value in question["outputGradients"]]
        run = lambda: as_list(eval(question["call"], {"torch": torch, "F": F, "m": m, "x": x}))
        outputs = run()
        shapes = [[list(value.shape) for value in values] for values in (outputs, dy)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"{question['model']}: PyTorch returns {shapes[0]}, Evenkeel {shapes[1]}")
        sum((y * d).sum() for y, d in zip(outputs, dy)).backward()
        answer = {
            "outputs": [to_json(y) for y in outputs],
            "gradients": [to_json(value.grad) for value in x],
            "parameterGradients": {name: to_json(value.grad) for name, value in m.named_parameters()},
        }
        losses = descend(m, question, lambda: sum(((y - d) ** 2).mean() for y, d in zip(run(), dy)))
        torch.set_default_dtype(torch.float32)
        return {**answer, "losses": losses, "state": {name: to_json(value) for name, value in m.state_dict().items()}}

    return {"float32": run(torch.float32), "float64": run(torch.float64)}


def descend(m, question, lose):
    """The losses of steps of gradient descent."""
    optimizer = torch.optim.SGD(m.parameters(), lr=question["learningRate"], momentum=0.9)
    losses = []
    for _ in range(question["steps"]):
        optimizer.zero_grad()
        loss = lose()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses


def train(question):
    def run(dtype):
        model = (eval(question["model"], {"nn": nn}) if "model" in question else layers.convnet()).to(dtype)
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
    model = layers.ResNet18()
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
