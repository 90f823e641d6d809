/** What some code asked of the GPU. */
export interface GpuWork {
  readonly launches: number;
  readonly submits: number;
  /** The number of new bind groups. */
  readonly bindGroups: number;
  /** The size of the buffers that are bound to the dispatches, which the dispatches may read and write. */
  readonly bytesMoved: number;
}

const countBytes = ({ resource }: GPUBindGroupEntry): number => {
  if (resource instanceof GPUBuffer) return resource.size;
  if (!("buffer" in resource)) return 0;
  return resource.size ?? resource.buffer.size - (resource.offset ?? 0);
};

/**
 * Counts what any library does with WebGPU while `body` runs. It wraps the standard interfaces, so all libraries are
 * counted in the same way. Only bind groups that were created after `watchBindGroups` are known.
 */
export async function meterGpu(body: () => Promise<unknown>): Promise<GpuWork> {
  const work = { launches: 0, submits: 0, bindGroups: 0, bytesMoved: 0 };
  const bound = new WeakMap<object, Map<number, number>>();
  const restorations = [
    wrap(GPUComputePassEncoder.prototype, "setBindGroup", (pass, index, group) => {
      const groups = bound.get(pass) ?? new Map<number, number>();
      bound.set(pass, groups.set(index as number, bytesOfGroup.get(group as object) ?? 0));
    }),
    wrap(GPUComputePassEncoder.prototype, "dispatchWorkgroups", (pass) => {
      work.launches++;
      for (const bytes of bound.get(pass)?.values() ?? []) work.bytesMoved += bytes;
    }),
    wrap(GPUQueue.prototype, "submit", () => {
      work.submits++;
    }),
    wrap(GPUDevice.prototype, "createBindGroup", () => {
      work.bindGroups++;
    }),
  ];
  try {
    await body();
  } finally {
    for (const restore of restorations) restore();
  }
  return work;
}

const bytesOfGroup = new WeakMap<object, number>();
let isWatching = false;

/** Libraries cache their bind groups, so their sizes are recorded when they are created, from the first subject on. */
export function watchBindGroups(): void {
  if (isWatching) return;
  isWatching = true;
  wrap(GPUDevice.prototype, "createBindGroup", (_device, descriptor, group) => {
    const entries = [...(descriptor as GPUBindGroupDescriptor).entries];
    bytesOfGroup.set(
      group as object,
      entries.reduce((sum, entry) => sum + countBytes(entry), 0),
    );
  });
}

type Method = (this: object, ...args: unknown[]) => unknown;

/** Calls `observe` for every call, with the object, the arguments and the result; returns a function that undoes it. */
function wrap(
  prototype: object,
  name: string,
  observe: (self: object, ...argumentsAndResult: unknown[]) => void,
): () => void {
  const methods = prototype as { [name: string]: Method };
  const original = methods[name]!;
  methods[name] = function (...args) {
    const result = original.apply(this, args);
    observe(this, ...args, result);
    return result;
  };
  return () => {
    methods[name] = original;
  };
}
