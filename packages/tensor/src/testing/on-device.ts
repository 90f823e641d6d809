import type { Backend } from "../core/devices/backend.ts";
import { countBytes } from "../core/devices/backend.ts";
import type { BufferView, DeviceBuffer, Slot } from "../core/devices/launch.ts";
import { bindLaunch } from "../core/devices/launch.ts";
import type { Plan } from "../core/op.ts";

/**
 * A view of a buffer, or of a part of it, for launches.
 *
 * @example makeView(makeBuffer(backend, [1, 2, 3]), 4).bytes // 8
 */
export const makeView = (
  buffer: DeviceBuffer,
  byteOffset: number = 0,
  bytes: number = buffer.bytes - byteOffset,
): BufferView => ({ buffer, byteOffset, bytes });

/**
 * A buffer that contains these elements; numbers are stored as f32.
 *
 * @example const x = makeBuffer(backend, [1, 2, 3]);
 */
export function makeBuffer(backend: Backend, values: Iterable<number> | ArrayBufferView): DeviceBuffer {
  const data = ArrayBuffer.isView(values) ? values : Float32Array.from(values);
  const buffer = backend.allocate(data.byteLength);
  backend.write(buffer, 0, data);
  return buffer;
}

/**
 * The f32 that a buffer contains after all launches so far.
 *
 * @example (await readValues(backend, makeBuffer(backend, [1, 2, 3])))[2] // 3
 */
export async function readValues(backend: Backend, buffer: DeviceBuffer): Promise<Float32Array> {
  return new Float32Array(await backend.read(buffer, 0, buffer.bytes));
}

/**
 * Launches a plan without aliases over buffers that the caller has filled or reads; its temporaries are freed after the launches.
 *
 * @example
 * const expression = buildExpression({ inputs: ["f32"] }, ([x]) => e.mul(x, 2));
 * const spec = { shape: [2], dtype: "f32" };
 * const [x, y] = [makeBuffer(backend, [1, 2]), makeBuffer(backend, [0, 0])];
 * launchPlan(backend, planExpression(expression, [spec], [spec], [false]), [x], [y]);
 * (await readValues(backend, y))[1] // 4
 */
export function launchPlan(
  backend: Backend,
  plan: Plan,
  inputs: readonly (DeviceBuffer | undefined)[],
  outputs: readonly DeviceBuffer[],
  scalars: readonly number[] = [],
): void {
  const temporaries = plan.temporaries.map((spec) => backend.allocate(countBytes(spec, backend.limits)));
  const getBuffer = (slot: Slot): DeviceBuffer =>
    "input" in slot
      ? inputs[slot.input]!
      : "output" in slot
        ? outputs[slot.output]!
        : temporaries[slot.temporary]!;
  for (const launch of plan.launches) {
    backend.launch(bindLaunch(launch, (slot) => makeView(getBuffer(slot)), scalars));
  }
  for (const temporary of temporaries) backend.free(temporary);
}
