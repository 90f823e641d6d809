import type { HostArray, Inputs, MaskedSoftmaxTask, Task } from "./task.ts";
import { convStack, sampleShapes, training } from "./task.ts";

const countElements = (shape: readonly number[]): number =>
  shape.reduce((product, size) => product * size, 1);

/** Pseudo-random numbers from `low` to `high` (xorshift32, Marsaglia 2003). */
export function uniform(shape: readonly number[], seed: number, low: number, high: number): HostArray {
  const data = new Float32Array(countElements(shape));
  let state = (seed * 0x9e3779b9) | 1;
  for (let index = 0; index < data.length; index++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[index] = low + ((high - low) * (state >>> 0)) / 2 ** 32;
  }
  return { shape, data };
}

/** The input data of a task. They do not include the parameters of models, which are Evenkeel's own. */
export function drawInputs(task: Task): Inputs {
  switch (task.kind) {
    case "batch-norm": {
      const channels = [task.shape[1]!];
      return {
        x: uniform(task.shape, 1, -1, 2),
        scale: uniform(channels, 2, 0.5, 1.5),
        shift: uniform(channels, 3, -0.5, 0.5),
        runningMean: uniform(channels, 4, -0.5, 0.5),
        runningVariance: uniform(channels, 5, 0.5, 1.5),
        ...(task.pass === "forward-backward" && { dy: uniform(task.shape, 6, -0.5, 1) }),
        ...(task.epilogue === "add-relu" && { residual: uniform(task.shape, 7, -1, 1) }),
      };
    }
    case "matmul":
      return { a: uniform([task.m, task.k], 1, -1, 1), b: uniform([task.k, task.n], 2, -1, 1) };
    case "convolution": {
      const { pass, filters, taps } = task;
      const [n, c, h, w] = task.image;
      return {
        ...(pass !== "input-gradient" && { x: uniform(task.image, 1, -1, 1) }),
        ...(pass !== "filter-gradient" && { weight: uniform([filters, c, taps, taps], 2, -1, 1) }),
        ...(pass !== "forward" && { dy: uniform([n, filters, h, w], 3, -1, 1) }),
      };
    }
    case "relu-queue":
      return { x: uniform([task.elements], 1, -1, 1) };
    case "masked-softmax":
      return {
        x: uniform(task.shape, 1, -4, 4),
        mask: makeMask(task),
        ...(task.pass === "forward-backward" && { dy: uniform(task.shape, 2, -1, 1) }),
      };
    case "inference": {
      const { channels, size } = convStack;
      const sample = task.model === "conv-stack" ? [channels, size, size] : sampleShapes[task.model];
      return { images: uniform([task.batch, ...sample], 1, -1, 1) };
    }
    case "attention": {
      const shape = [task.batch, task.length, task.width];
      return { x: uniform(shape, 1, -1, 1), dy: uniform(shape, 2, -1, 1) };
    }
    case "recurrent": {
      const steps = [task.length, task.batch];
      return {
        x: uniform([...steps, task.inputs], 1, -1, 1),
        dy: uniform([...steps, task.size], 2, -1, 1),
      };
    }
    case "fit":
    case "training-step": {
      const { batch, model } = task;
      const labels = Int32Array.from({ length: batch }, (_, index) => (index * 7) % training.classes);
      return {
        images: uniform([batch, ...sampleShapes[model]], 1, -1, 1),
        labels: { shape: [batch], data: labels },
      };
    }
  }
}

/** 1 where a score counts: up to the diagonal, or for the first keys of each sample, all or at least half of them. */
function makeMask({ mask, shape: [n, , queries, keys] }: MaskedSoftmaxTask): HostArray {
  const shape = mask === "causal" ? [queries, keys] : [n, 1, 1, keys];
  const countKeys = (row: number): number =>
    mask === "causal" ? row + 1 : keys - Math.floor((row * keys) / (2 * n));
  const data = Float32Array.from({ length: countElements(shape) }, (_, index) =>
    Number(index % keys < countKeys(Math.floor(index / keys))),
  );
  return { shape, data };
}
