import type { Backend, DType, NumericArray, Shape, Tensor } from "@evenkeel/tensor";
import {
  ArgumentError,
  BackendError,
  describeBackend,
  isTensor,
  listTensors,
  rememberIntegers,
  tensor,
} from "@evenkeel/tensor";
import { describeValue, isContainer, isRecord } from "@evenkeel/tensor/checks";
import type { AnyModule } from "../../module/module.ts";

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

/** The data of one step. Tensors in it belong to the training loop, which disposes them. */
export interface Batch<Inputs = Tensor, Labels = Tensor> {
  readonly inputs: Loadable<Inputs>;
  readonly labels: Loadable<Labels>;
}

/** A sequence of batches, synchronous or asynchronous. */
export type Batches<Inputs = Tensor, Labels = Tensor> =
  | Iterable<Batch<Inputs, Labels>>
  | AsyncIterable<Batch<Inputs, Labels>>;

/**
 * The batches of each epoch, counted from 0: a function, or an object with a method `epoch`, such as `batches` of datasets makes.
 * It also gets the backend of the model, for sources that make tensors; host arrays are uploaded there. A number called `seed` on it
 * goes into checkpoints, and a run is continued only on data of the same seed. A run continued in the middle of an epoch calls its
 * `epochFrom`, if it has one with `batchesPerEpoch`, so that no earlier batch is read again.
 */
export type DataSource<Inputs = Tensor, Labels = Tensor> =
  | ((epoch: number, backend?: Backend) => Batches<Inputs, Labels>)
  | { epoch(epoch: number, backend?: Backend): Batches<Inputs, Labels> };

/** The type of an epoch, or, where its batches do not fit model and loss, a string type that says so and does not compile. */
type Fitting<Epoch, Inputs, Labels> = [Epoch] extends [Batches<Inputs, Labels>]
  ? Epoch
  : "an iterable of { inputs, labels }: tensors, typed arrays or { data, shape }, as the model and the loss take them";

/** A data source as `fit` and `evaluate` take it: the type of its epochs is checked separately, so that errors are short. */
export type FittingSource<Epoch, Inputs, Labels> =
  | ((epoch: number, backend?: Backend) => Fitting<Epoch, Inputs, Labels>)
  | { epoch(epoch: number, backend?: Backend): Fitting<Epoch, Inputs, Labels> };

/** A batch with everything on the device. */
export interface LoadedBatch<Inputs, Labels> {
  readonly inputs: Inputs;
  readonly labels: Labels;
  readonly examples: number;
}

/** Uploads host arrays; tensors are used as they are. */
export function loadBatch<Inputs, Labels>(
  batch: Batch<Inputs, Labels>,
  backend?: Backend,
): LoadedBatch<Inputs, Labels> {
  const inputs = loadInputs<Inputs>(batch.inputs, backend);
  const labels = mapLoadable(batch.labels, "labels", backend) as Labels;
  return { inputs, labels, examples: countExamples(inputs) };
}

/** The same for inputs alone. */
export const loadInputs = <Inputs>(inputs: Loadable<Inputs>, backend?: Backend): Inputs =>
  mapLoadable(inputs, "inputs", backend) as Inputs;

/** The backend of the first parameter, or else of the first buffer; undefined for a model without either. */
export function findBackend(model: AnyModule): Backend | undefined {
  for (const { value } of model.parameters()) return value.backend;
  for (const [, { value }] of model.namedBuffers()) return value.backend;
  return undefined;
}

function mapLoadable(value: unknown, path: string, backend: Backend | undefined): unknown {
  if (typeof value !== "object" || value === null) {
    throw new ArgumentError(
      `batch: ${path}: found ${describeValue(value)}, expected tensors, typed arrays, or structures of them`,
    );
  }
  if (isTensor(value)) return checkBackend(value, path, backend);
  if (ArrayBuffer.isView(value)) return upload({ data: value as HostArray["data"] }, backend);
  const inner = (element: unknown, key: string | number): unknown =>
    mapLoadable(element, `${path}.${key}`, backend);
  if (Array.isArray(value)) return value.map(inner);
  if ("data" in value && "shape" in value) return upload(value as HostArray, backend);
  if (isContainer(value) && !isRecord(value)) {
    throw new ArgumentError(
      `batch: ${path}: found ${describeValue(value)}, expected tensors and typed arrays in arrays and plain objects`,
    );
  }
  return Object.fromEntries(Object.entries(value).map(([key, element]) => [key, inner(element, key)]));
}

function upload({ data, shape, dtype }: Partial<HostArray>, backend: Backend | undefined): Tensor {
  const uploaded = tensor(data!, { shape, dtype, backend });
  rememberIntegers(uploaded, data!);
  return uploaded;
}

function checkBackend(value: Tensor, path: string, backend: Backend | undefined): Tensor {
  if (backend === undefined || value.backend === backend) return value;
  throw new BackendError(
    `batch: ${path}: found a tensor on ${describeBackend(value.backend)}, expected one on ${describeBackend(backend)}, where the model is: give host arrays, or make the tensor on that backend`,
  );
}

/** Disposes every tensor of a batch, including those that the model does not use. */
export function disposeBatch(batch: object): void {
  // The batch itself may be an object of any class.
  for (const owned of listTensors(Object.values(batch))) owned.dispose();
}

/** The size of the first dimension of the first tensor. */
function countExamples(inputs: unknown): number {
  for (const { shape } of listTensors(inputs)) return shape[0] ?? 1;
  throw new ArgumentError("batch: inputs: found no tensor, expected at least one");
}
