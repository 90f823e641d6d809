import { ArgumentError } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { MemoryLogStore } from "./log-store.ts";

test("bytes are replaced, appended and copied", async () => {
  const store = new MemoryLogStore();
  expect(await store.load("log.csv")).toBeUndefined();
  const bytes = Uint8Array.of(1);
  await store.append("log.csv", bytes);
  bytes[0] = 9;
  await store.append("log.csv", Uint8Array.of(2, 3));
  expect(await store.load("log.csv")).toEqual(Uint8Array.of(1, 2, 3));
  await store.save("train/log.csv", Uint8Array.of(4));
  await store.save("train/log.csv", Uint8Array.of(5));
  expect(await store.load("train/log.csv")).toEqual(Uint8Array.of(5));
  expect(await store.list()).toEqual(["log.csv", "train/log.csv"]);
});

test.each(["", "..", "../other", "a//b", "/a", "a/", ".hidden", "a/.b", "a b"])(
  "%j is not a valid name",
  async (name) => {
    await expect(new MemoryLogStore().append(name, Uint8Array.of(1))).rejects.toThrow(ArgumentError);
  },
);
