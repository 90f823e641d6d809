import { pad } from "@evenkeel/tensor";
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

compareOnEachBackend("movement", padding);
