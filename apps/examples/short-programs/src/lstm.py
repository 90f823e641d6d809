# An LSTM that adds two numbers marked in a sequence (Hochreiter and Schmidhuber 1997, experiment 4).
import torch
from torch import nn
from torch.nn.functional import mse_loss
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(1)
length = 20


def draw_sums(count):
    """Random numbers, of which two are marked; the label is their sum."""
    numbers = torch.rand(count, length)
    places = torch.rand(count, length).argsort(1)
    marks = (places < 2).float()
    return TensorDataset(torch.stack([numbers, marks], dim=2), (numbers * marks).sum(1, keepdim=True))


class Adder(nn.Module):
    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(2, 32, batch_first=True)
        self.head = nn.Linear(32, 1)

    def forward(self, x):
        outputs, _ = self.lstm(x)
        return self.head(outputs[:, -1])


model = Adder()
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
train = DataLoader(draw_sums(2000), batch_size=50, shuffle=True)
for epoch in range(14):
    for inputs, sums in train:
        optimizer.zero_grad()
        mse_loss(model(inputs), sums).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1)
        optimizer.step()
model.eval()
with torch.no_grad():
    inputs, sums = draw_sums(500).tensors
    print(f"mean absolute error: {(model(inputs) - sums).abs().mean().item()}")
