import type { FunctionWriter } from "./function-writer.ts";
import { pushUnsigned } from "./function-writer.ts";

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const functionType = 0x60;
const memoryKind = 0x02;
const functionKind = 0x00;
const sharedWithMaximum = 0x03;

const text = (value: string): number[] => sized([...new TextEncoder().encode(value)]);

function unsigned(value: number): number[] {
  const bytes: number[] = [];
  pushUnsigned(bytes, value);
  return bytes;
}

/** Bytes preceded by their count. */
const sized = (bytes: readonly number[]): number[] => [...unsigned(bytes.length), ...bytes];

const section = (id: number, item: readonly number[]): number[] => [id, ...sized([1, ...item])];

/** A module that imports the shared memory `env.memory` of 1 to 65,536 pages and exports one function without results. */
export function moduleOf(name: string, writer: FunctionWriter): Uint8Array<ArrayBuffer> {
  const memory = [memoryKind, sharedWithMaximum, ...unsigned(1), ...unsigned(65_536)];
  return new Uint8Array([
    ...header,
    ...section(sections.type, [functionType, ...sized(writer.parameters), 0]),
    ...section(sections.import, [...text("env"), ...text("memory"), ...memory]),
    ...section(sections.function, [0]),
    ...section(sections.export, [...text(name), functionKind, 0]),
    ...section(sections.code, sized(writer.body())),
  ]);
}
