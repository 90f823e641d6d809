import { DeviceError } from "@evenkeel/tensor";
import type { CounterTotals } from "../counters.ts";
import { computeStage } from "../gpu-constants.ts";
import type { Failures } from "../queue/failures.ts";
import type { Access, Region } from "./bindings.ts";

/** The bind group layout and pipeline layout of kernels whose operands are accessed in the same way. */
export interface BindLayout {
  readonly key: string;
  readonly accesses: readonly Access[];
  readonly group: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

/** The cache is cleared beyond this many groups, which training in a steady state does not reach. */
const groupsKept = 8192;

/** Bind groups of storage buffers, and their layouts. */
export class BindGroups {
  private readonly device: GPUDevice;
  private readonly parameters: GPUBindGroupLayout;
  private readonly failures: Failures;
  private readonly counters: CounterTotals;
  private readonly layouts = new Map<string, BindLayout>();
  private readonly groups = new Map<string, GPUBindGroup>();

  constructor(
    device: GPUDevice,
    parameters: GPUBindGroupLayout,
    failures: Failures,
    counters: CounterTotals,
  ) {
    this.device = device;
    this.parameters = parameters;
    this.failures = failures;
    this.counters = counters;
  }

  getLayout(accesses: readonly Access[]): BindLayout {
    const key = accesses.join("");
    let layout = this.layouts.get(key);
    if (layout === undefined) {
      layout = this.makeLayout(key, accesses);
      this.layouts.set(key, layout);
    }
    return layout;
  }

  getGroup(name: string, layout: BindLayout, regions: readonly (Region | undefined)[]): GPUBindGroup {
    let key = layout.key;
    for (const region of regions) {
      if (region !== undefined) key += `|${region.block.id} ${region.offset} ${region.bytes}`;
    }
    let group = this.groups.get(key);
    if (group === undefined) {
      if (this.groups.size >= groupsKept) this.groups.clear();
      group = this.makeGroup(name, layout, regions);
      this.groups.set(key, group);
    }
    return group;
  }

  /** Clears the cache, whose groups keep destroyed blocks alive. */
  clear(): void {
    this.groups.clear();
  }

  private makeLayout(key: string, accesses: readonly Access[]): BindLayout {
    const entries = accesses.flatMap((access, binding): GPUBindGroupLayoutEntry[] => {
      if (access === "-") return [];
      const type = access === "r" ? "read-only-storage" : "storage";
      return [{ binding, visibility: computeStage, buffer: { type } }];
    });
    const group = this.device.createBindGroupLayout({ entries });
    const pipeline = this.device.createPipelineLayout({ bindGroupLayouts: [group, this.parameters] });
    return { key, accesses, group, pipeline };
  }

  private makeGroup(
    name: string,
    layout: BindLayout,
    regions: readonly (Region | undefined)[],
  ): GPUBindGroup {
    const entries = regions.flatMap((region, binding) => {
      if (region === undefined) return [];
      const { block, offset, bytes } = region;
      return [{ binding, resource: { buffer: block.gpu, offset, size: bytes } }];
    });
    this.counters.bindGroups++;
    this.device.pushErrorScope("validation");
    const group = this.device.createBindGroup({ label: name, layout: layout.group, entries });
    this.failures.watch(
      this.device.popErrorScope(),
      (message) => new DeviceError(`launch "${name}" failed: ${message}`),
    );
    return group;
  }
}
