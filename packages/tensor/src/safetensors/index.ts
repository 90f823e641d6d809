export type { ReadOptions, Safetensors } from "./read.ts";
export { readSafetensors } from "./read.ts";
export type { RangeSource } from "./read-ranges.ts";
export { makeRangeSource, readSafetensorsRanges } from "./read-ranges.ts";
export type { FileDType, RawArray, StoredArray } from "./stored-array.ts";
export type { FileParts } from "./write.ts";
export { encodeSafetensors, writeSafetensors } from "./write.ts";
