import { BackendError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { describeAdapter, openAdapter, openDevice } from "./adapter.ts";
import { findFeatures, listOptionalFeatures } from "./features.ts";
import { findGpu } from "./find-gpu.ts";

const info = (fields: Partial<GPUAdapterInfo>): GPUAdapterInfo => fields as GPUAdapterInfo;

describe("describeAdapter", () => {
  test.each([
    [
      info({ vendor: "nvidia", architecture: "ampere", description: "NVIDIA RTX A2000" }),
      "NVIDIA RTX A2000",
      false,
    ],
    [
      info({ vendor: "apple", architecture: "common-3", device: "", description: "" }),
      "apple common-3",
      false,
    ],
    [
      info({ architecture: "swiftshader", description: "SwiftShader driver" }),
      "SwiftShader driver (software)",
      true,
    ],
    [info({ device: "nvidia-h100", description: "NVIDIA: 580.159" }), "nvidia-h100, NVIDIA: 580.159", false],
    [info({ description: "llvmpipe (LLVM 15)" }), "llvmpipe (LLVM 15) (software)", true],
    [info({ vendor: "google", isFallbackAdapter: true }), "google (software)", true],
    [undefined, "GPU", false],
  ])("returns the name and whether it is software", (adapter, name, isEmulated) => {
    expect(describeAdapter(adapter)).toEqual({ name, isEmulated });
  });
});

test("features are those that are known, available and not disabled", () => {
  const present = new Set(["subgroups", "shader-f16", "depth-clip-control"]);
  expect(listOptionalFeatures(present)).toEqual(["shader-f16", "subgroups"]);
  expect(listOptionalFeatures(present, ["shader-f16"])).toEqual(["subgroups"]);
  expect([...findFeatures(present)]).toEqual(["shader-f16", "subgroups"]);
  expect([...findFeatures(present, { without: ["shader-f16"], nonFinite: true })]).toEqual([
    "subgroups",
    "non-finite",
  ]);
});

describe("opening", () => {
  test("suggests a remedy if there is no adapter", async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    await expect(openAdapter(gpu, {})).rejects.toThrow(
      /no GPU adapter.*VK_DRIVER_FILES.*--enable-unsafe-webgpu/,
    );
    await expect(openAdapter(gpu, { forceFallbackAdapter: true })).rejects.toThrow(/no software adapter/);
  });

  test("rejects a software GPU unless it is requested, and says why", async () => {
    const adapter = { info: { description: "llvmpipe (LLVM 15)" } } as GPUAdapter;
    const gpu = { requestAdapter: async () => adapter } as unknown as GPU;
    await expect(openAdapter(gpu, {})).rejects.toThrow(
      /^webgpu: only llvmpipe .* \(software\) was found, .*: install a GPU driver, or open it with software: true$/,
    );
    expect(await openAdapter(gpu, { software: true })).toBe(adapter);
  });

  test("requests every limit that the adapter has, and reports why there is no device", async () => {
    let asked: GPUDeviceDescriptor | undefined;
    const adapter = {
      info: { description: "Busy GPU" },
      limits: { maxBufferSize: 7, maxStorageBuffersPerShaderStage: 16 },
      requestDevice: async (descriptor: GPUDeviceDescriptor) => {
        asked = descriptor;
        throw new Error("adapter is consumed");
      },
    } as unknown as GPUAdapter;
    const opening = openDevice(adapter, ["subgroups"]);
    await expect(opening).rejects.toThrow(/Busy GPU did not provide a device: adapter is consumed/);
    await expect(opening).rejects.toBeInstanceOf(BackendError);
    expect(asked!.requiredFeatures).toEqual(["subgroups"]);
    expect(asked!.requiredLimits).toMatchObject({ maxBufferSize: 7, maxStorageBuffersPerShaderStage: 16 });
  });

  test("uses the browser's GPU if there is one, and otherwise suggests a remedy", async () => {
    const navigatorBefore = Object.getOwnPropertyDescriptor(globalThis, "navigator")!;
    const gpu = {} as GPU;
    try {
      Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
      expect(await findGpu()).toBe(gpu);
    } finally {
      Object.defineProperty(globalThis, "navigator", navigatorBefore);
    }
  });
});
