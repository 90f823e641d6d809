import { type Block, type Heatmap, type LineChart, makeConfusionMatrix, type Report } from "@evenkeel/report";

const arms = ["with batch norm", "without batch norm", "with layer norm", "with group norm of eight groups"];
const times = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

const losses: LineChart = {
  kind: "line-chart",
  title: "Training loss (mean of 25 steps)",
  x: { name: "step" },
  y: { name: "cross-entropy", scale: "logarithmic" },
  series: arms.slice(0, 2).map((name, arm) => ({
    name,
    points: times(60).map((at) => [25 * (at + 1), 2.3 * Math.exp(-at / (15 + 15 * arm)) + 0.15] as const),
  })),
};

const accuracies: LineChart = {
  kind: "line-chart",
  title: "Accuracy on held-out images, the mean of three seeds with its interval, for each of four norms",
  x: { name: "epoch" },
  y: { name: "accuracy on held-out images, which were never trained on" },
  references: [{ axis: "y", value: 0.85, name: "85 %" }],
  series: arms.map((name, arm) => {
    const curve = times(10).map((at) => [at + 1, 0.94 - 0.5 * Math.exp(-at / (2 + arm))] as const);
    const points = curve.map(([x, y], at) => [x, arm === 2 && at === 4 ? Number.NaN : y] as const);
    return { name, points, band: curve.map(([x, y]) => [x, y - 0.02, y + 0.02] as const) };
  }),
};

const gradients: LineChart = {
  kind: "line-chart",
  title: "Gradient norm of each layer's weight, first batch",
  x: {
    name: "layer, from the input to the output",
    categories: times(24).map((at) => `blocks.${at}.convolution.weight`),
  },
  y: { name: "Euclidean norm", scale: "logarithmic" },
  series: arms
    .slice(0, 2)
    .map((name, arm) => ({ name, points: times(24).map((at) => [at, 10 ** (-at * arm * 0.1)]) })),
};

const classes = [
  "T-shirt/top",
  "Trouser",
  "Pullover",
  "Dress",
  "Coat",
  "Sandal",
  "Shirt",
  "Sneaker",
  "Bag",
  "Ankle boot",
];

const attention: Heatmap = {
  kind: "heatmap",
  title: "Attention of the last layer of the decoder",
  rows: { name: "target", categories: ["ein", "mann", "fährt", "fahrrad", "."] },
  columns: { name: "source", categories: ["a", "man", "is", "riding", "a", "bike", "."] },
  values: times(5).map((row) => times(7).map((column) => Math.exp(-((1.4 * row - column) ** 2)))),
  value: { name: "weight" },
};

const charts: readonly Block[] = [
  losses,
  accuracies,
  gradients,
  {
    kind: "bar-chart",
    title: "Test accuracy with its interval",
    value: { name: "accuracy", unit: "%" },
    categories: ["TREC-6", "SST-2", "Subj"],
    series: [
      { name: arms[0]!, values: [91.2, 82.1, null], intervals: [[90, 92.5], [81, 83], null] },
      {
        name: arms[1]!,
        values: [90.2, 81.1, 89],
        intervals: [
          [89, 91.5],
          [80, 82],
          [88, 90],
        ],
      },
    ],
    references: [{ axis: "x", value: 60, name: "published" }],
  },
  {
    kind: "bar-chart",
    title: "forward 32x64x56x56",
    value: { name: "time", unit: "ms" },
    categories: ["evenkeel", "roof-copy", "pytorch-cpu, 2", "tfjs-cpu"],
    longest: 24,
    series: [
      {
        name: "time",
        values: [2, 1, 11, 1000],
        slots: [0, 3, 1, 1],
        labels: ["2 ms", "1 ms", "11 ms", "1,000 ms"],
      },
    ],
  },
  {
    kind: "scatter-chart",
    title: "Accuracy by learning rate",
    x: { name: "learning rate", scale: "logarithmic" },
    y: { name: "accuracy" },
    series: [
      {
        name: arms[0]!,
        points: [
          [0.01, 0.9],
          [0.1, 0.93],
          [1, 0.8],
        ],
        labels: ["small", "middle", "large"],
      },
    ],
  },
  attention,
  makeConfusionMatrix({
    title: "Predictions",
    classes,
    counts: classes.map((_, row) => classes.map((_, column) => (row === column ? 900 : (row * column) % 7))),
  }),
];

const pixels = { data: Uint8Array.from(times(3 * 60 * 80), (at) => at % 251), shape: [3, 60, 80] as const };

/** A report with every kind of block. */
export const sampleReport: Report = {
  title: "The same network with and without batch normalization",
  setting: ["synthetic figures, 58,000 training images; ResNet-20, batch 128", "2030-01-02, Evenkeel 1.2.3"],
  findings: [
    "With batch norm the network classified 94.01 % of 10,000 test images correctly, without it 92.10 %.",
  ],
  sections: [
    {
      blocks: [
        {
          kind: "table",
          columns: [{ name: "" }, { name: arms[0]! }, { name: arms[1]! }],
          rows: [
            ["test accuracy", "94.01 %", { text: "92.10 %", tone: "bad" }],
            { heading: "gradient norm" },
            ["conv1", "0.5", "0.004"],
          ],
        },
        {
          kind: "table",
          isWide: true,
          columns: times(9).map((at) => ({ name: `a long name of column ${at}` })),
          rows: [times(9).map((at) => `${at},000,000 kB`)],
        },
        ...charts,
      ],
    },
    {
      heading: "Pictures and texts",
      note: "What was hard.",
      blocks: [
        {
          kind: "pictures",
          pictures: [
            {
              pixels,
              alt: "cells",
              heading: "cells",
              boxes: [{ corners: [50, 10, 80, 60], label: "a long label of a box 0.93" }],
            },
            {
              pixels,
              alt: "cells",
              caption: "the map",
              heat: { data: Float32Array.of(0, 1, 0.5, 0), shape: [2, 2] },
            },
          ],
        },
        {
          kind: "highlights",
          words: classes.map((text, at) => ({ text, weight: at / 5 - 1 })),
          caption: "Weights.",
        },
        { kind: "list", items: ["one", "two"] },
        { kind: "fold", heading: "More", blocks: [losses] },
      ],
    },
  ],
};
