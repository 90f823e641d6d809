import type { ParameterType } from "@evenkeel/tensor";
import { ArgumentError } from "@evenkeel/tensor";
import { computeStage, usage } from "../gpu-constants.ts";

/** Room for the parameters of hundreds of launches, so that the ring wraps around after many submissions. */
const ringBytes = 2 ** 20;

/** The most bytes of parameters that a kernel may have. */
const maxParameterBytes = 4096;

/**
 * The parameters of launches, one slot after the other in a uniform buffer with one bind group, so that a launch costs
 * only a dynamic offset. All that was placed is uploaded in one piece before the submission that reads it.
 */
export class UniformRing {
  readonly layout: GPUBindGroupLayout;
  readonly group: GPUBindGroup;
  private readonly buffer: GPUBuffer;
  private readonly alignment: number;
  private readonly u32 = new Uint32Array(ringBytes / 4);
  private readonly f32 = new Float32Array(this.u32.buffer);
  private uploaded = 0;
  private end = 0;

  constructor(device: GPUDevice) {
    this.alignment = device.limits.minUniformBufferOffsetAlignment;
    // The binding of the last slot reaches beyond it.
    this.buffer = device.createBuffer({
      size: ringBytes + maxParameterBytes,
      usage: usage.uniform | usage.copyTarget,
    });
    this.layout = device.createBindGroupLayout({
      entries: [
        { binding: 0, visibility: computeStage, buffer: { type: "uniform", hasDynamicOffset: true } },
      ],
    });
    this.group = device.createBindGroup({
      layout: this.layout,
      entries: [{ binding: 0, resource: { buffer: this.buffer, size: maxParameterBytes } }],
    });
  }

  /** Whether another launch's parameters fit before the ring must be uploaded and start over. */
  get hasRoom(): boolean {
    return this.end + maxParameterBytes <= ringBytes;
  }

  /** Places parameters and returns their offset. */
  place(types: readonly ParameterType[], values: readonly number[]): number {
    const offset = this.end;
    const first = offset / 4;
    types.forEach((type, index) => {
      if (type === "f32") this.f32[first + index] = values[index]!;
      else this.u32[first + index] = values[index]!;
    });
    this.end += Math.ceil((types.length * 4) / this.alignment) * this.alignment;
    return offset;
  }

  /** Uploads what was placed since the last time; returns the bytes. Uploads keep their order with submissions. */
  upload(queue: GPUQueue): number {
    const { uploaded } = this;
    const bytes = this.end - uploaded;
    if (bytes > 0) queue.writeBuffer(this.buffer, uploaded, this.u32.buffer, uploaded, bytes);
    this.uploaded = this.hasRoom ? this.end : 0;
    this.end = this.uploaded;
    return bytes;
  }

  destroy(): void {
    this.buffer.destroy();
  }
}

/** Throws ArgumentError where a launch does not give what its kernel takes. */
export function checkParameters(name: string, types: readonly unknown[], values: readonly unknown[]): void {
  if (types.length !== values.length) {
    throw new ArgumentError(`${name}: found ${values.length} parameters, expected ${types.length}`);
  }
  if (types.length * 4 > maxParameterBytes) {
    throw new ArgumentError(
      `${name}: found ${types.length} parameters, expected at most ${maxParameterBytes / 4}`,
    );
  }
}
