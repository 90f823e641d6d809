# A convolutional network of one's own, early stopping, and a confusion matrix.
import copy

import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
size = 16


def draw_stripes(count):
    """Noisy stripes, whose direction is the label."""
    labels = torch.randint(4, (count,))
    angles = labels.reshape(count, 1, 1) * torch.pi / 4
    x, y = torch.arange(size).reshape(1, size), torch.arange(size).reshape(size, 1)
    distances = torch.cos(angles) * x + torch.sin(angles) * y
    waves = torch.sin(1.5 * distances + 2 * torch.pi * torch.rand(count, 1, 1))
    images = waves + 2 * torch.randn(count, size, size)
    return TensorDataset(images.unsqueeze(1), labels)


train = DataLoader(draw_stripes(1500), batch_size=50, shuffle=True)
validation = DataLoader(draw_stripes(500), batch_size=250)
test = DataLoader(draw_stripes(500), batch_size=250)

model = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(16, 4),
)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
best = {"loss": float("inf"), "epoch": -1, "state": None}
for epoch in range(12):
    model.train()
    for images, labels in train:
        optimizer.zero_grad()
        cross_entropy(model(images), labels).backward()
        optimizer.step()
    model.eval()
    with torch.no_grad():
        loss = sum(cross_entropy(model(images), labels, reduction="sum").item() for images, labels in validation) / 500
    if loss < best["loss"]:
        best = {"loss": loss, "epoch": epoch, "state": copy.deepcopy(model.state_dict())}
    elif epoch - best["epoch"] >= 2:
        break
model.load_state_dict(best["state"])

confusion = torch.zeros(4, 4, dtype=torch.long)
model.eval()
with torch.no_grad():
    for images, labels in test:
        confusion.index_put_((labels, model(images).argmax(1)), torch.tensor(1), accumulate=True)
print(f"best epoch: {best['epoch']}")
print(confusion)
print(f"accuracy: {confusion.diag().sum().item() / confusion.sum().item()}")
