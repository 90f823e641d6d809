import type { ScatterReduction } from "@evenkeel/tensor";
import {
  gatherNd,
  scatter,
  scatterNd,
  scatterReduce,
  segmentMax,
  segmentMean,
  segmentMin,
  segmentSum,
} from "@evenkeel/tensor";
import { type Comparison, compareOnEachBackend } from "./against-pytorch.ts";
import type { PlainTensor } from "./ask-pytorch.ts";

const integers = (shape: readonly number[], ...data: number[]): PlainTensor => ({
  shape,
  data,
  dtype: "i32",
});

/** Zeros, alone and in pairs, and ties between updates and with the elements that they meet. */
const targets: PlainTensor = { shape: [2, 4], data: [1, 2, 0, -3, 0.5, 0, 7, 2] };
/** None equals the extreme of its updates, because PyTorch takes it for a tie even where it is left out. */
const others: PlainTensor = { ...targets, data: targets.data.map((value) => value + 0.25) };
const updates: PlainTensor = { shape: [2, 5], data: [1, 2, 2, 0, 4, 0, 0, -1, 3, 2] };
const places = integers([2, 5], 0, 1, 1, 2, 1, 0, 1, 1, 3, 3);
const distinct = integers([2, 3], 3, 0, 1, 2, 1, 0);

const reductions: readonly (readonly [ScatterReduction, string])[] = [
  ["sum", "sum"],
  ["product", "prod"],
  ["mean", "mean"],
  ["max", "amax"],
  ["min", "amin"],
];

const compareReductions = (): Comparison[] =>
  reductions.flatMap(([reduction, theirs]) =>
    [true, false].map((includeSelf) => ({
      name: `${reduction}${includeSelf ? "" : " without x"}`,
      pytorch: `x[0].scatter_reduce(1, x[1], x[2], "${theirs}", include_self=${includeSelf ? "True" : "False"})`,
      ours: ([x, indices, values]) =>
        scatterReduce(x!, indices!, values!, { reduction, axis: 1, includeSelf }),
      inputs: [includeSelf ? targets : others, places, updates],
      outputShape: [2, 4],
    })),
  );

const ids = integers([6], 2, 0, 2, 4, 0, 2);
const segments = [6, 3];
const pythonIds = "x[1][:, None].expand(6, 3)";
const compareSegments = (): Comparison[] => [
  {
    name: "segment sums",
    pytorch: "torch.zeros(5, 3, dtype=torch.float64).index_add(0, x[1], x[0])",
    ours: ([x, one]) => segmentSum(x!, one!, { size: 5 }),
    inputs: [segments, ids],
    outputShape: [5, 3],
  },
  {
    name: "segment means",
    pytorch: `torch.zeros(5, 3, dtype=torch.float64).scatter_reduce(0, ${pythonIds}, x[0], "mean", include_self=False)`,
    ours: ([x, one]) => segmentMean(x!, one!, { size: 5 }),
    inputs: [segments, ids],
    outputShape: [5, 3],
  },
  ...(
    [
      ["max", segmentMax],
      ["min", segmentMin],
    ] as const
  ).map(
    ([name, ours]): Comparison => ({
      name: `segment ${name}`,
      pytorch: `torch.zeros(3, 3, dtype=torch.float64).scatter_reduce(0, ${pythonIds}, x[0], "a${name}", include_self=False)`,
      ours: ([x, one]) => ours(x!, one!, { size: 3 }),
      inputs: [segments, integers([6], 2, 0, 2, 1, 0, 2)],
      outputShape: [3, 3],
    }),
  ),
];

const vectors = integers([3, 2], 1, 0, 0, -1, 1, 2);
const compareVectors = (): Comparison[] => [
  {
    name: "slices at vectors of indices",
    pytorch: "x[0][x[1][:, 0], x[1][:, 1]]",
    ours: ([x, indices]) => gatherNd(x!, indices!),
    inputs: [[2, 4, 3], vectors],
    outputShape: [3, 3],
  },
  {
    name: "slices at vectors of indices in batches",
    pytorch: "torch.stack([x[0][b][x[1][b, :, 0], x[1][b, :, 1]] for b in range(2)])",
    ours: ([x, indices]) => gatherNd(x!, indices!, { batchDims: 1 }),
    inputs: [[2, 4, 3, 5], integers([2, 3, 2], 1, 0, 3, 2, -1, 1, 0, 0, 2, 2, 1, -3)],
    outputShape: [2, 3, 5],
  },
  {
    name: "slices replaced at vectors of indices",
    pytorch: "x[0].index_put((x[1][:, 0], x[1][:, 1]), x[2])",
    ours: ([x, indices, values]) => scatterNd(x!, indices!, values!),
    inputs: [[2, 4, 3], vectors, [3, 3]],
    outputShape: [2, 4, 3],
  },
  {
    name: "slices added at vectors of indices",
    pytorch: "x[0].index_put((x[1][:, 0], x[1][:, 1]), x[2], accumulate=True)",
    ours: ([x, indices, values]) => scatterNd(x!, indices!, values!, { reduction: "sum" }),
    inputs: [[2, 4, 3], integers([3, 2], 1, 0, 0, -1, 1, 0), [3, 3]],
    outputShape: [2, 4, 3],
  },
];

compareOnEachBackend("scatter", [
  {
    name: "replaced elements",
    pytorch: "x[0].scatter(1, x[1], x[2])",
    ours: ([x, indices, values]) => scatter(x!, indices!, values!),
    inputs: [targets, distinct, [2, 3]],
    outputShape: [2, 4],
  },
  {
    name: "elements replaced by a number",
    pytorch: "x[0].scatter(1, x[1], 1.5)",
    ours: ([x, indices]) => scatter(x!, indices!, 1.5, { axis: 1 }),
    inputs: [targets, places],
    outputShape: [2, 4],
  },
  ...compareReductions(),
  ...compareSegments(),
  ...compareVectors(),
]);
