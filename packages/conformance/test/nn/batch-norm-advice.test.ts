import {
  BatchNorm1d,
  BatchNorm2d,
  BatchNormAdvice,
  type BatchNormWarning,
  Conv2d,
  type FitOptions,
  Flatten,
  fit,
  Linear,
  listBatchNormWarnings,
  type Module,
  mse,
  ReLU,
  Sequential,
  SGD,
} from "@evenkeel/nn";
import { full, normal, scope, type Tensor } from "@evenkeel/tensor";
import { expect, test, vi } from "vitest";
import { onCpu } from "../on-cpu.ts";

onCpu();

const makeNet = (): Sequential =>
  new Sequential(
    new Conv2d(1, 2, 3, { bias: false, seed: 1 }),
    new BatchNorm2d(2),
    new ReLU(),
    new Flatten(),
    new Linear(8, 4, { bias: false, seed: 2 }),
    new BatchNorm1d(4),
    new Linear(4, 1, { seed: 3 }),
  );

const batch = (examples: number) => ({
  inputs: {
    data: Float32Array.from({ length: 16 * examples }, (_, index) => Math.sin(index)),
    shape: [examples, 1, 4, 4],
  },
  labels: { data: new Float32Array(examples), shape: [examples, 1] },
});

const kinds = (warnings: readonly BatchNormWarning[]) => warnings.map(({ kind, path }) => `${kind}: ${path}`);

type Extra = Partial<FitOptions<Tensor, Tensor, Tensor>> & { weightDecay?: number; allDecayed?: boolean };

async function train(
  model: Module,
  sizes: readonly number[],
  { weightDecay = 0, allDecayed = false, ...more }: Extra = {},
): Promise<readonly BatchNormWarning[]> {
  const told: BatchNormWarning[] = [];
  const advice = new BatchNormAdvice({ onWarning: (warning) => void told.push(warning) });
  const optimizer = new SGD(model, { learningRate: 0.01, weightDecay, allDecayed });
  const data = () => sizes.map(batch);
  await fit(model, { data, loss: mse, optimizer, epochs: 2, callbacks: [advice], ...more });
  expect(told).toEqual(advice.warnings);
  return told;
}

const many = new Array<number>(40).fill(8);

test("nothing is said about a run without faults, with weight decay by default", async () => {
  expect(await train(makeNet(), many, { weightDecay: 0.1 })).toEqual([]);
});

test("a small batch and a small last one give too few values per channel, where images are not large", async () => {
  const last = await train(makeNet(), [...many, 2]);
  expect(kinds(last)).toEqual(["small last batch: 5"]);
  expect(last[0]!.message).toBe(
    "5 (BatchNorm1d 4) took its statistics from 2 values per channel in batch 40, expected at least 4: leave the last batch out (dropLast: true)",
  );
  expect(kinds(await train(makeNet(), new Array<number>(40).fill(3)))).toEqual(["few values: 5"]);
});

test("running statistics that are still the initial ones are noticed at the end, and at a validation", async () => {
  const warnings = await train(makeNet(), [8, 8]);
  expect(kinds(warnings)).toEqual(["slow statistics: 1", "slow statistics: 5"]);
  expect(warnings[0]!.message).toContain("66 % are still the initial ones after 4 batches with momentum 0.1");
  const model = makeNet();
  const sizes = new Array<number>(20).fill(8);
  expect(kinds(await train(model, sizes))).toEqual([]);
  const other = makeNet();
  expect(kinds(await train(other, sizes, { validation: () => [batch(8)] }))).toEqual([
    "slow statistics: 1",
    "slow statistics: 5",
  ]);
  const average = new Sequential(
    new Flatten(),
    new Linear(16, 4, { bias: false, seed: 1 }),
    new BatchNorm1d(4, { momentum: null }),
    new Linear(4, 1),
  );
  expect(await train(average, [8, 8])).toEqual([]);
});

test("a bias before a norm and decayed scales are found before the run", async () => {
  const model = new Sequential(
    new Flatten(),
    new Linear(16, 4, { seed: 1 }),
    new BatchNorm1d(4),
    new Linear(4, 1),
  );
  const warnings = await train(model, many, { weightDecay: 0.1, allDecayed: true });
  expect(kinds(warnings)).toEqual(["useless bias: 2", "decayed norm: 2"]);
  expect(warnings[0]!.message).toBe(
    "2 (BatchNorm1d 4) subtracts the bias of 1 together with the mean: make that layer with { bias: false }",
  );
  expect(warnings[1]!.message).toContain("weight decay 0.1");
  const optimizer = new SGD(model, { learningRate: 0.01, weightDecay: 0.1, allDecayed: true });
  const inputShape = [8, 1, 4, 4];
  expect(kinds(await listBatchNormWarnings(model, { optimizer, inputShape }))).toEqual(kinds(warnings));
});

test("statistics that no batch has updated are found where they are used", async () => {
  const model = makeNet();
  expect(await listBatchNormWarnings(model)).toEqual([]);
  expect(kinds(await listBatchNormWarnings(model.eval()))).toEqual([
    "untouched statistics: 1",
    "untouched statistics: 5",
  ]);
  // As from a file that has statistics but no counts.
  const [norm] = [model.modules[1] as BatchNorm2d];
  norm.runningMean!.value = full([2], 0.5);
  expect(kinds(await listBatchNormWarnings(model))).toEqual(["untouched statistics: 5"]);
  model.train();
  scope(() => void model.forward(normal([8, 1, 4, 4], { seed: 1 })));
  expect(await listBatchNormWarnings(model.eval())).toEqual([]);
  const frozen = makeNet();
  frozen.modules[1]!.eval();
  expect(kinds(await train(frozen, many))).toEqual(["untouched statistics: 1"]);
});

test("a batch of one value per channel is an error that names the norm, as in PyTorch", async () => {
  await expect(train(makeNet(), [8, 1])).rejects.toThrow(
    /^fit: epoch 0, batch 1 \(step 1\): 5 \(BatchNorm1d 4\): .*expected more than 1 value per channel/,
  );
});

test("warnings are written with console.warn by default, and can be silenced", async () => {
  const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
  const model = makeNet();
  const options = { data: () => [batch(8)], loss: mse, epochs: 1 };
  const run = (advice: BatchNormAdvice) =>
    fit(model, { ...options, optimizer: new SGD(model, { learningRate: 0.01 }), callbacks: [advice] });
  await run(new BatchNormAdvice({ onWarning: () => undefined }));
  expect(warn).not.toHaveBeenCalled();
  await run(new BatchNormAdvice());
  expect(warn.mock.calls.map(([message]) => String(message).slice(0, 17))).toEqual([
    "1 (BatchNorm2d 2)",
    "5 (BatchNorm1d 4)",
  ]);
  warn.mockRestore();
  expect(() => new BatchNormAdvice({ onWarnings: () => undefined } as never)).toThrow(
    /BatchNormAdvice: found the option "onWarnings"/,
  );
  await expect(listBatchNormWarnings({} as Module)).rejects.toThrow("listBatchNormWarnings: model: found");
});
