import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Program, Subject } from "../../core/subject.ts";
import { NotOfferedError } from "../../core/subject.ts";
import type { Inputs, Results, Task } from "../../core/task.ts";
import { convStack, perceptron, training, transformer } from "../../core/task.ts";
import { LineProcess } from "./line-process.ts";

/** Python with PyTorch: the system's Python, unless the environment names another. */
const python = process.env.EVENKEEL_PYTHON ?? "/usr/bin/python3";
const script = join(import.meta.dirname, "peer.py");

/**
 * The environment that makes the peer as fast as possible on this machine, and keeps it from slowing down the next
 * measurement.
 */
const environment: NodeJS.ProcessEnv = {
  // The process keeps its memory, as Evenkeel does: mapping new pages takes longer than many of the steps.
  MALLOC_MMAP_MAX_: "0",
  MALLOC_TRIM_THRESHOLD_: String(2 ** 40),
  MALLOC_TOP_PAD_: String(2 ** 26),
  // OpenBLAS chooses its kernels itself.
  OPENBLAS_CORETYPE: undefined,
  OPENBLAS_L2_SIZE: undefined,
  // OpenBLAS's own threads, unless they are OpenMP's, would spin for an eighth of a second; 2^24 ticks are a few
  // milliseconds.
  OPENBLAS_THREAD_TIMEOUT: "24",
};

/** PyTorch in a separate process. */
export interface PytorchSubject extends Subject {
  readonly version: string;
  /** The peak memory of a training step, as measured by PyTorch's profiler. */
  peakBytes(task: Task, inputs: Inputs): Promise<number>;
}

/**
 * Arrays are exchanged through files in `folder`. Throws NotOfferedError if there is no PyTorch, or none for this
 * device.
 */
export async function openPytorch(
  device: "cpu" | "cuda",
  threads: number,
  folder: string,
): Promise<PytorchSubject> {
  // Without files of bytecode between the sources.
  const child = new LineProcess(python, ["-B", script, device, String(threads)], {
    OMP_NUM_THREADS: String(threads),
    OPENBLAS_NUM_THREADS: String(threads),
    ...environment,
  });
  const ask = async (request: object): Promise<Answer> => {
    const answer = (await child.ask(request)) as Answer;
    if (answer.absent !== undefined) throw new NotOfferedError(answer.absent);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer;
  };
  const { version, cuda } = await ask({ command: "hello" }).catch((error: Error) => {
    throw new NotOfferedError(`${python} has no PyTorch: ${error.message}`);
  });
  if (device === "cuda" && cuda !== true) {
    await child.stop();
    throw new NotOfferedError(`${python} has PyTorch ${version} without a CUDA device`);
  }
  const prepare = async (task: Task, inputs: Inputs): Promise<void> => {
    const files = await writeInputs(inputs, folder);
    const sizes = { training, perceptron, transformer, convStack };
    await ask({ command: "prepare", task: { ...task, ...sizes }, inputs: files });
  };
  const release = async (): Promise<void> => {
    await ask({ command: "release" });
  };
  return {
    ...{
      name: `pytorch-${device}`,
      backend: device,
      threads,
      version: version!,
    },
    prepare: async (task, inputs): Promise<Program> => {
      await prepare(task, inputs);
      return {
        results: async () => readResults((await ask({ command: "results", folder })).files!),
        time: async (repetitions) => (await ask({ command: "time", repetitions })).milliseconds!,
        dispose: release,
      };
    },
    peakBytes: async (task, inputs) => {
      await prepare(task, inputs);
      const { bytes } = await ask({ command: "peak" });
      await release();
      return bytes!;
    },
    close: () => child.stop(),
  };
}

interface Answer {
  readonly version?: string;
  readonly cuda?: boolean;
  readonly files?: { readonly [name: string]: string };
  readonly milliseconds?: number;
  readonly bytes?: number;
  readonly error?: string;
  readonly absent?: string;
}

async function writeInputs(inputs: Inputs, folder: string): Promise<object> {
  await mkdir(folder, { recursive: true });
  const entries = Object.entries(inputs).map(async ([name, { shape, data }]) => {
    const file = join(folder, name);
    await writeFile(file, new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
    return [name, { file, shape, dtype: data instanceof Int32Array ? "i32" : "f32" }] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

async function readResults(files: { readonly [name: string]: string }): Promise<Results> {
  const entries = Object.entries(files).map(async ([name, file]) => {
    const bytes = await readFile(file);
    await rm(file);
    return [name, new Float32Array(Uint8Array.from(bytes).buffer)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}
