import type { WgslKernel } from "@evenkeel/tensor";
import { DeviceError } from "@evenkeel/tensor";
import type { CounterTotals } from "../counters.ts";
import type { Failures } from "../queue/failures.ts";
import type { BindLayout } from "./bind-groups.ts";

/** A kernel for operands that are accessed in one way. */
export interface Pipeline {
  readonly layout: BindLayout;
  /** Absent until `ready` has resolved, and where the kernel does not compile. */
  compiled?: GPUComputePipeline;
  /** Why there is none. */
  error?: Error;
  readonly ready: Promise<void>;
}

/** Compiles each kernel once, at its first use: kernels of a first training step compile side by side. */
export class Pipelines {
  private readonly device: GPUDevice;
  private readonly failures: Failures;
  private readonly counters: CounterTotals;
  /** By code, then by entry and layout: long texts are compared by identity. */
  private readonly pipelines = new Map<string, Map<string, Pipeline>>();

  constructor(device: GPUDevice, failures: Failures, counters: CounterTotals) {
    this.device = device;
    this.failures = failures;
    this.counters = counters;
  }

  pipelineOf(name: string, { code, entry }: WgslKernel, layout: BindLayout): Pipeline {
    let ofCode = this.pipelines.get(code);
    if (ofCode === undefined) {
      ofCode = new Map();
      this.pipelines.set(code, ofCode);
    }
    const key = `${entry} ${layout.key}`;
    let pipeline = ofCode.get(key);
    if (pipeline === undefined) {
      pipeline = this.create(name, code, entry, layout);
      ofCode.set(key, pipeline);
    }
    return pipeline;
  }

  private create(name: string, code: string, entryPoint: string, layout: BindLayout): Pipeline {
    this.counters.pipelines++;
    const { device } = this;
    // Its errors come with the pipeline's, by name.
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: name, code: withAccesses(code, layout.key) });
    void device.popErrorScope().catch(() => {});
    const compiling = device.createComputePipelineAsync({
      label: name,
      layout: layout.pipeline,
      compute: { module, entryPoint },
    });
    const ready = this.failures.orLost(compiling).then(
      (compiled) => {
        pipeline.compiled = compiled;
      },
      async (error: Error) => {
        pipeline.error = this.failures.isLost ? error : await compilationError(name, module, error);
      },
    );
    const pipeline: Pipeline = { layout, ready };
    return pipeline;
  }
}

/** Inputs that lie in another part of an output's buffer must be declared writable. */
function withAccesses(code: string, key: string): string {
  return code.replace(
    /@group\(0\)\s*@binding\((\d+)\)\s*var<storage,\s*read>/g,
    (declaration: string, binding: string) =>
      key[Number(binding)] === "w" ? declaration.replace(/read>$/, "read_write>") : declaration,
  );
}

async function compilationError(name: string, module: GPUShaderModule, error: Error): Promise<Error> {
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter(({ type }) => type === "error");
  const lines = errors.map(({ lineNum, linePos, message }) => `line ${lineNum}:${linePos}: ${message}`);
  const reason = lines.length > 0 ? lines.join("; ") : error.message;
  return new DeviceError(`launch "${name}" failed: its kernel does not compile: ${reason}`, { cause: error });
}
