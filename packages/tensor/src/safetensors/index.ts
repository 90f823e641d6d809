export type { Safetensors } from "./read.ts";
export { readSafetensors } from "./read.ts";
export type { FileDType, StoredArray } from "./stored-array.ts";
export { writeSafetensors } from "./write.ts";
