import { valueAndGrad } from "@evenkeel/autodiff";
import {
  type AnyModule,
  EmbeddingBag,
  GRU,
  LSTM,
  MaskedBatchNorm,
  RNN,
  RotaryEncoding,
  TransformerDecoderLayer,
  TransformerEncoderLayer,
} from "@evenkeel/nn";
import { type Backend, fromData, mul, normal, sum, type Tensor, withExecutor } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { referenceBackend, referenceExecutor } from "../../src/reference.ts";
import { onEachBackend } from "../each-backend.ts";

/** A model of a device and its loss. Models of all devices start with the same values. */
type MakeModel = (backend: Backend) => readonly [model: AnyModule, loss: () => Tensor];

const draw = (shape: readonly number[], stream: number, backend: Backend): Tensor =>
  normal(shape, { seed: 9, stream, backend });
const padding = (backend: Backend): Tensor =>
  fromData([0, 0, 0, 0, 0, 0, 0, 1, 1, 1], { shape: [2, 5], dtype: "bool" }, { backend });
const weigh = (y: Tensor): Tensor => sum(mul(y, draw(y.shape, 2, y.backend)));

const options = { numLayers: 2, bidirectional: true, seed: 1 } as const;
const ragged = { lengths: [5, 2] };
const small = { dimFeedforward: 10, dropout: 0, batchFirst: true, seed: 1 } as const;

const models: readonly (readonly [string, MakeModel])[] = [
  [
    "LSTM with projections",
    (backend) => {
      const layer = new LSTM(6, 7, { ...options, projSize: 4, backend });
      return [layer, () => weigh(layer.forward(draw([5, 2, 6], 0, backend), undefined, ragged)[0])];
    },
  ],
  [
    "GRU",
    (backend) => {
      const layer = new GRU(6, 7, { ...options, backend });
      return [layer, () => weigh(layer.forward(draw([5, 2, 6], 0, backend), undefined, ragged)[1])];
    },
  ],
  [
    "RNN",
    (backend) => {
      const layer = new RNN(6, 8, { ...options, nonlinearity: "relu", backend });
      return [layer, () => weigh(layer.forward(draw([5, 2, 6], 0, backend))[0])];
    },
  ],
  [
    "encoder layer with masked batch norm and rotary positions",
    (backend) => {
      const layer = new TransformerEncoderLayer(8, 2, {
        ...small,
        normalization: (channels) => new MaskedBatchNorm(channels, { backend }),
        rotary: new RotaryEncoding(4),
        backend,
      });
      const inputs = { causal: true, srcKeyPaddingMask: padding(backend) };
      return [layer, () => weigh(layer.forward(draw([2, 5, 8], 0, backend), inputs))];
    },
  ],
  [
    "decoder layer",
    (backend) => {
      const layer = new TransformerDecoderLayer(8, 2, { ...small, normFirst: true, backend });
      const [x, memory] = [draw([2, 3, 8], 0, backend), draw([2, 5, 8], 1, backend)];
      const inputs = { causal: true, memoryKeyPaddingMask: padding(backend) };
      return [layer, () => weigh(layer.forward(x, memory, inputs))];
    },
  ],
  [
    "embedding bag",
    (backend) => {
      const layer = new EmbeddingBag(4, 3, { paddingIdx: 0, mode: "max", seed: 1, backend });
      const bags = fromData([0, 1, 2, 3, 3, 0], { shape: [2, 3], dtype: "i32" }, { backend });
      return [layer, () => weigh(layer.forward(bags))];
    },
  ],
];

/** The loss and the gradients of all parameters. */
async function readGradients(make: MakeModel, backend: Backend): Promise<number[][]> {
  const [model, loss] = make(backend);
  const [value, gradients] = valueAndGrad(model, loss)();
  return Promise.all([value, ...gradients].map(async (one) => [...(await one.data())].map(Number)));
}

onEachBackend((backend) => {
  test.each(models)("%s: loss and gradients are those of float64", async (_, make) => {
    const wanted = await withExecutor(referenceExecutor, () => readGradients(make, referenceBackend));
    const found = await readGradients(make, backend());
    expect(found.length).toBe(wanted.length);
    // Some gradients are 0 but for rounding errors, such as that of a bias before a batch norm.
    const largest = Math.max(...wanted.slice(1).flat().map(Math.abs));
    for (const [index, values] of wanted.entries()) {
      for (const [at, value] of values.entries()) {
        expect(Math.abs(found[index]![at]! - value) / largest, `gradient ${index}, ${at}`).toBeLessThan(2e-5);
      }
    }
  });
});
