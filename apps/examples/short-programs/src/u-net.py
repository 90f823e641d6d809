# A U-Net that finds disks in noisy images: Dice loss with cross-entropy, and the mean intersection over union.
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
size = 32


def draw_disks(count):
    """Bright disks in noise, and masks of the disks."""
    x, y = [torch.arange(size) - 8 - 16 * torch.rand(count, 1, 1) for _ in range(2)]
    radius = 3 + 5 * torch.rand(count, 1, 1)
    masks = (x.transpose(1, 2) ** 2 + y**2 < radius**2).float().unsqueeze(1)
    return TensorDataset(masks + torch.randn(count, 1, size, size), masks)


def block(in_channels, channels):
    return nn.Sequential(
        nn.Conv2d(in_channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
        nn.Conv2d(channels, channels, 3, padding=1, bias=False), nn.BatchNorm2d(channels), nn.ReLU(),
    )


class UNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.down = nn.ModuleList([block(1, 8), block(8, 16), block(16, 32)])
        self.pool = nn.MaxPool2d(2)
        self.up = nn.ModuleList([nn.ConvTranspose2d(16, 8, 2, stride=2), nn.ConvTranspose2d(32, 16, 2, stride=2)])
        self.merge = nn.ModuleList([block(16, 8), block(32, 16)])
        self.head = nn.Conv2d(8, 1, 1)

    def forward(self, x):
        features = []
        for stage in self.down:
            features.append(stage(self.pool(features[-1]) if features else x))
        y = features[2]
        for level in [1, 0]:
            y = self.merge[level](torch.cat([features[level], self.up[level](y)], dim=1))
        return self.head(y)


def dice(probabilities, masks):
    overlap = (probabilities * masks).sum((1, 2, 3))
    return (1 - (2 * overlap + 1) / ((probabilities + masks).sum((1, 2, 3)) + 1)).mean()


def iou(logits, masks):
    """The intersection over union of each image, averaged."""
    found = (logits > 0).float()
    overlap = (found * masks).sum((1, 2, 3))
    return (overlap / ((found + masks).sum((1, 2, 3)) - overlap)).mean()


model = UNet()
optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
train = DataLoader(draw_disks(400), batch_size=20, shuffle=True)
for epoch in range(4):
    for images, masks in train:
        optimizer.zero_grad()
        logits = model(images)
        loss = binary_cross_entropy_with_logits(logits, masks) + dice(logits.sigmoid(), masks)
        loss.backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    images, masks = draw_disks(100).tensors
    print(f"IoU: {iou(model(images), masks).item()}")
