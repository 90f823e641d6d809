import { expect, test } from "vitest";
import { nudged } from "./nudge.ts";

test("submits until the promise settles, if the browser needs it", async () => {
  let submits = 0;
  let release = (_: string): void => {};
  const queue = {
    submit: (commands: Iterable<GPUCommandBuffer>) => {
      expect([...commands]).toEqual([]);
      if (++submits === 3) release("mapped");
      return undefined;
    },
  };
  const pending = (): Promise<string> =>
    new Promise((resolve) => {
      release = resolve;
    });
  expect(await nudged(pending(), queue, true)).toBe("mapped");
  expect(submits).toBe(3);
  await expect(nudged(Promise.reject(new Error("lost")), queue, true)).rejects.toThrow("lost");
  expect(await nudged(Promise.resolve("at once"), queue, false)).toBe("at once");
  expect(submits).toBe(4);
});
