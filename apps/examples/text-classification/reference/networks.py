"""The networks of the example in PyTorch, with the same names of parameters."""

import torch
import torch.nn.functional as F
from torch import nn

# The options of a run and their defaults, which are those of the example.
SETTINGS = [
    ("epochs", int, 4),
    ("batch_size", int, 100),
    ("learning_rate", float, 0.006),
    ("weight_decay", float, 0),
    ("embedding_size", int, 64),
    ("channels", int, 0),
    # None is that of the paper.
    ("dropout", float, None),
    ("embedding_dropout", float, 0.2),
    ("word_dropout", float, 0.1),
    ("label_smoothing", float, 0),
    ("seed", int, 1),
]


class Norm(nn.BatchNorm1d):
    """Batch norm of x [n, channels, length]; with a mask [n, length] of the values that count alone, and 0 elsewhere."""

    def forward(self, x, mask=None):
        if mask is None:
            return super().forward(x)
        places = x.transpose(1, 2)
        return torch.zeros_like(places).masked_scatter(mask.unsqueeze(2), super().forward(places[mask])).transpose(1, 2)


def zero_padding(x, mask):
    return x * mask.unsqueeze(1)


class WordConvnet(nn.Module):
    def __init__(self, tokens, classes, channels, options):
        super().__init__()
        has_norm = options.normalization != "none"
        self.masked = options.normalization == "batch"
        self.embedding = nn.Embedding(tokens, options.embedding_size, padding_idx=0)
        nn.init.uniform_(self.embedding.weight, -0.25, 0.25)
        self.embedding.weight.data[0] = 0
        widths = (3, 4, 5)
        self.convs = nn.ModuleList(
            nn.Conv1d(options.embedding_size, channels, width, padding="same", bias=not has_norm) for width in widths
        )
        for conv in self.convs:
            nn.init.kaiming_normal_(conv.weight, nonlinearity="relu")
            if conv.bias is not None:
                nn.init.zeros_(conv.bias)
        self.norms = nn.ModuleList(Norm(channels) for _ in widths if has_norm)
        self.fc = nn.Linear(channels * len(widths), classes)
        self.word_dropout = options.word_dropout
        self.embedding_dropout = options.embedding_dropout
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, tokens):
        mask = tokens != 0
        vectors = self.embedding(tokens)
        if self.training:
            kept = torch.rand(vectors.shape[:2]) >= self.word_dropout
            vectors = vectors * kept.unsqueeze(2) / (1 - self.word_dropout)
        words = F.dropout(vectors, self.embedding_dropout, self.training).transpose(1, 2)
        features = []
        for index, conv in enumerate(self.convs):
            y = conv(words)
            if len(self.norms) > 0:
                y = self.norms[index](y, mask if self.masked else None)
            features.append(zero_padding(y, mask).amax(2).relu())
        return self.fc(self.dropout(torch.cat(features, 1)))


class Block(nn.Module):
    def __init__(self, inputs, channels, has_norm):
        super().__init__()
        self.conv1 = nn.Conv1d(inputs, channels, 3, padding=1, bias=not has_norm)
        self.bn1 = Norm(channels) if has_norm else None
        self.conv2 = nn.Conv1d(channels, channels, 3, padding=1, bias=not has_norm)
        self.bn2 = Norm(channels) if has_norm else None

    def forward(self, x, mask, masked):
        for conv, norm in ((self.conv1, self.bn1), (self.conv2, self.bn2)):
            y = conv(x)
            if norm is not None:
                y = norm(y, mask if masked else None)
            x = zero_padding(y.relu(), mask)
        return x


class Vdcnn(nn.Module):
    def __init__(self, tokens, classes, first, options, maxima=8):
        super().__init__()
        has_norm = options.normalization != "none"
        self.masked = options.normalization == "batch"
        self.maxima = maxima
        widths = [first, first, 2 * first, 4 * first, 8 * first]
        self.embedding = nn.Embedding(tokens, 16, padding_idx=0)
        self.conv = nn.Conv1d(16, first, 3, padding=1)
        self.blocks = nn.ModuleList(Block(a, b, has_norm) for a, b in zip(widths, widths[1:]))
        for conv in [module for module in self.modules() if isinstance(module, nn.Conv1d)]:
            nn.init.kaiming_normal_(conv.weight, mode="fan_out", nonlinearity="relu")
            if conv.bias is not None:
                nn.init.zeros_(conv.bias)
        hidden = 32 * first
        self.fc1 = nn.Linear(widths[-1] * maxima, hidden)
        self.fc2 = nn.Linear(hidden, hidden)
        self.fc3 = nn.Linear(hidden, classes)
        self.dropout = nn.Dropout(options.dropout)

    def forward(self, tokens):
        mask = tokens != 0
        x = zero_padding(self.conv(self.embedding(tokens).transpose(1, 2)), mask)
        for index, block in enumerate(self.blocks):
            if index > 0:
                mask = mask[:, ::2]
                x = zero_padding(F.max_pool1d(x, 3, 2, 1), mask)
            x = block(x, mask, self.masked)
        if x.shape[2] < self.maxima:
            x = F.pad(x, (0, self.maxima - x.shape[2]))
        x = x.gather(2, x.topk(self.maxima, 2).indices.sort(2).values).flatten(1)
        x = self.dropout(self.fc1(x).relu())
        return self.fc3(self.dropout(self.fc2(x).relu()))


def make(tokens, classes, options):
    if options.model == "words":
        return WordConvnet(tokens, classes, options.channels or 100, options)
    return Vdcnn(tokens, classes, options.channels or 64, options)
