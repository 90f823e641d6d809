import type { WgslKernel } from "@evenkeel/tensor";
import { DeviceError } from "@evenkeel/tensor";
import type { CounterTotals } from "../counters.ts";
import type { Failures } from "../queue/failures.ts";
import type { BindLayout } from "./bind-groups.ts";
import { writeModule } from "./module-source.ts";

/** A kernel for operands that are accessed in one way. */
export interface Pipeline {
  readonly layout: BindLayout;
  /** Absent until `ready` has resolved, and if the kernel does not compile. */
  compiled?: GPUComputePipeline;
  /** Why the kernel did not compile. */
  error?: Error;
  readonly ready: Promise<void>;
}

/** Compiles each kernel once, at its first use: kernels of a first training step compile side by side. */
export class Pipelines {
  private readonly device: GPUDevice;
  private readonly failures: Failures;
  private readonly counters: CounterTotals;
  /** Pipelines by kernel, then by the key of the layout, because a plan launches the same kernel repeatedly. */
  private readonly ofKernels = new WeakMap<WgslKernel, Map<string, Pipeline>>();
  /** Pipelines by layout, entry and text of the module, because many plans have equal kernels. */
  private readonly ofModules = new Map<string, Pipeline>();

  constructor(device: GPUDevice, failures: Failures, counters: CounterTotals) {
    this.device = device;
    this.failures = failures;
    this.counters = counters;
  }

  /** Throws ArgumentError where the layout does not fit the operands of the kernel. */
  getPipeline(name: string, kernel: WgslKernel, layout: BindLayout, hasCounter: boolean): Pipeline {
    let ofKernel = this.ofKernels.get(kernel);
    if (ofKernel === undefined) {
      ofKernel = new Map();
      this.ofKernels.set(kernel, ofKernel);
    }
    let pipeline = ofKernel.get(layout.key);
    if (pipeline === undefined) {
      pipeline = this.findPipeline(name, kernel, layout, hasCounter);
      ofKernel.set(layout.key, pipeline);
    }
    return pipeline;
  }

  private findPipeline(name: string, kernel: WgslKernel, layout: BindLayout, hasCounter: boolean): Pipeline {
    const { entry } = kernel;
    const source = writeModule(kernel, layout.accesses, hasCounter);
    const key = `${layout.key} ${entry} ${source}`;
    let pipeline = this.ofModules.get(key);
    if (pipeline === undefined) {
      pipeline = this.makePipeline(name, source, entry, layout);
      this.ofModules.set(key, pipeline);
    }
    return pipeline;
  }

  private makePipeline(name: string, source: string, entryPoint: string, layout: BindLayout): Pipeline {
    this.counters.pipelines++;
    const { device } = this;
    // Its errors are reported with those of the pipeline, under the name of the launch.
    device.pushErrorScope("validation");
    const module = device.createShaderModule({ label: name, code: source });
    void device.popErrorScope().catch(() => {});
    const compiling = device.createComputePipelineAsync({
      label: name,
      layout: layout.pipeline,
      compute: { module, entryPoint },
    });
    const ready = this.failures.rejectWhenLost(compiling).then(
      (compiled) => {
        pipeline.compiled = compiled;
      },
      async (error: Error) => {
        pipeline.error = this.failures.isLost ? error : await makeCompilationError(name, module, error);
      },
    );
    const pipeline: Pipeline = { layout, ready };
    return pipeline;
  }
}

async function makeCompilationError(name: string, module: GPUShaderModule, error: Error): Promise<Error> {
  const { messages } = await module.getCompilationInfo();
  const errors = messages.filter(({ type }) => type === "error");
  const lines = errors.map(({ lineNum, linePos, message }) => `line ${lineNum}:${linePos}: ${message}`);
  const reason = lines.length > 0 ? lines.join("; ") : error.message;
  return new DeviceError(`launch "${name}" failed: its kernel does not compile: ${reason}`, { cause: error });
}
