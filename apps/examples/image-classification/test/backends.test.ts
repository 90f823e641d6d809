import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type WebgpuBackend, webgpu } from "@evenkeel/backend-webgpu";
import { type CommonOptions, listBackends, runTask, type Surroundings } from "@evenkeel/example-task";
import { setDefaultBackend } from "@evenkeel/tensor";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { imageClassification } from "../src/image-classification.ts";

const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("webgpu");
/** If a GPU is required, its tests run even without one, so that they fail. */
const hasGpu =
  isPromised ||
  (await webgpu({ software: true })
    .open()
    .then(
      async (backend) => {
        await backend.close();
        return true;
      },
      () => false,
    ));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "evenkeel-backends-"));
});
afterAll(async () => {
  setDefaultBackend(undefined);
  await rm(folder, { recursive: true });
});

/** Runs the job on these backends; returns its exit code and its output. */
async function run(
  backends: Surroundings["backends"],
  args: readonly string[],
): Promise<{ code: number; said: string }> {
  const lines: string[] = [];
  const code = await runTask(imageClassification, args, { backends, say: (line) => lines.push(line) });
  return { code, said: lines.join("\n") };
}

const small = [
  "--dataset",
  "synthetic",
  "--images",
  "160",
  "--batch-size",
  "40",
  "--epochs",
  "4",
  "--model",
  "mlp",
  "--normalization",
  "batch",
];

/** A WebGPU backend that counts launches and loses its device at one of them. */
function countedWebgpu(
  lostAt = Number.POSITIVE_INFINITY,
): Pick<Surroundings, "backends"> & { readonly launches: number } {
  const counted = {
    launches: 0,
    backends: (options: CommonOptions) => {
      const [gpu] = listBackends(options);
      const open = async (): Promise<WebgpuBackend> => {
        const backend = await gpu.open();
        const launch = backend.launch.bind(backend);
        backend.launch = (call) => {
          launch(call);
          if (++counted.launches === lostAt) backend.gpuDevice.destroy();
        };
        return backend;
      };
      return [{ ...gpu, open }];
    },
  };
  return counted;
}

// Each test evaluates ten thousand images, which takes minutes on a busy machine without a GPU.
describe.skipIf(!hasGpu)("on WebGPU", { timeout: 600_000 }, () => {
  const file = (run: string, name: string) => readFile(join(folder, run, name));
  let launches: number;

  test("the job trains and prints the device", async () => {
    const counted = countedWebgpu();
    const { code, said } = await run(counted.backends, [
      ...small,
      "--backend",
      "webgpu",
      "--out",
      join(folder, "whole"),
    ]);
    expect(said).toMatch(/^Backend: webgpu, \w/);
    expect(code).toBe(0);
    const summary = JSON.parse((await file("whole", "summary.json")).toString());
    expect(summary).toMatchObject({ backend: "webgpu", device: expect.stringMatching(/\w/) });
    launches = counted.launches;
  });

  test("a run whose device was lost explains how to resume, and the resumed run ends with the same result", async () => {
    const out = join(folder, "lost");
    const options = [...small, "--backend", "webgpu", "--out", out];
    const lost = await run(countedWebgpu(Math.floor(0.7 * launches)).backends, options);
    expect(lost.said).toMatch(/the GPU device was lost \(destroyed\)/);
    expect(lost.said).toContain(`--resume --out ${out}`);
    expect(lost.code).toBe(1);
    const rest = countedWebgpu();
    expect((await run(rest.backends, ["--resume", "--out", out])).code).toBe(0);
    expect(rest.launches).toBeLessThan(0.7 * launches);
    const weights = join("batch", "model.safetensors");
    expect((await file("lost", weights)).equals(await file("whole", weights))).toBe(true);
  });
});

describe("a backend", () => {
  const absent = webgpu({ gpu: { requestAdapter: async () => null } as unknown as GPU });

  test("that is requested by name and cannot open fails the job, with the reason and the remedy", async () => {
    const asked = run(() => [absent], [...small, "--backend", "webgpu", "--out", join(folder, "absent")]);
    await expect(asked).rejects.toMatchObject({
      name: "BackendError",
      message: expect.stringMatching(/no GPU adapter was found: install a GPU driver.*VK_DRIVER_FILES/),
    });
  });
});
