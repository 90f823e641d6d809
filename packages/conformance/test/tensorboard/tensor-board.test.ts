import {
  accuracy,
  type BatchRecord,
  crossEntropy,
  type FitOptions,
  f1,
  fit,
  Linear,
  MemoryCheckpointStore,
  MemoryLogStore,
  type Module,
  SGD,
} from "@evenkeel/nn";
import { ArgumentError, type Tensor } from "@evenkeel/tensor";
import { TensorBoard } from "@evenkeel/tensorboard";
import { describe, expect, test } from "vitest";
import { noise, quadrants } from "../nn/synthetic.ts";
import { onCpu } from "../on-cpu.ts";
import {
  listScalars,
  listTags,
  listValues,
  protobufTitle,
  type ReadEvent,
  readEvents,
  skipWithoutProtobuf,
} from "./read-events.ts";

onCpu();

const data = quadrants({ examples: 32, batchSize: 8, seed: 1 });
const make = () => new Linear(2, 2, { seed: 1 });

const makeOptions = (
  model: Module<[Tensor]>,
  epochs = 2,
): FitOptions<Tensor, Tensor, Tensor, "accuracy"> => ({
  data,
  loss: crossEntropy,
  metrics: { accuracy },
  optimizer: new SGD(model, { learningRate: 0.5 }),
  epochs,
});

const round = (points: readonly (readonly [number, number])[]) =>
  points.map(([step, value]) => [step, Math.fround(value)]);

describe.skipIf(skipWithoutProtobuf)(protobufTitle, () => {
  test("have the epochs of training and validation, and every nth batch", async () => {
    const store = new MemoryLogStore();
    const model = make();
    const batches: BatchRecord[] = [];
    const { epochs } = await fit(model, {
      ...makeOptions(model),
      validation: data,
      callbacks: [
        new TensorBoard({ store, everySteps: 2 }),
        { onBatch: (record) => void batches.push(record) },
      ],
    });
    const runs = await readEvents(store);
    expect([...runs.keys()]).toEqual(["train", "validation"]);
    const [train, validation] = [...runs.values()] as [ReadEvent[], ReadEvent[]];
    expect(round(listScalars(train, "loss"))).toEqual(round(epochs.map(({ steps, loss }) => [steps, loss])));
    expect(listScalars(train, "loss").map(([step]) => step)).toEqual([4, 8]);
    expect(round(listScalars(validation, "accuracy"))).toEqual(
      round(epochs.map(({ steps, validation }) => [steps, validation!.metrics.accuracy])),
    );
    expect(round(listScalars(train, "learning_rate"))).toEqual([
      [4, 0.5],
      [8, 0.5],
    ]);
    const every = batches.filter(({ step }) => step % 2 === 0);
    expect(every).toHaveLength(4);
    expect(round(listScalars(train, "batch/loss"))).toEqual(
      round(every.map(({ step, loss }) => [step + 1, loss])),
    );
    expect(listTags(train).sort()).toEqual(
      ["accuracy", "batch/accuracy", "batch/learning_rate", "batch/loss", "learning_rate", "loss"].sort(),
    );
  });

  test("have validations within epochs, each once", async () => {
    const store = new MemoryLogStore();
    const model = make();
    const { epochs, validations } = await fit(model, {
      ...makeOptions(model),
      ...{ validation: data, validateEvery: 2, callbacks: [new TensorBoard({ store })] },
    });
    const found = listScalars((await readEvents(store)).get("validation")!, "loss");
    expect(found.map(([step]) => step)).toEqual([2, 4, 6, 8]);
    expect(round(found)).toEqual(round(validations!.map(({ steps, loss }) => [steps, loss])));
    expect(validations!.at(-1)!.loss).toBe(epochs.at(-1)!.validation!.loss);
  });

  test("have the numbers of a metric for each class", async () => {
    const store = new MemoryLogStore();
    const model = make();
    const metrics = { f1: f1({ average: "macro", classes: 2 } as never) };
    const { epochs } = await fit(model, {
      ...makeOptions(model, 1),
      metrics,
      callbacks: [new TensorBoard({ store })],
    });
    const train = (await readEvents(store)).get("train")!;
    const { details } = epochs[0]!;
    expect(round([0, 1].map((index) => [index, listScalars(train, `f1/${index}`)[0]![1]] as const))).toEqual(
      round((details!.f1 as number[]).map((value, index) => [index, value] as const)),
    );
  });

  test("have histograms of parameters before the update and of gradients, in every nth step", async () => {
    const store = new MemoryLogStore();
    const model = make();
    const steps: {
      readonly weight: Promise<ArrayLike<number>>;
      readonly gradient: Promise<ArrayLike<number>>;
    }[] = [];
    await fit(model, {
      ...makeOptions(model, 1),
      transformGradients: (gradients) => {
        steps.push({ weight: model.weight.value.data(), gradient: gradients[0]!.data() });
        return gradients;
      },
      callbacks: [new TensorBoard({ store, histogramsEverySteps: 3 })],
    });
    const train = (await readEvents(store)).get("train")!;
    for (const [name, tag] of [
      ["weight", "parameters/weight"],
      ["gradient", "gradients/weight"],
    ] as const) {
      const found = listValues(train, tag);
      expect(found.map(([step]) => step)).toEqual([1, 4]);
      for (const [step, { histo }] of found) {
        const values = Array.from(await steps[step - 1]![name]);
        const { min, max, num } = histo as { min: number; max: number; num: number };
        expect([min, max, num]).toEqual([Math.min(...values), Math.max(...values), values.length]);
      }
    }
    expect(listTags(train).filter((tag) => tag.endsWith("s/bias"))).toEqual([
      "parameters/bias",
      "gradients/bias",
    ]);
  });

  test("of a resumed run are those of a run that was not interrupted, after what they void", async () => {
    const [interrupted, whole] = [new MemoryLogStore(), new MemoryLogStore()];
    const model = make();
    const board = (store: MemoryLogStore) =>
      new TensorBoard({ store, everySteps: 1, histogramsEverySteps: 1, hparams: { rate: 0.5 } });
    await fit(model, { ...makeOptions(model, 3), callbacks: [board(whole)] });
    const checkpoint = { store: new MemoryCheckpointStore() };
    const first = make();
    const fail = ({ step }: BatchRecord) => {
      if (step === 5) throw new Error("enough");
    };
    const callbacks = [board(interrupted), { onBatch: fail }];
    const run = fit(first, { ...makeOptions(first, 3), checkpoint, readEvery: 1, callbacks });
    await expect(run).rejects.toThrow("enough");
    await new Promise((resolve) => setTimeout(resolve, 2));
    const second = make();
    const options = { ...makeOptions(second, 3), checkpoint, resumed: true };
    await fit(second, { ...options, callbacks: [board(interrupted)] });
    const found = await readEvents(interrupted);
    const expected = await readEvents(whole);
    for (const run of ["", "train"]) {
      const start = found.get(run)!.find(({ session_log }) => session_log?.status === 1)!;
      expect(start.step).toBe("5");
      // TensorBoard drops the events at this step and later ones that it has read before.
      const kept = dropVoided(found.get(run)!);
      const tags = listTags(expected.get(run)!);
      expect(tags.length).toBeGreaterThan(2);
      for (const tag of tags.filter((tag) => !tag.startsWith("_hparams_")))
        expect(listValues(kept, tag)).toEqual(listValues(expected.get(run)!, tag));
    }
  });

  test("name the settings of a run, its metrics, and whether it diverged", async () => {
    const store = new MemoryLogStore();
    const model = make();
    const bad = () => [
      { inputs: { data: noise(1, 1, 8).fill(Number.NaN, 0, 1), shape: [4, 2] }, labels: new Int32Array(4) },
    ];
    const callbacks = [new TensorBoard({ store, hparams: { rate: 0.5 } })];
    const run = fit(model, { ...makeOptions(model), data: bad, validation: data, callbacks });
    await expect(run).rejects.toThrow("fit: loss: found NaN");
    const events = (await readEvents(store)).get("")!;
    const named = ["validation", "train"].flatMap((group) =>
      ["loss", "accuracy"].map((tag) => ({ name: { group, tag } })),
    );
    expect(listValues(events, "_hparams_/experiment")[0]![1].hparams).toMatchObject({
      experiment: { metric_infos: named },
    });
    expect(listValues(events, "_hparams_/session_end_info")[0]![1].hparams).toMatchObject({
      session_end_info: { status: 2 },
    });
  });
});

/** What TensorBoard keeps: a session's start voids the events at its step and later ones. */
function dropVoided(events: readonly ReadEvent[]): ReadEvent[] {
  let kept: ReadEvent[] = [];
  for (const event of events) {
    const start = event.session_log?.status === 1 ? Number(event.step) : Infinity;
    kept = [...kept.filter(({ step = "0" }) => Number(step) < start), event];
  }
  return kept;
}

test("wrong options are refused", () => {
  expect(() => new TensorBoard({} as never)).toThrow(
    "TensorBoard: store: found undefined, expected a LogStore",
  );
  const store = new MemoryLogStore();
  expect(() => new TensorBoard({ store, everySteps: 0 })).toThrow(ArgumentError);
  expect(() => new TensorBoard({ store, hparams: { a: null } as never })).toThrow(ArgumentError);
});
