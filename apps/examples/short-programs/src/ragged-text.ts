// Text of different lengths: padded batches, and a batch norm that leaves padding out of its statistics.
import {
  AdamW, accuracy, batches, cast, Conv1d, cpu, crossEntropy, Embedding, evaluate, fit, Linear, MaskedBatchNorm, Module, manualSeed, max,
  mul, padCollate, relu, selectBackend, type Tensor, transpose, uniform, unsqueeze,
} from "evenkeel";

const backend = await selectBackend([cpu()]);
manualSeed(1);
const vocabulary = 20;
type Sentences = { values: Tensor; mask: Tensor };

/** Sentences of 3 to 30 words; the label tells whether word 1 directly follows word 0 anywhere. */
async function writeSentences(count: number) {
  const numbers = await uniform([count, 32]).data();
  return Array.from({ length: count }, (_, row) => {
    const [first, second, ...rest] = numbers.subarray(32 * row, 32 * row + 32);
    const words = rest.slice(0, 3 + Math.floor(28 * first!)).map((number) => Math.floor(vocabulary * number));
    if (second! < 0.5) words.splice(Math.floor(words.length * second!), 2, 0, 1);
    return { inputs: Int32Array.from(words), labels: words.some((word, place) => word === 1 && words[place - 1] === 0) ? 1 : 0 };
  });
}

class Classifier extends Module<[Sentences]> {
  embedding = new Embedding(vocabulary, 16);
  convolution = new Conv1d(16, 32, 3, { padding: 1, bias: false });
  norm = new MaskedBatchNorm(32);
  head = new Linear(32, 2);
  forward({ values, mask }: Sentences): Tensor {
    const places = unsqueeze(mask, 1);
    const words = mul(transpose(this.embedding.forward(values), [0, 2, 1]), cast(places, "f32"));
    const features = relu(this.norm.forward(this.convolution.forward(words), places));
    return this.head.forward(max(features, { axis: 2 }));
  }
}

const options = { batchSize: 50, collate: { inputs: padCollate() }, dtypes: { labels: "i32" } } as const;
const model = new Classifier();
await fit(model, {
  data: batches(await writeSentences(3000), { ...options, shuffled: true }),
  loss: crossEntropy,
  optimizer: new AdamW(model, { learningRate: 3e-3 }),
  epochs: 6,
});
const test = batches(await writeSentences(1000), options);
const { metrics } = await evaluate(model, { data: test, loss: crossEntropy, metrics: { accuracy } });
console.log(`accuracy: ${metrics.accuracy}`);
await backend.close();
