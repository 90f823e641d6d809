# Text of different lengths: padded batches, and a batch norm that leaves padding out of its statistics.
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader

torch.manual_seed(1)
vocabulary = 20


def write_sentences(count):
    """Sentences of 3 to 30 words; the label tells whether word 1 directly follows word 0 anywhere."""
    sentences = []
    for _ in range(count):
        words = torch.randint(vocabulary, (int(torch.randint(3, 31, ())),))
        if torch.rand(()) < 0.5:
            place = int(torch.randint(len(words) - 1, ()))
            words[place : place + 2] = torch.tensor([0, 1])
        sentences.append((words, int(((words[:-1] == 0) & (words[1:] == 1)).any())))
    return sentences


def collate(sentences):
    words, labels = zip(*sentences)
    mask = pad_sequence([torch.ones(len(one), dtype=torch.bool) for one in words], batch_first=True)
    return pad_sequence(words, batch_first=True), mask, torch.tensor(labels)


class Classifier(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(vocabulary, 16)
        self.convolution = nn.Conv1d(16, 32, 3, padding=1, bias=False)
        self.norm = nn.BatchNorm1d(32)
        self.head = nn.Linear(32, 2)

    def forward(self, values, mask):
        words = (self.embedding(values) * mask.unsqueeze(2)).transpose(1, 2)
        places = self.convolution(words).transpose(1, 2)
        features = torch.zeros_like(places)
        features[mask] = self.norm(places[mask])  # the words of all sentences, without padding
        return self.head(features.relu().amax(1))


model = Classifier()
optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
train = DataLoader(write_sentences(3000), batch_size=50, shuffle=True, collate_fn=collate)
for epoch in range(6):
    for values, mask, labels in train:
        optimizer.zero_grad()
        cross_entropy(model(values, mask), labels).backward()
        optimizer.step()
model.eval()
with torch.no_grad():
    values, mask, labels = collate(write_sentences(1000))
    print(f"accuracy: {(model(values, mask).argmax(1) == labels).float().mean().item()}")
