# A generative adversarial network: a generator learns the points of a ring from a discriminator, each with its own optimizer.
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits as bce

torch.manual_seed(1)
count = 128


def draw_ring():
    """Points near a circle of radius 2."""
    angles = 2 * torch.pi * torch.rand(count)
    return 2 * torch.stack([torch.cos(angles), torch.sin(angles)], dim=1) + 0.1 * torch.randn(count, 2)


generator = nn.Sequential(
    nn.Linear(8, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 64), nn.BatchNorm1d(64), nn.ReLU(), nn.Linear(64, 2),
)
discriminator = nn.Sequential(
    nn.Linear(2, 64), nn.LeakyReLU(0.2), nn.Linear(64, 64), nn.LeakyReLU(0.2), nn.Linear(64, 1),
)
judge = torch.optim.Adam(discriminator.parameters(), lr=1e-3, betas=(0.5, 0.999))
deceive = torch.optim.Adam(generator.parameters(), lr=1e-3, betas=(0.5, 0.999))
is_real, is_generated = torch.ones(count, 1), torch.zeros(count, 1)
for step in range(500):
    judge.zero_grad()
    generated = generator(torch.randn(count, 8)).detach()
    loss = bce(discriminator(torch.cat([draw_ring(), generated])), torch.cat([is_real, is_generated]))
    loss.backward()
    judge.step()
    deceive.zero_grad()
    loss = bce(discriminator(generator(torch.randn(count, 8))), is_real)
    loss.backward()
    deceive.step()

generator.eval()
with torch.no_grad():
    radii = generator(torch.randn(500, 8)).norm(dim=1)
print(f"mean radius: {radii.mean().item()}")
print(f"deviation: {radii.std().item()}")
