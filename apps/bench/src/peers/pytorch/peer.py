"""PyTorch's side of the bench: reads requests as lines of JSON, answers with lines of JSON, and times inside of itself.

Arrays come and go as files of raw little-endian numbers.
"""
import ctypes
import json
import os
import sys
import time

import numpy
import torch
import torch.nn.functional as F

device = torch.device(sys.argv[1])
threads = int(sys.argv[2])
torch.set_num_threads(threads)
# The other systems compute in f32 too; TF32 has only 10 bits of mantissa.
torch.backends.cuda.matmul.allow_tf32 = False
torch.backends.cudnn.allow_tf32 = False
torch.backends.cudnn.benchmark = True


def blas():
    """The loaded BLAS library; the reference implementation is tens of times slower."""
    torch.matmul(torch.ones(8, 8), torch.ones(8, 8))
    with open("/proc/self/maps") as maps:
        files = {line.split()[-1] for line in maps if "blas" in line or "mkl" in line}
    paths = sorted(path for path in files if ".so" in path)
    fast = [path for path in paths if any(name in os.path.basename(path) for name in ("openblas", "mkl", "blis"))]
    return ", ".join(map(named, fast or paths)) or "built in"


def named(path):
    """The processor of OpenBLAS's kernels, and the kind of its threads; its own threads would compete with PyTorch's."""
    name = os.path.basename(path)
    library = ctypes.CDLL(path)
    try:
        processor, threading = library.openblas_get_corename, library.openblas_get_parallel()
    except AttributeError:
        return name
    processor.restype = ctypes.c_char_p
    return f"{name} for {processor().decode()}, {('no threads', 'own threads', 'OpenMP')[threading]}"


def libraries():
    """What the figures depend on apart from PyTorch itself."""
    if device.type == "cuda" and torch.cuda.is_available():
        tuned = "on" if torch.backends.cudnn.benchmark else "off"
        return (
            f"{torch.cuda.get_device_name()}, CUDA {torch.version.cuda}, cuDNN {torch.backends.cudnn.version()}, "
            f"f32 without TF32, cudnn.benchmark {tuned}"
        )
    return f"BLAS: {blas() if sys.platform == 'linux' else 'unknown'}"


def load(inputs):
    arrays = {}
    for name, spec in inputs.items():
        kind = numpy.int32 if spec["dtype"] == "i32" else numpy.float32
        values = numpy.fromfile(spec["file"], dtype=kind).reshape(spec["shape"])
        arrays[name] = torch.from_numpy(values).to(device)
    return arrays


def save(results, folder):
    files = {}
    for name, value in results.items():
        files[name] = f"{folder}/{name}.result"
        value.detach().cpu().numpy().astype(numpy.float32).tofile(files[name])
    return files


def synchronize():
    if device.type == "cuda":
        torch.cuda.synchronize()


class BatchNorm:
    def __init__(self, task, inputs):
        self.task = task
        self.__dict__.update(inputs)
        self.residual = inputs.get("residual")
        self.fresh = {name: inputs[name].clone() for name in ("runningMean", "runningVariance")}
        self.leaves = [self.x, self.scale, self.shift]
        if self.residual is not None:
            self.leaves.append(self.residual)
        if task["pass"] == "forward-backward":
            for leaf in self.leaves:
                leaf.requires_grad_()

    def run(self):
        y = F.batch_norm(self.x, self.runningMean, self.runningVariance, self.scale, self.shift, True, 0.1, 1e-5)
        if self.residual is not None:
            y = y + self.residual
        if self.task["epilogue"] != "none":
            y = torch.relu(y)
        if self.task["pass"] == "forward":
            return {"y": y}
        gradients = torch.autograd.grad(y, self.leaves, self.dy)
        return {"y": y, **dict(zip(("dx", "dScale", "dShift", "dResidual"), gradients))}

    def results(self):
        for name, value in self.fresh.items():
            getattr(self, name).copy_(value)
        results = self.run()
        return {**results, "runningMean": self.runningMean, "runningVariance": self.runningVariance}


class Matmul:
    def __init__(self, task, inputs):
        self.a, self.b = inputs["a"], inputs["b"]

    def run(self):
        return {"product": torch.matmul(self.a, self.b)}

    results = run


class Convolution:
    def __init__(self, task, inputs):
        self.task, self.inputs = task, inputs
        self.side = (task["taps"] - 1) // 2

    def run(self):
        task, inputs = self.task, self.inputs
        if task["pass"] == "forward":
            return {"y": F.conv2d(inputs["x"], inputs["weight"], padding=self.side)}
        if task["pass"] == "input-gradient":
            dx = torch.nn.grad.conv2d_input(task["image"], inputs["weight"], inputs["dy"], padding=self.side)
            return {"dx": dx}
        shape = [task["filters"], task["image"][1], task["taps"], task["taps"]]
        return {"dWeight": torch.nn.grad.conv2d_weight(inputs["x"], shape, inputs["dy"], padding=self.side)}

    results = run


class ReluQueue:
    def __init__(self, task, inputs):
        if task["through"] == "device":
            raise NotImplementedError("PyTorch's device on a processor has no queue of its own")
        self.x, self.launches = inputs["x"], task["launches"]

    def run(self):
        for _ in range(self.launches):
            y = torch.relu(self.x)
        return {"y": y}

    results = run


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


class ResNet(torch.nn.Module):
    """He et al. 2016, with torchvision's names."""

    def __init__(self, classes, kernel, stride, pools, channels, blocks, projects):
        super().__init__()
        self.conv1 = torch.nn.Conv2d(3, channels[0], kernel, stride, kernel // 2, bias=False)
        self.bn1 = torch.nn.BatchNorm2d(channels[0])
        self.pools, self.stages, width = pools, len(channels), channels[0]
        for stage, size in enumerate(channels):
            layers = []
            for block in range(blocks):
                layers.append(Block(width, size, 2 if stage > 0 and block == 0 else 1, projects))
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


wide = {"channels": (64, 128, 256, 512), "blocks": 2, "projects": True}
resnets = {
    "resnet20": {"kernel": 3, "stride": 1, "pools": False, "channels": (16, 32, 64), "blocks": 3, "projects": False},
    "resnet18-small": {"kernel": 3, "stride": 1, "pools": False, **wide},
    "resnet18": {"kernel": 7, "stride": 2, "pools": True, **wide},
}


class TrainingStep:
    def __init__(self, task, inputs):
        rules = task["training"]
        self.model = self.build(task, inputs["images"].shape[1], rules["classes"])
        prefix = "model."
        state = {name[len(prefix) :]: value for name, value in inputs.items() if name.startswith(prefix)}
        self.model.load_state_dict(state)
        self.model.to(device).train()
        self.images, self.labels = inputs["images"], inputs["labels"].long()
        self.steps = rules["checkedSteps"]
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=rules["learningRate"], momentum=rules["momentum"]
        )

    @staticmethod
    def build(task, channels, classes):
        if task["model"] == "mlp":
            return Perceptron(**task["perceptron"], classes=classes)
        if task["model"] == "transformer-block":
            return TransformerBlock(**task["transformer"], classes=classes)
        if task["model"] == "separable-block":
            return separable_block(channels, classes)
        return ResNet(classes, **resnets[task["model"]])

    def run(self):
        self.optimizer.zero_grad(set_to_none=True)
        loss = F.cross_entropy(self.model(self.images), self.labels)
        loss.backward()
        self.optimizer.step()
        return {"loss": loss}

    def results(self):
        losses = [self.run()["loss"] for _ in range(self.steps)]
        return {"losses": torch.stack(losses), "weight": list(self.model.parameters())[-2]}

    def resident(self):
        """Bytes that are allocated between steps, which do not include gradients."""
        tensors = [self.images, self.labels, *self.model.parameters(), *self.model.buffers()]
        tensors += [state["momentum_buffer"] for state in self.optimizer.state.values()]
        return sum(tensor.numel() * tensor.element_size() for tensor in tensors)

    def peak(self):
        """The peak memory of a step, from the profiler's records of allocations."""
        for _ in range(2):
            self.run()
        self.optimizer.zero_grad(set_to_none=True)
        with torch.profiler.profile(profile_memory=True) as profiler:
            self.run()
            self.optimizer.zero_grad(set_to_none=True)
        records = [event for event in profiler.profiler.kineto_results.events() if event.name() == "[memory]"]
        alive = peak = 0
        for record in sorted(records, key=lambda record: record.start_us()):
            alive += record.nbytes()
            peak = max(peak, alive)
        return self.resident() + peak


kinds = {
    "batch-norm": BatchNorm,
    "matmul": Matmul,
    "convolution": Convolution,
    "relu-queue": ReluQueue,
    "training-step": TrainingStep,
}


def answer(request, state):
    command = request["command"]
    if command == "hello":
        return {"version": f"{torch.__version__} ({libraries()})", "cuda": torch.cuda.is_available()}
    if command == "prepare":
        state["program"] = kinds[request["task"]["kind"]](request["task"], load(request["inputs"]))
        return {}
    if command == "results":
        return {"files": save(state["program"].results(), request["folder"])}
    if command == "time":
        synchronize()
        start = time.perf_counter()
        for _ in range(request["repetitions"]):
            state["program"].run()
        synchronize()
        return {"milliseconds": (time.perf_counter() - start) * 1e3}
    if command == "peak":
        return {"bytes": state["program"].peak()}
    state.clear()
    return {}


state = {}
for line in sys.stdin:
    try:
        reply = answer(json.loads(line), state)
    except NotImplementedError as error:
        reply = {"absent": str(error)}
    except torch.cuda.OutOfMemoryError as error:
        reply = {"absent": f"not enough memory on the GPU: {error}"}
    except Exception as error:
        reply = {"error": f"{type(error).__name__}: {error}"}
    print(json.dumps(reply), flush=True)
