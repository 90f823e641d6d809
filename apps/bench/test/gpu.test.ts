import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkReport } from "../src/core/rows.ts";
import { bench } from "./run-bench.ts";

describe("pnpm bench", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "evenkeel-bench-test-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it("measures a GPU with its roofs, its launches by name, and the bind groups that a step creates", async (context) => {
    const json = join(folder, "gpu.json");
    const { code, output } = await bench(
      "batchnorm",
      "matmul",
      "--backend",
      "webgpu",
      "--quick",
      "--as-hardware",
      "--peers",
      "none",
      "--json",
      json,
    );
    const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("webgpu");
    if (!isPromised && /BackendError: webgpu: /.test(output)) context.skip("there is no WebGPU adapter");
    expect(code, output).toBe(0);
    const { rows, machine } = checkReport(JSON.parse(await readFile(json, "utf8")), json);
    expect(machine.gpuIsSoftware).toBe(false);
    const own = rows.filter(({ subject }) => subject === "evenkeel");
    expect(own).toHaveLength(9);
    for (const row of own) {
      expect(row.milliseconds).toBeGreaterThan(0);
      expect(row).toMatchObject({ submits: 1, bindGroups: 0 });
      expect(row.launchTimes!.reduce((sum, { count }) => sum + count, 0)).toBe(row.launches);
    }
    const roofs = rows.filter(({ subject }) => subject.startsWith("roof-"));
    expect(roofs.map(({ suite, subject }) => `${suite} ${subject}`)).toEqual([
      ...Array.from({ length: 8 }, () => "batchnorm roof-copy"),
      "matmul roof-fma",
    ]);
    for (const row of roofs) expect(row.gigabytesPerSecond ?? row.gflops).toBeGreaterThan(0);
  }, 300_000);
});
