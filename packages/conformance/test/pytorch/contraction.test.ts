import { diagonal, einsum, outer, tensordot } from "@evenkeel/tensor";
import { type Comparison, compareOnEachBackend } from "./against-pytorch.ts";

type Row = readonly [equation: string, shapes: readonly (readonly number[])[], output: readonly number[]];

const equations: readonly Row[] = [
  [
    "ij,jk->ik",
    [
      [3, 4],
      [4, 5],
    ],
    [3, 5],
  ],
  [
    "ij,jk->ki",
    [
      [3, 4],
      [4, 5],
    ],
    [5, 3],
  ],
  [
    "ji,jk",
    [
      [4, 3],
      [4, 5],
    ],
    [3, 5],
  ],
  [
    "bij,bkj->bik",
    [
      [2, 3, 4],
      [2, 5, 4],
    ],
    [2, 3, 5],
  ],
  [
    "ijb,jkb->ikb",
    [
      [3, 4, 2],
      [4, 5, 2],
    ],
    [3, 5, 2],
  ],
  [
    "bhqd,bhkd->bhqk",
    [
      [2, 3, 4, 5],
      [2, 3, 6, 5],
    ],
    [2, 3, 4, 6],
  ],
  ["i,j->ij", [[3], [4]], [3, 4]],
  ["i,i->", [[7], [7]], []],
  [
    "bi,bi->b",
    [
      [3, 7],
      [3, 7],
    ],
    [3],
  ],
  [
    "ij,ij->ij",
    [
      [3, 4],
      [3, 4],
    ],
    [3, 4],
  ],
  ["ij,i->j", [[3, 4], [3]], [4]],
  ["ii->i", [[4, 4]], [4]],
  ["ii", [[4, 4]], []],
  ["iji->j", [[3, 4, 3]], [4]],
  ["iijj->ij", [[3, 3, 4, 4]], [3, 4]],
  ["ij->ji", [[3, 4]], [4, 3]],
  ["ij->", [[3, 4]], []],
  ["ba", [[3, 4]], [4, 3]],
  [
    "...ij,...jk->...ik",
    [
      [2, 1, 3, 4],
      [5, 4, 6],
    ],
    [2, 5, 3, 6],
  ],
  [
    "i...,i...->...",
    [
      [3, 4, 5],
      [3, 5],
    ],
    [4, 5],
  ],
  ["...i->...", [[2, 3, 4]], [2, 3]],
  [
    "b...i,ij->...bj",
    [
      [2, 3, 4],
      [4, 5],
    ],
    [3, 2, 5],
  ],
  [
    "ij,jk->ik",
    [
      [3, 1],
      [4, 5],
    ],
    [3, 5],
  ],
  [
    "ij,jk,kl->il",
    [
      [3, 40],
      [40, 2],
      [2, 30],
    ],
    [3, 30],
  ],
  [
    "bn,anm,bm->ba",
    [
      [2, 5],
      [3, 5, 4],
      [2, 4],
    ],
    [2, 3],
  ],
  [
    "ab,bc,cd,de,ea->bd",
    [
      [2, 3],
      [3, 4],
      [4, 2],
      [2, 5],
      [5, 2],
    ],
    [3, 2],
  ],
  ["i,i,i->i", [[4], [4], [4]], [4]],
  [
    "ij,kl->",
    [
      [2, 3],
      [4, 5],
    ],
    [],
  ],
];

compareOnEachBackend("contraction", [
  ...equations.map(
    ([equation, inputs, outputShape], index): Comparison => ({
      name: `einsum ${equation} (${index})`,
      pytorch: `torch.einsum("${equation}", ${inputs.map((_, operand) => `x[${operand}]`).join(", ")})`,
      ours: (operands) => einsum(equation, ...operands),
      inputs,
      outputShape,
      tolerance: 4e-6,
    }),
  ),
  {
    name: "tensordot over two axes",
    pytorch: "torch.tensordot(x[0], x[1])",
    ours: ([a, b]) => tensordot(a!, b!),
    inputs: [
      [2, 3, 4],
      [3, 4, 5],
    ],
    outputShape: [2, 5],
  },
  {
    name: "tensordot over listed axes",
    pytorch: "torch.tensordot(x[0], x[1], dims=([2, 0], [0, 2]))",
    ours: ([a, b]) =>
      tensordot(a!, b!, [
        [2, 0],
        [0, -1],
      ]),
    inputs: [
      [2, 3, 4],
      [4, 5, 2],
    ],
    outputShape: [3, 5],
  },
  {
    name: "tensordot over no axis",
    pytorch: "torch.tensordot(x[0], x[1], dims=0)",
    ours: ([a, b]) => tensordot(a!, b!, 0),
    inputs: [[2, 3], [4]],
    outputShape: [2, 3, 4],
  },
  {
    name: "outer product",
    pytorch: "torch.outer(x[0], x[1])",
    ours: ([a, b]) => outer(a!, b!),
    inputs: [[3], [4]],
    outputShape: [3, 4],
  },
  ...(
    [
      [0, [4, 5], 4],
      [2, [4, 5], 3],
      [-3, [4, 5], 1],
      [9, [4, 5], 0],
    ] as const
  ).map(
    ([offset, inputs, length]): Comparison => ({
      name: `diagonal ${offset}`,
      pytorch: `torch.diagonal(x[0], ${Math.min(offset, 5)})`,
      ours: ([x]) => diagonal(x!, { offset }),
      inputs: [inputs],
      outputShape: [length],
    }),
  ),
  {
    name: "diagonal of two axes among others",
    pytorch: "torch.diagonal(x[0], 1, 2, 0)",
    ours: ([x]) => diagonal(x!, { offset: 1, axis1: 2, axis2: 0 }),
    inputs: [[3, 2, 4, 5]],
    outputShape: [2, 5, 2],
  },
]);
