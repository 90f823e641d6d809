import { ArgumentError, BackendError } from "@evenkeel/tensor";
import { describe, expect, test } from "vitest";
import { webgpu } from "./webgpu.ts";

describe("options", () => {
  test.each([
    [{ sofware: true }, 'webgpu: found the option "sofware", expected one of: gpu, device, '],
    [{ software: "yes" }, 'webgpu: software: found "yes", expected true or false'],
    [{ powerPreference: "fast" }, 'webgpu: powerPreference: found "fast", expected "high-performance" or '],
    [
      { without: ["f16"] },
      'webgpu: without: found ["f16"], expected an array, each element "shader-f16" or "subgroups" or "timestamp-query"',
    ],
    [{ maxMemoryBytes: "1GB" }, 'webgpu: maxMemoryBytes: found "1GB", expected a positive integer'],
    [{ maxMemoryBytes: 0 }, "webgpu: maxMemoryBytes: found 0, expected a positive integer"],
    [
      { flags: "backend=vulkan" },
      'webgpu: flags: found "backend=vulkan", expected an array, each element a string',
    ],
    [{ forceFallbackAdapter: 1 }, "webgpu: forceFallbackAdapter: found 1, expected true or false"],
    [{ nonFinite: null }, "webgpu: nonFinite: found null, expected true or false"],
    [{ gpu: {} }, "webgpu: gpu: found an object, expected a GPU"],
    [{ device: null }, "webgpu: device: found null, expected a GPUDevice"],
    [null, "webgpu: options: found null, expected an object"],
  ])("%o are rejected", (options, message) => {
    expect(() => webgpu(options as never)).toThrow(message);
    expect(() => webgpu(options as never)).toThrow(ArgumentError);
  });

  test("that are undefined count as absent", async () => {
    const gpu = { requestAdapter: async () => null } as unknown as GPU;
    const options = { gpu, powerPreference: undefined, maxMemoryBytes: undefined, without: undefined };
    await expect(webgpu(options as object).open()).rejects.toThrow(/no GPU adapter was found/);
  });
});

test("a software adapter is used if either option requests it, and is otherwise rejected", async () => {
  const asked: unknown[] = [];
  const adapter = {
    info: { description: "SwiftShader driver", isFallbackAdapter: true },
    limits: {},
    features: new Set(),
    requestDevice: () => Promise.reject(new Error("stop here")),
  };
  const gpu = {
    requestAdapter: async (options: unknown) => {
      asked.push(options);
      return adapter;
    },
  } as unknown as GPU;
  for (const options of [{ software: true }, { forceFallbackAdapter: true }]) {
    await expect(webgpu({ gpu, ...options }).open()).rejects.toThrow(/did not provide a device: stop here/);
  }
  for (const options of [{}, { software: false, forceFallbackAdapter: true }]) {
    await expect(webgpu({ gpu, ...options }).open()).rejects.toThrow(BackendError);
    await expect(webgpu({ gpu, ...options }).open()).rejects.toThrow(
      /only SwiftShader driver \(software\) was found/,
    );
  }
  expect(asked[0]).toMatchObject({ forceFallbackAdapter: false });
  expect(asked[1]).toMatchObject({ forceFallbackAdapter: true });
});
