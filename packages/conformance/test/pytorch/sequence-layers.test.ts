import { cpu } from "@evenkeel/backend-cpu";
import { Embedding, EmbeddingBag } from "@evenkeel/nn";
import { type Backend, selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";
import { checkModule, type ModuleComparison, readModuleAnswers } from "./compare-modules.ts";

const compared = <const Compared extends ModuleComparison["make"]>(
  comparison: ModuleComparison<ReturnType<Compared>>,
): ModuleComparison => comparison as unknown as ModuleComparison;

/** Indices of 7 vectors, of which 2 is padding. */
const tokens: PlainTensor = {
  shape: [4, 5],
  data: [1, 6, 0, 2, 2, 3, 3, 3, 2, 2, 2, 2, 2, 2, 2, 5, 4, 3, 1, 0],
  dtype: "i32",
};

const embeddings: readonly ModuleComparison[] = [
  compared<() => Embedding>({
    name: "embedding with padding",
    pytorch: "nn.Embedding(7, 3, padding_idx=2)",
    call: "m(x[0])",
    make: () => new Embedding(7, 3, { paddingIdx: 2, seed: 1 }),
    run: (layer, [indices]) => [layer.forward(indices!)],
    inputs: [tokens],
    outputShapes: [[4, 5, 3]],
  }),
  ...(["sum", "mean", "max"] as const).flatMap((mode) =>
    [undefined, 2].map((paddingIdx) =>
      compared<() => EmbeddingBag>({
        name: `embedding bag, ${mode}, padding ${paddingIdx}`,
        pytorch: `nn.EmbeddingBag(7, 3, mode="${mode}", padding_idx=${paddingIdx ?? "None"})`,
        call: "m(x[0])",
        make: () => new EmbeddingBag(7, 3, { mode, paddingIdx, seed: 2 }),
        run: (layer, [indices]) => [layer.forward(indices!)],
        inputs: [tokens],
        outputShapes: [[4, 3]],
      }),
    ),
  ),
  compared<() => EmbeddingBag>({
    name: "embedding bag, weighted sum",
    pytorch: 'nn.EmbeddingBag(7, 3, mode="sum", padding_idx=2)',
    call: "m(x[0], per_sample_weights=x[1])",
    make: () => new EmbeddingBag(7, 3, { mode: "sum", paddingIdx: 2, seed: 2 }),
    run: (layer, [indices, weights]) => [layer.forward(indices!, weights)],
    inputs: [tokens, [4, 5]],
    outputShapes: [[4, 3]],
  }),
];

const comparisons = [...embeddings];

describe.skipIf(skipWithoutPytorch)(pytorchTitle, () => {
  let backend: Backend;
  let answers: Awaited<ReturnType<typeof readModuleAnswers>>;
  beforeAll(async () => {
    backend = await selectBackend([cpu({ threads: 1 })]);
    answers = await readModuleAnswers(comparisons);
  });
  afterAll(async () => {
    setDefaultBackend(undefined);
    await backend.close();
  });

  test.each(comparisons.map(({ name }) => name))("%s", async (name) => {
    await checkModule(answers.get(name)!, backend);
  });
});
