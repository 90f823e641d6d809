import { afterEach, expect, test, vi } from "vitest";
import { waitForNextTurn } from "./next-turn.ts";

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["of Node", []],
  ["of a browser", ["setImmediate"]],
  ["of a simulated page", ["setImmediate", "MessageChannel"]],
])("timers run in the event loop %s", async (_, absent) => {
  let hasFired = false;
  setTimeout(() => {
    hasFired = true;
  });
  for (const name of absent) vi.stubGlobal(name, undefined);
  for (let turn = 0; turn < 10_000 && !hasFired; turn++) await waitForNextTurn();
  expect(hasFired).toBe(true);
});
