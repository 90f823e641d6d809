import { DeviceError } from "@evenkeel/tensor";
import type { CounterTotals } from "../counters.ts";
import type { Failures } from "./failures.ts";
import type { PassTimer } from "./pass-timer.ts";
import type { UniformRing } from "./uniform-ring.ts";

/** The most dispatches in a submission. Longer ones are split, so that the GPU does not wait for the host to finish encoding. */
const mostDispatches = 512;

/** The submission that is being recorded: one encoder, and in it one compute pass that only copies interrupt. */
export class Recorder {
  private readonly device: GPUDevice;
  private readonly ring: UniformRing;
  private readonly failures: Failures;
  private readonly counters: CounterTotals;
  private encoder: GPUCommandEncoder | undefined;
  private pass: GPUComputePassEncoder | undefined;
  private pipeline: GPUComputePipeline | undefined;
  private group: GPUBindGroup | undefined;
  private timer: PassTimer | undefined;
  private names: string[] = [];
  private afterwards: (() => void)[] = [];
  private count = 1;

  constructor(device: GPUDevice, ring: UniformRing, failures: Failures, counters: CounterTotals) {
    this.device = device;
    this.ring = ring;
    this.failures = failures;
    this.counters = counters;
  }

  /** The number of the submission that is being recorded. */
  get submission(): number {
    return this.count;
  }

  /** From now on every launch gets a pass of its own, whose times the timer records. Undefined ends this. */
  timeWith(timer: PassTimer | undefined): void {
    this.endPass();
    this.timer = timer;
  }

  /** Makes room for the parameters of a dispatch in this submission. */
  makeRoom(): void {
    if (!this.ring.hasRoom || this.names.length >= mostDispatches) this.submit();
  }

  dispatch(
    name: string,
    pipeline: GPUComputePipeline,
    group: GPUBindGroup,
    parametersOffset: number,
    workgroups: readonly [number, number, number],
  ): void {
    if (this.timer !== undefined) this.endPass();
    this.pass ??= this.open().beginComputePass(this.timer?.makePass(name));
    if (pipeline !== this.pipeline) {
      this.pass.setPipeline(pipeline);
      this.pipeline = pipeline;
    }
    if (group !== this.group) {
      this.pass.setBindGroup(0, group);
      this.group = group;
    }
    this.pass.setBindGroup(1, this.ring.group, [parametersOffset]);
    this.pass.dispatchWorkgroups(...workgroups);
    this.names.push(name);
    this.counters.dispatches++;
  }

  copy(
    source: GPUBuffer,
    sourceOffset: number,
    target: GPUBuffer,
    targetOffset: number,
    bytes: number,
  ): void {
    this.endPass();
    this.open().copyBufferToBuffer(source, sourceOffset, target, targetOffset, bytes);
    this.counters.bytesCopied += bytes;
  }

  /** Calls back when what has been recorded so far has been submitted. */
  callAfterSubmit(callback: () => void): void {
    this.afterwards.push(callback);
  }

  submit(): void {
    this.endPass();
    if (this.encoder !== undefined) {
      this.counters.bytesUploaded += this.ring.upload(this.device.queue);
      const { names } = this;
      this.device.pushErrorScope("validation");
      this.device.queue.submit([this.encoder.finish()]);
      this.failures.watch(
        this.device.popErrorScope(),
        (message) => new DeviceError(`${describeLaunches(names)} failed: ${message}`),
      );
      this.counters.submits++;
      this.encoder = undefined;
      this.count++;
      this.names = [];
    }
    const callbacks = this.afterwards;
    this.afterwards = [];
    for (const callback of callbacks) callback();
  }

  private open(): GPUCommandEncoder {
    this.encoder ??= this.device.createCommandEncoder();
    return this.encoder;
  }

  private endPass(): void {
    this.pass?.end();
    this.pass = undefined;
    this.pipeline = undefined;
    this.group = undefined;
  }
}

/** Launches by name, for a message. */
export function describeLaunches(names: readonly string[]): string {
  const different = [...new Set(names)].map((name) => `"${name}"`);
  if (names.length <= 1) return `launch ${different[0] ?? "of a copy"}`;
  const shown = different.length > 6 ? `${different.slice(0, 6).join(", ")}, ...` : different.join(", ");
  return `one of ${names.length} launches (${shown})`;
}
