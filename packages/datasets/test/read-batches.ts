import type { Tensor } from "@evenkeel/tensor";
import type { ImageSet, StreamBatches } from "../src/index.ts";

/** The batches of an epoch, each tensor as `dtype [shape]: values`. */
export async function read(source: StreamBatches<unknown>, epoch = 0): Promise<unknown[]> {
  const found: unknown[] = [];
  for await (const batch of source.epoch(epoch)) found.push(await describeTensors(batch));
  return found;
}

async function describeTensors(value: unknown): Promise<unknown> {
  if (typeof value === "string") return value;
  if ("dtype" in (value as object)) {
    const { dtype, shape } = value as Tensor;
    return `${dtype} [${shape.join(", ")}]: ${[...(await (value as Tensor).data())].join(" ")}`;
  }
  const parts = Object.entries(value as object).map(async ([name, part]) => [
    name,
    await describeTensors(part),
  ]);
  const entries = await Promise.all(parts);
  return Array.isArray(value) ? entries.map(([, part]) => part) : Object.fromEntries(entries);
}

export const count = (length: number): number[] => Array.from({ length }, (_, index) => index);

export const images: ImageSet = {
  name: "ramp",
  images: Uint8Array.from({ length: 5 * 2 * 1 * 2 }, (_, index) => index),
  labels: Int32Array.of(0, 1, 999, 1, 0),
  imageShape: [2, 1, 2],
  classes: count(1000).map((index) => `class ${index}`),
};
