"""The tasks of the bench as programs that can be repeated."""
import torch
import torch.nn.functional as F

from networks import build, fold_batch_norms


def with_state(model, inputs):
    """The module with the parameters and buffers of the inputs, on their device."""
    prefix = "model."
    state = {name[len(prefix) :]: value for name, value in inputs.items() if name.startswith(prefix)}
    model.load_state_dict(state)
    return model.to(next(iter(state.values())).device)


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


class MaskedSoftmax:
    """Composed of operations: this version has none for it."""

    def __init__(self, task, inputs):
        self.x, self.scale = inputs["x"], task["scale"]
        self.hidden = inputs["mask"] == 0
        self.dy = inputs.get("dy")
        if self.dy is not None:
            self.x.requires_grad_()

    def run(self):
        scores = (self.x * self.scale).masked_fill(self.hidden, float("-inf"))
        y = torch.softmax(scores, -1)
        if self.dy is None:
            return {"y": y}
        (dx,) = torch.autograd.grad(y, self.x, self.dy)
        return {"y": y, "dx": dx}

    results = run


class Layer:
    """A layer forward and backward, by the gradient of the sum of dy y."""

    def __init__(self, layer, inputs):
        self.layer = with_state(layer, inputs).train()
        self.x, self.dy = inputs["x"].requires_grad_(), inputs["dy"]
        self.names, self.parameters = zip(*self.layer.named_parameters())

    def run(self):
        y = self.forward(self.x)
        dx, *others = torch.autograd.grad((y * self.dy).sum(), [self.x, *self.parameters])
        return {"y": y, "dx": dx, **{f"gradient {name}": value for name, value in zip(self.names, others)}}

    def results(self):
        return self.run()


class Attention(Layer):
    def __init__(self, task, inputs):
        super().__init__(torch.nn.MultiheadAttention(task["width"], task["heads"], batch_first=True), inputs)

    def forward(self, x):
        return self.layer(x, x, x, need_weights=False)[0]


class Recurrent(Layer):
    def __init__(self, task, inputs):
        cells = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}
        super().__init__(cells[task["cell"]](task["inputs"], task["size"]), inputs)

    def forward(self, x):
        return self.layer(x)[0]


class Inference:
    def __init__(self, task, inputs):
        self.images = inputs["images"]
        model = build(task, self.images.shape[1], task["training"]["classes"])
        self.model = with_state(model, inputs).eval()
        if task["isFolded"]:
            fold_batch_norms(self.model)

    def run(self):
        with torch.inference_mode():
            return {"y": self.model(self.images)}

    results = run


class Fit:
    def __init__(self, task, inputs):
        raise NotImplementedError("PyTorch has no training loop that guards against values that are not finite")


class TrainingStep:
    def __init__(self, task, inputs):
        rules = task["training"]
        self.model = with_state(build(task, inputs["images"].shape[1], rules["classes"]), inputs).train()
        self.images, self.labels = inputs["images"], inputs["labels"].long()
        self.steps = rules["checkedSteps"]
        self.optimizer = torch.optim.SGD(
            self.model.parameters(), lr=rules["learningRate"], momentum=rules["momentum"]
        )

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
    "masked-softmax": MaskedSoftmax,
    "attention": Attention,
    "recurrent": Recurrent,
    "inference": Inference,
    "fit": Fit,
    "training-step": TrainingStep,
}
