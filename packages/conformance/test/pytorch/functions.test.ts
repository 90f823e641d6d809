import type { Tensor } from "@evenkeel/tensor";
import {
  acos,
  acosh,
  asin,
  asinh,
  atan,
  atan2,
  atanh,
  cosh,
  exp2,
  lerp,
  log2,
  log10,
  logaddexp,
  median,
  mod,
  norm,
  quantile,
  sinh,
  sort,
  standardDeviation,
  tan,
} from "@evenkeel/tensor";
import { type Comparison, compareOnEachBackend } from "./against-pytorch.ts";
import type { PlainTensor } from "./ask-pytorch.ts";

const column = (...data: number[]): PlainTensor => ({ shape: [data.length], data });
const inside = column(-0.96875, -0.5, -0.25, 0, 0.125, 0.75, 0.9375);
const above = column(1.125, 1.5, 2, 7, 300, 9000);
const positive = column(0.125, 0.75, 1, 1.25, 8, 300);
const anywhere = column(-3, -1.5, -0.25, 0, 0.5, 1.25, 2);

const unary: readonly (readonly [name: string, ours: (x: Tensor) => Tensor, input: PlainTensor])[] = [
  ["tan", tan, column(-1.25, -0.5, 0, 0.25, 1.375)],
  ["asin", asin, inside],
  ["acos", acos, inside],
  ["atan", atan, anywhere],
  ["sinh", sinh, anywhere],
  ["cosh", cosh, anywhere],
  ["asinh", asinh, anywhere],
  ["acosh", acosh, above],
  ["atanh", atanh, inside],
  ["exp2", exp2, anywhere],
  ["log2", log2, positive],
  ["log10", log10, positive],
];

/** Rows with ties, and one that is zero. */
const rows: PlainTensor = { shape: [3, 4], data: [3, -4, 0, 2, 0, 0, 0, 0, 1, 1, -2, 1] };

const norms = [2, 1, 3, 1.5, Number.POSITIVE_INFINITY].map(
  (p): Comparison => ({
    name: `norm of order ${p}`,
    pytorch: `torch.linalg.vector_norm(x[0], ${p === Number.POSITIVE_INFINITY ? 'float("inf")' : p}, dim=1)`,
    ours: ([x]) => norm(x!, { p, axis: 1 }),
    inputs: [{ shape: [2, 3], data: [3, -4, 0.5, 1, 2.5, -2] }],
    outputShape: [2],
  }),
);

const interpolations = ["linear", "lower", "higher", "midpoint", "nearest"] as const;
const quantiles = interpolations.map(
  (interpolation): Comparison => ({
    name: `quantiles: ${interpolation}`,
    pytorch: `torch.quantile(x[0], torch.tensor([0.1, 0.5, 0.77, 1.0], dtype=torch.float64), dim=1, interpolation="${interpolation}")`,
    ours: ([x]) => quantile(x!, [0.1, 0.5, 0.77, 1], { axis: 1, interpolation }),
    inputs: [[5, 8]],
    outputShape: [4, 5],
  }),
);

compareOnEachBackend("functions", [
  ...unary.map(
    ([name, ours, input]): Comparison => ({
      name,
      pytorch: `torch.${name}(x[0])`,
      ours: ([x]) => ours(x!),
      inputs: [input],
      outputShape: input.shape,
    }),
  ),
  {
    name: "atan2",
    pytorch: "torch.atan2(x[0], x[1])",
    ours: ([y, x]) => atan2(y!, x!),
    inputs: [column(1, -1, 0.5, 0, -2), column(1, -1, -3, 2, 0.25)],
    outputShape: [5],
  },
  {
    name: "logaddexp",
    pytorch: "torch.logaddexp(x[0], x[1])",
    ours: ([a, b]) => logaddexp(a!, b!),
    inputs: [anywhere, column(-3, 2, 0.5, 0, 9, -50, 100)],
    outputShape: [7],
  },
  {
    name: "remainder",
    pytorch: "torch.remainder(x[0], x[1])",
    ours: ([a, b]) => mod(a!, b!),
    inputs: [column(5, -5, 5, -5, 7.5, 0.5), column(3, 3, -3, -3, -2, 2)],
    outputShape: [6],
  },
  {
    name: "lerp by a tensor",
    pytorch: "torch.lerp(x[0], x[1], x[2])",
    ours: ([a, b, weight]) => lerp(a!, b!, weight!),
    inputs: [[3, 4], [3, 4], column(0, 0.25, 0.75, 1)],
    outputShape: [3, 4],
  },
  ...norms,
  {
    name: "norm of zeros",
    pytorch: "torch.linalg.vector_norm(x[0], dim=1, keepdim=True)",
    ours: ([x]) => norm(x!, { axis: -1, keepDims: true }),
    inputs: [rows],
    outputShape: [3, 1],
  },
  {
    name: "standard deviation",
    pytorch: "torch.std(x[0], dim=0)",
    ours: ([x]) => standardDeviation(x!, { axis: 0, correction: 1 }),
    inputs: [[5, 4]],
    outputShape: [4],
  },
  {
    name: "sorted values",
    pytorch: "torch.sort(x[0], dim=0, descending=True, stable=True)[0]",
    ours: ([x]) => sort(x!, { axis: 0, descending: true }).values,
    inputs: [rows],
    outputShape: [3, 4],
  },
  ...quantiles,
  {
    name: "median of rows",
    pytorch: "torch.median(x[0], dim=1)[0]",
    ours: ([x]) => median(x!, { axis: 1 }),
    inputs: [[5, 8]],
    outputShape: [5],
  },
  {
    name: "median of all",
    pytorch: "torch.median(x[0])",
    ours: ([x]) => median(x!),
    inputs: [[3, 5]],
    outputShape: [],
  },
]);
