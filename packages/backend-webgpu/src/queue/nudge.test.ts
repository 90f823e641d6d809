import { expect, test } from "vitest";
import { nudge } from "./nudge.ts";

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
  expect(await nudge(pending(), queue, true)).toBe("mapped");
  expect(submits).toBe(3);
  await expect(nudge(Promise.reject(new Error("lost")), queue, true)).rejects.toThrow("lost");
  expect(await nudge(Promise.resolve("at once"), queue, false)).toBe("at once");
  expect(submits).toBe(4);
});
