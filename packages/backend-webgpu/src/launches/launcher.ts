import type { WgslKernel } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import type { CounterTotals } from "../counters.ts";
import type { BufferPool } from "../memory/buffer-pool.ts";
import type { Transfers } from "../memory/transfers.ts";
import type { CommandQueue } from "../queue/command-queue.ts";
import type { Failures } from "../queue/failures.ts";
import type { Recorder } from "../queue/recorder.ts";
import type { UniformRing } from "../queue/uniform-ring.ts";
import { checkParameters } from "../queue/uniform-ring.ts";
import { BindGroups } from "./bind-groups.ts";
import type { Access, Region } from "./bindings.ts";
import { findAccesses } from "./bindings.ts";
import type { Pipeline } from "./pipelines.ts";
import { Pipelines } from "./pipelines.ts";

/** The parts of the device that a launch passes through. */
export interface LaunchParts {
  readonly device: GPUDevice;
  readonly queue: CommandQueue;
  readonly recorder: Recorder;
  readonly ring: UniformRing;
  readonly failures: Failures;
  readonly counters: CounterTotals;
  readonly pool: BufferPool;
  readonly transfers: Transfers;
}

/** A kernel over regions, ready to be bound. */
export interface KernelCall {
  /** Shown in errors and profiles. */
  readonly name: string;
  readonly kernel: WgslKernel;
  readonly reads: readonly (Region | undefined)[];
  readonly writes: readonly (Region | undefined)[];
  /** Operands that are joined to one, the last that the kernel reads. */
  readonly packed?: readonly Region[];
  /** The counter of values out of range, for a launch with a check. */
  readonly counter?: Region | undefined;
  readonly parameters: readonly number[];
  readonly workgroups: readonly [x: number, y: number, z: number];
}

const read: readonly Access[] = ["r"];
const written: readonly Access[] = ["w"];

/**
 * Queues kernels. A pipeline starts to compile at its first launch. Until it is ready, the launch and all later
 * commands wait in the queue, while the pipelines of later launches compile in parallel.
 */
export class Launcher {
  readonly groups: BindGroups;
  private readonly parts: LaunchParts;
  private readonly pipelines: Pipelines;
  private readonly maxWorkgroups: number;
  private readonly maxBindings: number;

  constructor(parts: LaunchParts) {
    const { device, ring, failures, counters } = parts;
    this.parts = parts;
    this.maxWorkgroups = device.limits.maxComputeWorkgroupsPerDimension;
    this.maxBindings = device.limits.maxStorageBuffersPerShaderStage;
    this.groups = new BindGroups(device, ring.layout, failures, counters);
    this.pipelines = new Pipelines(device, failures, counters);
  }

  /** Throws ArgumentError where the launch does not fit its kernel or the limits of the device. */
  launch(call: KernelCall): void {
    const { name, kernel, reads, writes, packed = [], counter, parameters, workgroups } = call;
    const { queue, pool } = this.parts;
    const hasPack = packed.length > 0;
    const hasCounter = counter !== undefined;
    checkParameters(name, kernel.parameterTypes, parameters);
    this.checkWorkgroups(name, workgroups);
    if (workgroups.includes(0)) return;
    const { ofReads, ofWrites, copied } = findAccesses(reads, writes, name);
    const accesses = [...ofReads, ...(hasPack ? read : []), ...ofWrites, ...(hasCounter ? written : [])];
    this.checkBindings(name, accesses);
    const layout = this.groups.getLayout(accesses);
    const pipeline = this.pipelines.getPipeline(name, kernel, layout, hasCounter);
    const copies = copied.map((index) => this.makeCopy([reads[index]!]));
    const placed = [...reads];
    for (const [position, index] of copied.entries()) placed[index] = copies[position];
    if (hasPack) {
      const pack = this.makeCopy(packed);
      placed.push(pack);
      copies.push(pack);
    }
    const regions = [...placed, ...writes, ...(hasCounter ? [counter] : [])];
    queue.push(() => {
      if (pipeline.compiled === undefined) {
        return pipeline.ready.then(() => this.encode(call, pipeline, regions));
      }
      this.encode(call, pipeline, regions);
    });
    for (const { block } of copies) pool.give(block);
  }

  /** Copies the regions, one behind the other, to a block for the next launch. */
  private makeCopy(regions: readonly Region[]): Region {
    const { queue, pool, transfers } = this.parts;
    const bytes = regions.reduce((sum, region) => sum + region.bytes, 0);
    const target = pool.take(bytes);
    let end = 0;
    for (const region of regions) {
      const offset = end;
      queue.push(() => transfers.copy(region.block, region.offset, target, offset, region.bytes));
      end += region.bytes;
    }
    return { block: target, offset: 0, bytes };
  }

  private encode(call: KernelCall, pipeline: Pipeline, regions: readonly (Region | undefined)[]): void {
    const { name, kernel, parameters, workgroups } = call;
    const { recorder, ring, failures } = this.parts;
    if (pipeline.compiled === undefined) {
      // If the device is lost, everyone who waits for it is told.
      if (pipeline.error !== undefined && !failures.isLost) failures.add(pipeline.error);
      return;
    }
    recorder.makeRoom();
    const offset = ring.place(kernel.parameterTypes, parameters);
    const group = this.groups.getGroup(name, pipeline.layout, regions);
    recorder.dispatch(name, pipeline.compiled, group, offset, workgroups);
    for (const region of regions) {
      if (region !== undefined) region.block.lastUse = recorder.submission;
    }
  }

  private checkWorkgroups(name: string, workgroups: readonly number[]): void {
    const most = this.maxWorkgroups;
    if (workgroups.every((count) => Number.isSafeInteger(count) && count >= 0 && count <= most)) return;
    throw new ArgumentError(
      `${name}: found ${workgroups.join(" x ")} workgroups, expected at most ${most} in each dimension`,
    );
  }

  private checkBindings(name: string, accesses: readonly Access[]): void {
    const found = accesses.filter((access) => access !== "-").length;
    if (found <= this.maxBindings) return;
    throw new ArgumentError(
      `${name}: found ${found} operands, expected at most ${this.maxBindings}, the storage buffers of a kernel`,
    );
  }
}
