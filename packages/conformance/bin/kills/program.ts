/**
 * A run of `fit` with everything that has a state, for `run-with-kills.ts`. It continues from the checkpoint in its folder, prints a line
 * for each step and each write, and writes what it has come to into `result.json`.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { cpu } from "@evenkeel/backend-cpu";
import {
  AdamW,
  AveragedModel,
  accuracy,
  BatchNorm1d,
  type Callback,
  crossEntropy,
  Dropout,
  EarlyStopping,
  fit,
  GradientAccumulation,
  Linear,
  Module,
  ReduceLROnPlateau,
  ReLU,
  readStateArrays,
  Sequential,
} from "@evenkeel/nn";
import { FolderCheckpointStore } from "@evenkeel/nn/node";
import {
  add,
  drawPermutation,
  getRandomSource,
  mul,
  normal,
  selectBackend,
  type Tensor,
  threefry,
} from "@evenkeel/tensor";
import { writeFileAtomically } from "@evenkeel/tensor/node";

const [folder] = process.argv.slice(2) as [string];
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Says when a write begins and ends. */
class TalkingStore extends FolderCheckpointStore {
  override async save(name: string, bytes: Uint8Array): Promise<void> {
    print("saving");
    await super.save(name, bytes);
    print("saved");
  }
}

const examples = 60;
const batchSize = 6;
const seed = 5;

/** Points in the plane, labelled by their pair of quadrants. */
const points = Float32Array.from(
  { length: 2 * examples },
  (_, index) => threefry(seed, 0, index) / 2 ** 31 - 1,
);
const classes = Int32Array.from({ length: examples }, (_, index) =>
  Number(points[2 * index]! * points[2 * index + 1]! > 0),
);

/** Shuffled anew in each epoch, each point moved a little. */
const data = {
  seed,
  *epoch(epoch: number) {
    const order = drawPermutation(examples, { seed, stream: 2 * epoch + 1 });
    for (let first = 0; first < examples; first += batchSize) {
      const chosen = [...order.subarray(first, first + batchSize)];
      const moved = chosen.flatMap((example, place) =>
        [0, 1].map((axis) => {
          const draw = threefry(seed, 2 * epoch + 2, 2 * (first + place) + axis) / 2 ** 32;
          return points[2 * example + axis]! + 0.1 * (draw - 0.5);
        }),
      );
      yield {
        inputs: { data: Float32Array.from(moved), shape: [batchSize, 2] },
        labels: Int32Array.from(chosen, (example) => classes[example]!),
      };
    }
  },
};
const validation = () => [{ inputs: { data: points, shape: [examples, 2] }, labels: classes }];

/** Noise from the default source, in training. */
class Noise extends Module {
  forward(x: Tensor): Tensor {
    return this.isTraining ? add(x, mul(normal(x.shape), 0.01)) : x;
  }
}

const backend = await selectBackend([cpu({ threads: 1 })]);
const model = new Sequential(
  new Noise(),
  new Linear(2, 8, { seed: 1 }),
  new BatchNorm1d(8),
  new ReLU(),
  new Dropout(0.2),
  new Linear(8, 8, { seed: 2 }),
  new BatchNorm1d(8, { momentum: null }),
  new Dropout(0.2, { seed: 3 }),
  new Linear(8, 2, { seed: 4 }),
);
const optimizer = new AdamW(model, { learningRate: 0.05, maxGradientNorm: 1 });
new GradientAccumulation(optimizer, { steps: 3 });
new AveragedModel(model, { decay: 0.9, optimizer });
const callbacks: Callback[] = [
  new ReduceLROnPlateau(optimizer, { patience: 0, factor: 0.5 }),
  new EarlyStopping({ patience: 4, restoreBest: false }),
  { onStep: () => print("step") },
];
const history = await fit(model, {
  data,
  validation,
  validateEvery: 4,
  loss: crossEntropy,
  metrics: { accuracy },
  optimizer,
  epochs: 14,
  callbacks,
  checkpoint: { store: new TalkingStore(folder), everySteps: 2, keep: 2, best: { restored: true } },
  resumed: true,
});

/** The bits of arrays by their names. */
function digest(arrays: ReadonlyMap<string, { readonly data: ArrayBufferView }>): string {
  const hash = createHash("sha256");
  for (const [name, { data }] of [...arrays].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(name).update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest("hex");
}

const result = {
  model: digest(await readStateArrays(model)),
  optimizer: digest(await optimizer.readStateArrays()),
  learningRate: optimizer.learningRate,
  random: [getRandomSource().state, ...[...model.namedRandomSources()].map(([, { state }]) => state)],
  // The time is different each time.
  epochs: history.epochs.map(({ milliseconds, ...epoch }) => epoch),
  validations: history.validations,
  batches: history.batches,
};
await writeFileAtomically(join(folder, "result.json"), JSON.stringify(result));
await backend.close();
