import type { FunctionWriter } from "./function-writer.ts";
import { pushUnsigned } from "./function-writer.ts";

const header = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
const sections = { type: 1, import: 2, function: 3, export: 7, code: 10 } as const;
const functionType = 0x60;
const memoryKind = 0x02;
const functionKind = 0x00;
const sharedWithMaximum = 0x03;

const encodeText = (value: string): number[] => encodeSized([...new TextEncoder().encode(value)]);

function encodeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  pushUnsigned(bytes, value);
  return bytes;
}

/** Bytes preceded by their count. */
const encodeSized = (bytes: readonly number[]): number[] => [...encodeUnsigned(bytes.length), ...bytes];

const encodeSection = (id: number, item: readonly number[]): number[] => [id, ...encodeSized([1, ...item])];

/** A module that imports the shared memory `env.memory` of 1 to 65,536 pages and exports one function without results. */
export function encodeModule(name: string, writer: FunctionWriter): Uint8Array<ArrayBuffer> {
  const memory = [memoryKind, sharedWithMaximum, ...encodeUnsigned(1), ...encodeUnsigned(65_536)];
  return new Uint8Array([
    ...header,
    ...encodeSection(sections.type, [functionType, ...encodeSized(writer.parameters), 0]),
    ...encodeSection(sections.import, [...encodeText("env"), ...encodeText("memory"), ...memory]),
    ...encodeSection(sections.function, [0]),
    ...encodeSection(sections.export, [...encodeText(name), functionKind, 0]),
    ...encodeSection(sections.code, encodeSized(writer.body())),
  ]);
}
