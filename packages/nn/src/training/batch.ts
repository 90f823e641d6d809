import type { DType, NumericArray, Shape } from "@evenkeel/tensor";
import { ArgumentError, Tensor, tensor, tensorsIn } from "@evenkeel/tensor";

/** Values in host memory with a shape; the dtype is that of the array unless it is named. */
export interface HostArray {
  readonly data: Exclude<NumericArray, Uint16Array>;
  readonly shape: Shape;
  readonly dtype?: DType;
}

/** Where a model wants a tensor, a batch may hold one, a typed array (one dimension), or a typed array with a shape. */
export type Loadable<Value> = Value extends Tensor
  ? Tensor | HostArray | HostArray["data"]
  : { readonly [Key in keyof Value]: Loadable<Value[Key]> };

/** What one step is computed from. Tensors in it belong to the loop that takes it: it disposes them. */
export interface Batch<Inputs = Tensor, Labels = Tensor> {
  readonly inputs: Loadable<Inputs>;
  readonly labels: Loadable<Labels>;
}

type Batches<Inputs, Labels> = Iterable<Batch<Inputs, Labels>> | AsyncIterable<Batch<Inputs, Labels>>;

/** The batches of each epoch, counted from 0: a function, or an object with that method as `batches` of datasets makes. */
export type DataSource<Inputs = Tensor, Labels = Tensor> =
  | ((epoch: number) => Batches<Inputs, Labels>)
  | { epoch(epoch: number): Batches<Inputs, Labels> };

/** The batches of one epoch. */
export const batchesOf = <Inputs, Labels>(
  source: DataSource<Inputs, Labels>,
  epoch: number,
): Batches<Inputs, Labels> => (typeof source === "function" ? source(epoch) : source.epoch(epoch));

/** A batch with everything on the device. What is a tensor already stays itself. */
export function loadBatch<Inputs, Labels>(
  batch: Batch<Inputs, Labels>,
): { readonly inputs: Inputs; readonly labels: Labels; readonly examples: number } {
  const inputs = mapLoadable(batch.inputs) as Inputs;
  return { inputs, labels: mapLoadable(batch.labels) as Labels, examples: examplesIn(inputs) };
}

function mapLoadable(value: unknown): unknown {
  if (value instanceof Tensor) return value;
  if (ArrayBuffer.isView(value)) return tensor(value as HostArray["data"]);
  if (Array.isArray(value)) return value.map(mapLoadable);
  if (value === null || typeof value !== "object") {
    throw new ArgumentError(
      `batch: found ${String(value)}, expected tensors, typed arrays, or structures of them`,
    );
  }
  if ("data" in value && "shape" in value) {
    const { data, shape, dtype } = value as HostArray;
    return tensor(data, { shape, dtype });
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, mapLoadable(element)]));
}

/** Frees the tensors that came with a batch. */
export function disposeBatch(batch: object): void {
  for (const owned of tensorsIn(batch)) owned.dispose();
}

/** The size of the first dimension of the first tensor. */
function examplesIn(inputs: unknown): number {
  for (const { shape } of tensorsIn(inputs)) return shape[0] ?? 1;
  throw new ArgumentError("batch: inputs: found no tensor, expected at least one");
}
