import { BackendError, makeOpFamily } from "@evenkeel/tensor";
import { expect, test } from "vitest";
import { webgpu } from "../webgpu.ts";

test("opening reports why kernels cannot be loaded, and tries again the next time", async () => {
  let isOnline = false;
  makeOpFamily({
    wgsl: async () => {
      if (!isOnline) throw new TypeError("found no network");
      return { plans: new Map() };
    },
  });
  const gpu = { requestAdapter: async () => null } as unknown as GPU;
  const opening = webgpu({ gpu }).open();
  await expect(opening).rejects.toBeInstanceOf(BackendError);
  await expect(opening).rejects.toThrow("kernels in wgsl cannot be loaded: found no network");
  isOnline = true;
  await expect(webgpu({ gpu }).open()).rejects.toThrow(/adapter/);
});
