import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runWithKills } from "../bin/kills/run-with-kills.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "killed-runs-"));
});
afterAll(() => rm(folder, { recursive: true }));

test("a run that is killed 20 times, also while it writes checkpoints, ends with the same bits", async () => {
  const [whole, killed] = await Promise.all([
    runWithKills(join(folder, "whole"), 0),
    runWithKills(join(folder, "killed"), 20, 1),
  ]);
  expect(JSON.parse(killed.result)).toEqual(JSON.parse(whole.result));
  expect(killed.result).toBe(whole.result);
  expect(killed.killsInWrites).toBeGreaterThan(0);
}, 300_000);
