# Regression with batch norm: a curve from noisy points, a schedule of the learning rate, error and R2 of the validation.
import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)


def draw_points(count):
    """Noisy points of the curve sin(3 x) / (1 + x^2)."""
    x = 6 * torch.rand(count, 1) - 3
    return TensorDataset(x, torch.sin(3 * x) / (1 + x * x) + 0.05 * torch.randn(count, 1))


train = DataLoader(draw_points(2000), batch_size=100, shuffle=True)
x, y = draw_points(500).tensors
model = nn.Sequential(
    nn.Linear(1, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 1),
)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, 20 * 20)
for epoch in range(20):
    model.train()
    for inputs, targets in train:
        optimizer.zero_grad()
        mse_loss(model(inputs), targets).backward()
        optimizer.step()
        schedule.step()
model.eval()
with torch.no_grad():
    curve = model(torch.tensor([[-1], [0], [0.5]]))
    error = model(x) - y
print(f"y at -1, 0 and 0.5: {curve.flatten().tolist()}")
print(f"mean absolute error: {error.abs().mean().item()}")
print(f"R2: {1 - ((error ** 2).sum() / ((y - y.mean()) ** 2).sum()).item()}")
