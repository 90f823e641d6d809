import type { Tensor } from "@evenkeel/tensor";
import { expectTypeOf } from "vitest";
import type { BatchRecord, Callback, Module, Optimizer } from "../src/index.ts";
import { accuracy, confusionMatrix, crossEntropy, evaluate, f1, fit, Meter } from "../src/index.ts";

// These functions are not called: the compiler checks them.
declare const model: Module;
declare const counting: Callback;
const data = () => [{ inputs: new Float32Array(2), labels: new Int32Array(2) }];
const optimizer = undefined as unknown as Optimizer;
const common = { data, loss: crossEntropy, optimizer, epochs: 1 };

/** The names of metrics are known. */
export function metrics(): unknown {
  const run = () => fit(model, { ...common, metrics: { accuracy }, callbacks: [counting] });
  type History = Awaited<ReturnType<typeof run>>;
  expectTypeOf<History["epochs"][number]["metrics"]>().toEqualTypeOf<{ readonly accuracy: number }>();
  expectTypeOf<History["batches"][number]>().toExtend<BatchRecord>();
  // @ts-expect-error a name that is misspelt
  const misspelt = async () => (await run()).epochs[0]!.metrics.acuracy;
  // @ts-expect-error a metric that was not asked for
  const none = async () => (await fit(model, common)).epochs[0]!.metrics.accuracy;
  const options = { data, loss: crossEntropy, metrics: { accuracy } };
  // @ts-expect-error and so in evaluations
  const evaluated = async () => (await evaluate(model, options)).metrics.top;
  const recorded = () =>
    fit(model, {
      ...common,
      metrics: { accuracy },
      // @ts-expect-error and so in callbacks
      callbacks: [{ onBatch: ({ metrics }) => console.log(metrics.acuracy) }],
    });
  return [misspelt, none, evaluated, recorded];
}

/** So are those of metrics of a pass, and of their details. */
export function metricsOfPasses(): unknown {
  const measures = { loss: crossEntropy, metrics: { f1: f1(), confusion: confusionMatrix() } };
  const run = () => fit(model, { ...common, ...measures });
  const details = async () => (await run()).epochs[0]!.details!.confusion;
  // @ts-expect-error a name that is misspelt
  const misspelt = async () => (await run()).epochs[0]!.details!.confused;
  const meter = new Meter(measures);
  const read = async (): Promise<number> => (await meter.read()).metrics.f1;
  // @ts-expect-error labels that are no tensor
  const labels = (y: Tensor) => meter.add(y, [1]);
  return [details, misspelt, read, labels];
}

/** Losses may be written inline. */
export function losses(): unknown {
  const run = () =>
    fit(model, {
      ...common,
      loss: (outputs, labels: Tensor) => crossEntropy(outputs, labels, { labelSmoothing: 0.1 }),
    });
  const untyped = () => fit(model, { ...common, loss: (outputs, labels) => crossEntropy(outputs, labels) });
  return [run, untyped];
}

/** Data are functions of the epoch, or objects with such a method. */
export function dataSources(): unknown {
  const array = Float32Array.of(1);
  const inline = () => fit(model, { ...common, data: (epoch) => data().slice(epoch), validation: data });
  const later = async function* () {
    yield { inputs: array, labels: array, more: 1 };
  };
  const streamed = () => fit(model, { ...common, data: { epoch: later } });
  // @ts-expect-error a list of batches instead of a function
  const none = () => fit(model, { ...common, data: data() });
  // @ts-expect-error another name in the batches
  const named = () => fit(model, { ...common, data: () => [{ images: array, labels: array }] });
  // @ts-expect-error inputs that are not numeric
  const text = () => fit(model, { ...common, data: () => [{ inputs: "text", labels: array }] });
  // @ts-expect-error validation data that are not data
  const validated = () => fit(model, { ...common, data, validation: () => [3] });
  // @ts-expect-error and so in evaluations
  const evaluated = () => evaluate(model, { data: () => [{ images: array }], loss: crossEntropy });
  return [inline, streamed, none, named, text, validated, evaluated];
}
