import { cpu } from "@evenkeel/backend-cpu";
import { type PaddedTokens, vdcnn, wordConvnet } from "@evenkeel/models";
import type { Module } from "@evenkeel/nn";
import { type Backend, notEqual, type Tensor } from "@evenkeel/tensor";
import { MemoryBackend } from "@evenkeel/tensor/testing";
import { afterAll, beforeAll, describe, test } from "vitest";
import { type Comparison, checkComparison, readAnswers } from "./against-pytorch.ts";
import { type PlainTensor, pytorchTitle, skipWithoutPytorch } from "./ask-pytorch.ts";

/** Texts of 12, 7 and 3 tokens, padded with 0. */
const texts: PlainTensor = {
  shape: [3, 12],
  data: [12, 7, 3].flatMap((length, row) =>
    Array.from({ length: 12 }, (_, place) => (place < length ? 1 + ((7 * place + 5 * row) % 19) : 0)),
  ),
  dtype: "i32",
};

const memory = new MemoryBackend();

/** The Python expressions of the parameters of a model, which are the inputs after the first, by their names. */
type Parameters = (name: string) => string;

/** A model of texts; all its parameters have gradients. */
function makeComparison(
  name: string,
  make: (backend: Backend) => Module<[PaddedTokens]>,
  pytorch: (parameters: Parameters) => string,
): Comparison {
  const named = [...make(memory).namedParameters()];
  const names = named.map(([parameter]) => parameter);
  return {
    name,
    pytorch: `(lambda mask: ${pytorch((parameter) => `x[${1 + names.indexOf(parameter)}]`)})(x[0] != 0)`,
    ours: ([values, ...parameters]) => {
      const model = make(values!.backend);
      [...model.parameters()].forEach((parameter, index) => {
        parameter.value = parameters[index] as Tensor;
      });
      return model.forward({ values: values!, mask: notEqual(values!, 0) });
    },
    inputs: [texts, ...named.map(([, { value }]) => value.shape)],
    outputShape: [3, 3],
    // Several layers whose batch norms divide by deviations: about ten times the bound of a single sum.
    tolerance: 2e-5,
  };
}

const zeroed = (y: string, mask = "mask"): string => `(${y} * ${mask}.unsqueeze(1))`;

/** Batch norm of the tokens of all texts without padding, which becomes 0: of y [n, channels, length]. */
const normed = (p: Parameters, norm: string, y: string, mask = "mask"): string =>
  `(lambda z: torch.zeros_like(z).masked_scatter(${mask}.unsqueeze(2), F.batch_norm(z[${mask}], None, None, ${p(`${norm}.weight`)}, ${p(`${norm}.bias`)}, True)).transpose(1, 2))(${y}.transpose(1, 2))`;

/** A convolution, and a bias unless batch norm follows. */
const convolved = (p: Parameters, name: string, x: string, hasBias: boolean, padding: string): string =>
  `F.conv1d(${x}, ${p(`${name}.weight`)}, ${hasBias ? p(`${name}.bias`) : "None"}, padding=${padding})`;

const linear = (p: Parameters, name: string, x: string): string =>
  `F.linear(${x}, ${p(`${name}.weight`)}, ${p(`${name}.bias`)})`;

const embedded = (p: Parameters): string =>
  `F.embedding(x[0], ${p("embedding.weight")}, padding_idx=0).transpose(1, 2)`;

const words =
  (hasNorm: boolean) =>
  (p: Parameters): string => {
    const features = [0, 1, 2].map((index) => {
      const y = convolved(p, `convs.${index}`, embedded(p), !hasNorm, '"same"');
      return `${hasNorm ? normed(p, `norms.${index}`, y) : zeroed(y)}.amax(2).relu()`;
    });
    return linear(p, "fc", `torch.cat([${features.join(", ")}], 1)`);
  };

/** Two convolutions with batch norm and ReLU, of y and `mask`. */
const block = (p: Parameters, name: string, hasNorm: boolean): string =>
  ["1", "2"].reduce((y, number) => {
    const after = convolved(p, `${name}.conv${number}`, y, !hasNorm, "1");
    return hasNorm ? `${normed(p, `${name}.bn${number}`, after)}.relu()` : zeroed(`${after}.relu()`);
  }, "y");

/** The three largest values in the order of time; among equal ones the first are taken. */
const maxima = "y.gather(2, (y - 1e-12 * torch.arange(y.shape[2])).topk(3, 2).indices.sort(2).values)";

const characters =
  (hasNorm: boolean) =>
  (p: Parameters): string => {
    const hidden = linear(p, "fc2", `${linear(p, "fc1", `${maxima}.flatten(1)`)}.relu()`);
    const classes = `(lambda y: ${linear(p, "fc3", `${hidden}.relu()`)})`;
    const halved = `(lambda mask, y: ${classes}(${block(p, "blocks.1", hasNorm)}))(mask[:, ::2], ${zeroed("F.max_pool1d(y, 3, 2, 1)", "mask[:, ::2]")})`;
    const first = `(lambda y: (lambda y: ${halved})(${block(p, "blocks.0", hasNorm)}))`;
    return `${first}(${zeroed(convolved(p, "conv", embedded(p), true, "1"))})`;
  };

const shared = { vocabularySize: 20, classes: 3, dropout: 0, seed: 1 } as const;

const comparisons = (["batch", "none"] as const).flatMap((normalization) => [
  makeComparison(
    `wordConvnet (normalization ${normalization})`,
    (backend) => wordConvnet({ ...shared, normalization, embeddingSize: 8, channels: 6, backend }),
    words(normalization === "batch"),
  ),
  makeComparison(
    `vdcnn (normalization ${normalization})`,
    (backend) =>
      vdcnn({ ...shared, normalization, embeddingSize: 5, channels: [4, 6], maxima: 3, hidden: 7, backend }),
    characters(normalization === "batch"),
  ),
]);

describe.skipIf(skipWithoutPytorch)(`${pytorchTitle}: models of texts`, () => {
  let answers: ReturnType<typeof readAnswers>;
  let backend: Backend;
  beforeAll(async () => {
    backend = await cpu({ threads: 1 }).open();
    answers = readAnswers(comparisons);
  });
  afterAll(() => backend.close());

  for (const { name } of comparisons) test(name, () => checkComparison(answers.get(name)!, backend));
});
