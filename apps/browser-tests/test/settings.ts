import type { Job } from "../src/jobs.ts";
import type { Setting } from "./serve.ts";

/** A browser configuration: how the page is served, the backend, and the device that it reports. */
export interface Way {
  readonly name: string;
  readonly setting: Setting;
  readonly backend: Job["backend"];
  readonly device: RegExp;
}

export const gpu: Way = {
  name: "WebGPU",
  setting: "plain",
  backend: "webgpu",
  device: /swiftshader.*\(software\)/i,
};

export const isolatedCpu: Way = {
  name: "isolated WebAssembly",
  setting: "isolated",
  backend: "cpu",
  device: /^WebAssembly SIMD, [2-8] threads$/,
};

export const plainCpu: Way = {
  name: "WebAssembly that is not isolated",
  setting: "plain",
  backend: "cpu",
  device: /^WebAssembly SIMD, 1 thread$/,
};
