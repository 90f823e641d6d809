import { cpu } from "@evenkeel/backend-cpu";
import {
  Embedding,
  EmbeddingBag,
  LearnedEncoding,
  Linear,
  type Module,
  RotaryEncoding,
  Sequential,
  SinusoidalEncoding,
} from "@evenkeel/nn";
import { type Backend, cast, scaledDotProductAttention, type Tensor } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";
import { compareModules } from "./compare-modules.ts";
import type { ModuleComparison } from "./run-module.ts";

/** Indices of 7 vectors, of which 2 is padding. */
const tokens: PlainTensor = {
  shape: [4, 5],
  data: [1, 6, 0, 2, 2, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 5, 4, 3, 1, 0],
  dtype: "i32",
};

const embeddings: readonly ModuleComparison[] = [
  {
    name: "embedding with padding",
    pytorch: "nn.Embedding(7, 3, padding_idx=2)",
    call: "m(x[0])",
    make: () => new Embedding(7, 3, { paddingIdx: 2, seed: 1 }),
    run: (layer: Embedding, [indices]) => [layer.forward(indices!)],
    inputs: [tokens],
  },
  ...(["sum", "mean", "max"] as const).flatMap((mode) =>
    [undefined, 2].map((paddingIdx) => ({
      name: `embedding bag, ${mode}, padding ${paddingIdx}`,
      pytorch: `nn.EmbeddingBag(7, 3, mode="${mode}", padding_idx=${paddingIdx ?? "None"})`,
      call: "m(x[0])",
      make: () => new EmbeddingBag(7, 3, { mode, paddingIdx, seed: 2 }),
      run: (layer: EmbeddingBag, [indices]: readonly Tensor[]) => [layer.forward(indices!)],
      inputs: [tokens],
    })),
  ),
  {
    name: "embedding bag, weighted sum",
    pytorch: 'nn.EmbeddingBag(7, 3, mode="sum", padding_idx=2)',
    call: "m(x[0], per_sample_weights=x[1])",
    make: () => new EmbeddingBag(7, 3, { mode: "sum", paddingIdx: 2, seed: 2 }),
    run: (layer: EmbeddingBag, [indices, weights]) => [layer.forward(indices!, weights)],
    inputs: [tokens, [4, 5]],
  },
];

const softmaxOfScores = "(x[0] @ x[1].transpose(-1, -2) / 2.0 + bias).softmax(-1) @ x[2]";

const attentions: readonly Comparison[] = [
  {
    name: "attention",
    pytorch: softmaxOfScores.replace("bias", "0"),
    ours: ([q, k, v]) => scaledDotProductAttention(q!, k!, v!),
    inputs: [
      [2, 3, 5, 4],
      [2, 3, 7, 4],
      [2, 3, 7, 6],
    ],
    outputShape: [2, 3, 5, 6],
  },
  {
    name: "attention with a mask of floats and another scale",
    pytorch: softmaxOfScores.replace("2.0", "3.0").replace("bias", "x[3]"),
    ours: ([q, k, v, mask]) => scaledDotProductAttention(q!, k!, v!, { mask, scale: 1 / 3 }),
    inputs: [
      [2, 3, 5, 4],
      [2, 3, 7, 4],
      [2, 3, 7, 6],
      [3, 1, 7],
    ],
    outputShape: [2, 3, 5, 6],
  },
  {
    name: "causal attention",
    pytorch: softmaxOfScores.replace("bias", "torch.full((7, 7), -torch.inf).triu(1)"),
    ours: ([q, k, v]) => scaledDotProductAttention(q!, k!, v!, { causal: true }),
    inputs: [
      [3, 7, 4],
      [3, 7, 4],
      [3, 7, 4],
    ],
    outputShape: [3, 7, 4],
  },
  {
    name: "attention with a mask of keys",
    pytorch: softmaxOfScores.replace("bias", "(x[3] == 0).double().masked_fill(x[3] == 0, -torch.inf)"),
    ours: ([q, k, v, mask]) => scaledDotProductAttention(q!, k!, v!, { mask: cast(mask!, "bool") }),
    inputs: [
      [2, 5, 4],
      [2, 6, 4],
      [2, 6, 4],
      { shape: [2, 1, 6], data: [1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 1], dtype: "i32" },
    ],
    outputShape: [2, 5, 4],
  },
];

/** An encoding after a linear layer. */
const encoded = (pytorch: string, make: () => Module): ModuleComparison => ({
  name: pytorch,
  pytorch: `nn.Sequential(nn.Linear(4, 6), ${pytorch})`,
  make: () => new Sequential(new Linear(4, 6, { seed: 1 }), make()),
  inputs: [[5, 3, 4]],
});

const encodings: readonly ModuleComparison[] = [
  encoded("LearnedEncoding(7, 6)", () => new LearnedEncoding(7, 6, { seed: 1 })),
  encoded("Call(lambda x: x + sinusoids(5, 6)[:, None])", () => new SinusoidalEncoding(6)),
  encoded("Call(lambda x: rotate(x, -1))", () => new RotaryEncoding(6)),
  encoded("Call(lambda x: rotate(x, -2))", () => new RotaryEncoding(6, { interleaved: false })),
];

compareModules("embeddings and encodings", [...embeddings, ...encodings]);

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: attention`, () => {
  let backend: Backend;
  let answers: ReturnType<typeof readAnswers>;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(attentions);
  });
  afterAll(() => backend.close());

  for (const { name } of attentions) test(name, () => checkComparison(answers.get(name)!, backend));
});
