import type { Backend, DeviceBuffer, Launch } from "@evenkeel/tensor";
import { buildExpression, e } from "@evenkeel/tensor";
import { makeView, readValues } from "@evenkeel/tensor/testing";

/** A test of one requirement of `Backend`. It throws if the requirement is violated. */
export interface ContractCase {
  readonly name: string;
  /** Receives its own device, and may leave it in any state. */
  run(backend: Backend): Promise<void>;
}

export function expectEqual(found: unknown, expected: unknown, what: string): void {
  const show = (value: unknown): string => JSON.stringify(value);
  if (show(found) !== show(expected)) {
    throw new Error(`${what}: found ${show(found)}, expected ${show(expected)}`);
  }
}

export type ErrorClass = abstract new (...args: never[]) => Error;

export async function expectError(kind: ErrorClass, what: string, body: () => unknown): Promise<Error> {
  try {
    await body();
  } catch (error) {
    if (error instanceof kind) return error;
    throw new Error(`${what}: found ${error}, expected ${kind.name}`);
  }
  throw new Error(`${what}: found no error, expected ${kind.name}`);
}

export async function readNumbers(backend: Backend, buffer: DeviceBuffer): Promise<number[]> {
  return [...(await readValues(backend, buffer))];
}

/** The elementwise operation y = x + s. */
export function addNumber(x: DeviceBuffer, y: DeviceBuffer, s: number): Launch {
  return {
    kind: "expression",
    expression: buildExpression({ inputs: ["f32"], scalars: ["f32"] }, ([a], [b]) => e.add(a!, b!)),
    shape: [y.bytes / 4],
    reads: [{ operand: makeView(x), strides: [1] }],
    writes: [makeView(y)],
    scalars: [s],
  };
}

export function makeHostLaunch(
  buffer: DeviceBuffer,
  run: (x: { [index: number]: number; length: number }) => void | Promise<void>,
): Launch {
  return {
    kind: "host",
    name: "contractStep",
    operands: {
      x: {
        operand: makeView(buffer),
        spec: { shape: [buffer.bytes / 4], dtype: "f32" },
        access: "read-write",
      },
    },
    run: ({ x }) => run(x!),
  };
}

export const waitShortly = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
