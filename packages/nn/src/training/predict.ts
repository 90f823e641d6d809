import type { Backend, NumericArray, Shape } from "@evenkeel/tensor";
import {
  ArgumentError,
  formatShape,
  isTensor,
  keep,
  ShapeError,
  scope,
  Tensor,
  withoutStateChanges,
} from "@evenkeel/tensor";
import { anAbortSignal, checkOptions, describeValue, isContainer } from "@evenkeel/tensor/checks";
import { withNames } from "../module/failure.ts";
import { listModules, runInMode } from "../module/modes.ts";
import type { Module } from "../module/module.ts";
import type { Loadable } from "./batches/batch.ts";
import { disposeBatch, findBackend, loadInputs } from "./batches/batch.ts";
import { BatchStream } from "./batches/batch-stream.ts";
import { dataSource } from "./check-options.ts";
import { withCleanUp } from "./clean-up.ts";
import { addPlace } from "./located.ts";

/** Values of all examples, in host memory; the first dimension is that of the examples. */
export interface PredictedArray {
  readonly data: NumericArray;
  readonly shape: Shape;
}

/** The outputs of a model in host memory, in the same structure. */
export type Predicted<Outputs> = Outputs extends Tensor
  ? PredictedArray
  : { readonly [Key in keyof Outputs]: Predicted<Outputs[Key]> };

/** What a prediction reads of a batch; labels may be there, and are not used. */
interface InputsOnly<Inputs> {
  readonly inputs: Loadable<Inputs>;
}

type InputBatches<Inputs> = Iterable<InputsOnly<Inputs>> | AsyncIterable<InputsOnly<Inputs>>;

/** The batches to predict, as `fit` takes them; labels may be absent. */
export type InputSource<Inputs> =
  | ((epoch: number, backend?: Backend) => InputBatches<Inputs>)
  | { epoch(epoch: number, backend?: Backend): InputBatches<Inputs> };

export interface PredictOptions<Inputs> {
  readonly data: InputSource<Inputs>;
  /** Ends the pass at once, even while it waits for data; `predict` then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** Batches whose outputs are read while later ones are computed. */
const batchesAhead = 4;

/**
 * The outputs of a model for a whole data set, in its order. The model runs in evaluation mode and is then back in its own;
 * running statistics do not change. Outputs are read while later batches are computed. All memory on the device is freed.
 *
 * Shapes: the outputs of the batches are joined along their first dimension. Rejects with ArgumentError for wrong options, data
 * without batches and outputs that are not tensors, ShapeError where the outputs of batches differ in more than their first
 * dimension, and the signal's reason when it is aborted.
 *
 * @example const { data, shape } = await predict(model, { data: test }); // [n, 10]
 */
export async function predict<Inputs, Outputs>(
  model: Module<[Inputs], Outputs>,
  options: PredictOptions<Inputs>,
): Promise<Predicted<Outputs>> {
  checkOptions<PredictOptions<Inputs>>("predict", options, { data: dataSource, signal: anAbortSignal }, [
    "data",
  ]);
  const { data, signal } = options;
  const backend = findBackend(model);
  const modules = listModules(model);
  const stream = new BatchStream<Inputs, never>(data as never, 0, { backend, signal, isLabelled: false });
  const reads: Promise<Predicted<Outputs>>[] = [];
  const passOver = async (): Promise<void> => {
    for (let batch = await stream.next(); batch !== undefined; batch = await stream.next()) {
      const { inputs } = batch;
      try {
        const outputs = scope(() => {
          const loaded = loadInputs<Inputs>(inputs, backend);
          const run = () => withNames(model, () => model.forward(loaded));
          return keepAll(runInMode(modules, false, () => withoutStateChanges(run)));
        });
        const read = readAll(outputs) as Promise<Predicted<Outputs>>;
        // It is awaited below; until then a failure is no unhandled one.
        read.catch(() => undefined);
        reads.push(read);
      } catch (error) {
        throw addPlace(error, `predict: batch ${stream.taken - 1}`);
      } finally {
        disposeBatch(batch);
      }
      await reads.at(-batchesAhead);
    }
  };
  await withCleanUp(passOver, () => stream.close());
  const outputs = await Promise.all(reads);
  if (outputs.length === 0) throw new ArgumentError("predict: data: found no batches, expected at least one");
  return joinAll(outputs) as Predicted<Outputs>;
}

/** The outputs as new handles outside of every scope: a model may return tensors that it owns, which stay its own. */
function keepAll<Outputs>(outputs: Outputs): Outputs {
  return mapOutputs(outputs, (output) => {
    const { storage, shape, dtype, byteOffset } = output as Tensor;
    return keep(new Tensor(storage, { shape, dtype }, byteOffset));
  }) as Outputs;
}

async function readAll(outputs: unknown): Promise<unknown> {
  const arrays = new Map<Tensor, PredictedArray>();
  const tensors: Tensor[] = [];
  mapOutputs(outputs, (output) => tensors.push(output as Tensor));
  try {
    await Promise.all(
      tensors.map(async (output) => arrays.set(output, { data: await output.data(), shape: output.shape })),
    );
  } finally {
    for (const output of new Set(tensors)) output.dispose();
  }
  return mapOutputs(outputs, (output) => arrays.get(output as Tensor));
}

/** The same structure with every tensor replaced. */
function mapOutputs(outputs: unknown, replace: (output: unknown) => unknown, path = "outputs"): unknown {
  if (isTensor(outputs)) return replace(outputs);
  if (typeof outputs !== "object" || outputs === null || !isContainer(outputs)) {
    throw new ArgumentError(`predict: ${path}: found ${describeValue(outputs)}, expected tensors`);
  }
  if (Array.isArray(outputs))
    return outputs.map((inner, index) => mapOutputs(inner, replace, `${path}.${index}`));
  const entries = Object.entries(outputs).map(([key, inner]) => [
    key,
    mapOutputs(inner, replace, `${path}.${key}`),
  ]);
  return Object.fromEntries(entries);
}

/** The structure of the first batch, with the arrays of all batches joined. */
function joinAll(batches: readonly unknown[], path = "outputs"): unknown {
  const [first] = batches as [PredictedArray | Record<string, unknown>];
  if (ArrayBuffer.isView(first.data)) return joinArrays(batches as PredictedArray[], path);
  const inner = (key: string) =>
    joinAll(
      batches.map((batch) => (batch as Record<string, unknown>)[key]),
      `${path}.${key}`,
    );
  if (Array.isArray(first)) return first.map((_, index) => inner(`${index}`));
  return Object.fromEntries(Object.keys(first).map((key) => [key, inner(key)]));
}

function joinArrays(arrays: readonly PredictedArray[], path: string): PredictedArray {
  const [first] = arrays as [PredictedArray];
  const rest = first.shape.slice(1);
  for (const { shape } of arrays) {
    if (shape.length > 0 && `${shape.slice(1)}` === `${rest}`) continue;
    const expected = `[n, ${rest.join(", ")}]`;
    throw new ShapeError(
      `predict: ${path}: found ${formatShape(shape)}, expected ${expected} in all batches`,
    );
  }
  const length = arrays.reduce((sum, { data }) => sum + data.length, 0);
  const Kind = first.data.constructor as new (length: number) => Float32Array;
  const joined = new Kind(length);
  let end = 0;
  for (const { data } of arrays) {
    joined.set(data as Float32Array, end);
    end += data.length;
  }
  return { data: joined, shape: [arrays.reduce((sum, { shape }) => sum + shape[0]!, 0), ...rest] };
}
