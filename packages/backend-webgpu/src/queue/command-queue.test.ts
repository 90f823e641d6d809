import { expect, test } from "vitest";
import { CommandQueue } from "./command-queue.ts";

test("commands run immediately until one waits, then in order after it", async () => {
  const done: string[] = [];
  const queue = new CommandQueue(() => done.push("drained"));
  let release = (): void => {};
  expect(queue.push(() => void done.push("first"))).toBe(0);
  expect(done).toEqual(["first"]);
  queue.push(() =>
    new Promise<void>((resolve) => {
      release = resolve;
    }).then(() => void done.push("waited")),
  );
  expect(queue.isFree).toBe(false);
  queue.push(() => {
    done.push(`third is number ${queue.running}`);
  });
  queue.push(async () => void done.push("fourth"));
  queue.push(() => void done.push("fifth"));
  expect([queue.next, queue.running, done]).toEqual([5, 1, ["first"]]);
  release();
  await new Promise((resolve) => setTimeout(resolve));
  expect(done).toEqual(["first", "waited", "third is number 2", "fourth", "fifth", "drained"]);
  expect(queue.isFree).toBe(true);
});
