import {
  chunk,
  concatenate,
  gather,
  moveAxis,
  pad,
  repeatInterleave,
  roll,
  slice,
  swapAxes,
  take,
  tile,
  unbind,
} from "@evenkeel/tensor";
import { type Comparison, compareOnEachBackend } from "./against-pytorch.ts";

const images = [2, 3, 5, 6];

const padding: readonly Comparison[] = [
  {
    name: "reflection",
    pytorch: "F.pad(x[0], (3, 1, 0, 2), mode='reflect')",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 0],
          [0, 0],
          [0, 2],
          [3, 1],
        ],
        { mode: "reflect" },
      ),
    inputs: [images],
    outputShape: [2, 3, 7, 10],
  },
  {
    name: "replication",
    pytorch: "F.pad(x[0], (3, 1, 0, 9), mode='replicate')",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 0],
          [0, 0],
          [0, 9],
          [3, 1],
        ],
        { mode: "edge" },
      ),
    inputs: [images],
    outputShape: [2, 3, 14, 10],
  },
  {
    name: "circular padding of three axes",
    pytorch: "F.pad(x[0], (3, 1, 0, 2, 2, 1), mode='circular')",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 0],
          [0, 0],
          [2, 1],
          [0, 2],
          [3, 1],
        ],
        { mode: "wrap" },
      ),
    inputs: [[2, 1, 3, 4, 5]],
    outputShape: [2, 1, 6, 6, 9],
  },
  {
    name: "padding with a constant, negative on one side",
    pytorch: "F.pad(x[0], (-2, 3, 1, -1), value=0.5)",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 0],
          [0, 0],
          [1, -1],
          [-2, 3],
        ],
        { value: 0.5 },
      ),
    inputs: [images],
    outputShape: [2, 3, 5, 7],
  },
  {
    name: "reflection, negative on one side",
    pytorch: "F.pad(x[0], (-2, 3), mode='reflect')",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 0],
          [0, 0],
          [-2, 3],
        ],
        { mode: "reflect" },
      ),
    inputs: [[2, 3, 6]],
    outputShape: [2, 3, 7],
  },
  {
    name: "replication, negative on one side",
    pytorch: "F.pad(x[0], (2, -3), mode='replicate')",
    ours: ([x]) =>
      pad(
        x!,
        [
          [0, 0],
          [0, 0],
          [2, -3],
        ],
        { mode: "edge" },
      ),
    inputs: [[2, 3, 6]],
    outputShape: [2, 3, 5],
  },
];

const vectors = [5, 7];
const fromEnd = { shape: [4], data: [-1, 0, -5, -1], dtype: "i32" } as const;
const forEach = { shape: [2, 7], data: [4, 0, 1, 0, 3, 2, 2, 4, 1, 1, 3, 0, 2, 0], dtype: "i32" } as const;

const movement: readonly Comparison[] = [
  {
    name: "a slice backwards",
    pytorch: "torch.flip(x[0], (0,))[1:5:2, 3:]",
    ours: ([x]) => slice(x!, { begin: [-2, 3], end: [0], step: [-2] }),
    inputs: [vectors],
    outputShape: [2, 4],
  },
  {
    name: "chunks",
    pytorch: "torch.cat(torch.chunk(x[0], 3, dim=1)[::-1], dim=1)",
    ours: ([x]) => concatenate(chunk(x!, 3, { axis: 1 }).reverse(), { axis: 1 }),
    inputs: [vectors],
    outputShape: vectors,
  },
  {
    name: "unbind",
    pytorch: "torch.unbind(x[0], dim=-1)[2]",
    ours: ([x]) => unbind(x!, { axis: -1 })[2]!,
    inputs: [vectors],
    outputShape: [5],
  },
  {
    name: "roll along two axes",
    pytorch: "torch.roll(x[0], (2, -9), (0, 1))",
    ours: ([x]) => roll(x!, [2, -9], { axis: [0, 1] }),
    inputs: [vectors],
    outputShape: vectors,
  },
  {
    name: "roll of all elements",
    pytorch: "torch.roll(x[0], -3)",
    ours: ([x]) => roll(x!, -3),
    inputs: [vectors],
    outputShape: vectors,
  },
  {
    name: "tile with more counts than axes",
    pytorch: "torch.tile(x[0], (2, 1, 3))",
    ours: ([x]) => tile(x!, [2, 1, 3]),
    inputs: [vectors],
    outputShape: [2, 5, 21],
  },
  {
    name: "tile with fewer counts than axes",
    pytorch: "torch.tile(x[0], (2,))",
    ours: ([x]) => tile(x!, [2]),
    inputs: [vectors],
    outputShape: [5, 14],
  },
  {
    name: "repeated elements",
    pytorch: "torch.repeat_interleave(x[0], 3, dim=0)",
    ours: ([x]) => repeatInterleave(x!, 3, { axis: 0 }),
    inputs: [vectors],
    outputShape: [15, 7],
  },
  {
    name: "elements repeated by counts",
    pytorch: "torch.repeat_interleave(x[0], torch.tensor([1, 0, 3, 2, 1]), dim=0)",
    ours: ([x]) => repeatInterleave(x!, [1, 0, 3, 2, 1], { axis: 0 }),
    inputs: [vectors],
    outputShape: [7, 7],
  },
  {
    name: "all elements repeated",
    pytorch: "torch.repeat_interleave(x[0], 2)",
    ours: ([x]) => repeatInterleave(x!, 2),
    inputs: [vectors],
    outputShape: [70],
  },
  {
    name: "moved axes",
    pytorch: "torch.moveaxis(x[0], (0, -1), (-2, 0))",
    ours: ([x]) => moveAxis(x!, [0, -1], [-2, 0]),
    inputs: [[2, 3, 4, 5]],
    outputShape: [5, 3, 2, 4],
  },
  {
    name: "exchanged axes",
    pytorch: "torch.swapaxes(x[0], 0, -1)",
    ours: ([x]) => swapAxes(x!, 0, -1),
    inputs: [[2, 3, 4]],
    outputShape: [4, 3, 2],
  },
  {
    name: "indices from the end",
    pytorch: "x[0][x[1]]",
    ours: ([x, indices]) => take(x!, indices!),
    inputs: [vectors, fromEnd],
    outputShape: [4, 7],
  },
  {
    name: "gather along the first axis",
    pytorch: "torch.gather(x[0], 0, x[1])",
    ours: ([x, indices]) => gather(x!, indices!, { axis: 0 }),
    inputs: [vectors, forEach],
    outputShape: [2, 7],
  },
];

compareOnEachBackend("movement", [...padding, ...movement]);
