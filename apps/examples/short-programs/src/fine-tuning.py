# Fine-tuning on few examples: a new head, and batch norms that keep the statistics of the data they were trained on.
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
size = 16


def draw_stripes(count, classes):
    """Noisy stripes; the label is their direction, or whether they are steep."""
    directions = torch.randint(4, (count,))
    angles = directions.reshape(count, 1, 1) * torch.pi / 4
    x, y = torch.arange(size).reshape(1, size), torch.arange(size).reshape(size, 1)
    distances = torch.cos(angles) * x + torch.sin(angles) * y
    waves = torch.sin(1.5 * distances + 2 * torch.pi * torch.rand(count, 1, 1))
    images = waves + torch.randn(count, size, size)
    return TensorDataset(images.unsqueeze(1), directions % classes)


body = nn.Sequential(
    nn.Conv2d(1, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 3, padding=1, bias=False), nn.BatchNorm2d(16), nn.ReLU(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
)


def train(model, classes, count, learning_rate, frozen_statistics=False):
    data = DataLoader(draw_stripes(count, classes), batch_size=50, shuffle=True)
    optimizer = torch.optim.SGD(model.parameters(), lr=learning_rate, momentum=0.9)
    for epoch in range(6):
        model.train()
        if frozen_statistics:
            for layer in model.modules():
                if isinstance(layer, nn.BatchNorm2d):
                    layer.eval()
        for images, labels in data:
            optimizer.zero_grad()
            cross_entropy(model(images), labels).backward()
            optimizer.step()
    model.eval()
    images, labels = draw_stripes(500, classes).tensors
    with torch.no_grad():
        return (model(images).argmax(1) == labels).float().mean().item()


pretrained = nn.Sequential(body, nn.Linear(16, 4))
print(f"accuracy of four directions: {train(pretrained, 4, 1500, 0.05)}")

tuned = nn.Sequential(body, nn.Linear(16, 2))
print(f"accuracy: {train(tuned, 2, 100, 0.02, frozen_statistics=True)}")
