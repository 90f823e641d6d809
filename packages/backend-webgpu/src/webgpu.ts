import type { BackendFactory } from "@evenkeel/tensor";
import { loadPlans } from "@evenkeel/tensor";
import type { Rule, Rules } from "@evenkeel/tensor/checks";
import {
  callable,
  checkOptions,
  listOf,
  oneOf,
  positiveInteger,
  text,
  yesOrNo,
} from "@evenkeel/tensor/checks";
import { WebgpuDevice } from "./device.ts";
import { describeAdapter, openAdapter, openDevice } from "./open/adapter.ts";
import type { OptionalFeature } from "./open/features.ts";
import { findFeatures, knownFeatures, listOptionalFeatures } from "./open/features.ts";
import { findGpu } from "./open/find-gpu.ts";
import type { PlatformDevice, PlatformGpu } from "./platform-types.ts";
import type { WebgpuBackend } from "./webgpu-backend.ts";

export interface WebgpuOptions {
  /** Where to request an adapter. Default: `navigator.gpu`, or the `webgpu` package in Node. */
  readonly gpu?: PlatformGpu | undefined;
  /** A device that is already open. It stays open when the backend is closed. */
  readonly device?: PlatformDevice | undefined;
  /** Default: `high-performance`. */
  readonly powerPreference?: "low-power" | "high-performance" | undefined;
  /** Requests a software adapter, if there is one. `software` is then true by default. */
  readonly forceFallbackAdapter?: boolean | undefined;
  /**
   * Whether to accept a GPU emulated in software if there is no other; in Node on Linux, the one that comes with
   * Chromium is found. Default: false, because the CPU backend is many times faster.
   */
  readonly software?: boolean | undefined;
  /** Optional features to leave unused although the adapter has them. */
  readonly without?: readonly OptionalFeature[] | undefined;
  /** Claims the feature `non-finite`: that the driver's compiler preserves NaN and infinity, which WGSL allows it to ignore. */
  readonly nonFinite?: boolean | undefined;
  /** Total bytes for all buffers. Default: the GPU's limit. */
  readonly maxMemoryBytes?: number | undefined;
  /** Options of Dawn for the `webgpu` package in Node, such as `backend=vulkan`. */
  readonly flags?: readonly string[] | undefined;
}

export interface WebgpuFactory extends BackendFactory<"webgpu"> {
  open(): Promise<WebgpuBackend>;
}

/** An object of the platform, recognized by one of its methods: `instanceof` fails for objects of another realm. */
const withMethod = (method: string, expected: string): Rule => ({
  expected,
  accepts: (value) => callable.accepts((value as { [name: string]: unknown } | null)?.[method]),
});

const optionRules: Rules<WebgpuOptions> = {
  gpu: withMethod("requestAdapter", "a GPU"),
  device: withMethod("createBuffer", "a GPUDevice"),
  powerPreference: oneOf("high-performance", "low-power"),
  forceFallbackAdapter: yesOrNo,
  software: yesOrNo,
  without: listOf(oneOf(...knownFeatures)),
  nonFinite: yesOrNo,
  maxMemoryBytes: positiveInteger,
  flags: listOf(text),
};

/**
 * The GPU as a device, through the standard WebGPU API: in browsers, and in Node with the `webgpu` package. Throws ArgumentError
 * for wrong options; opening it throws BackendError, with the reason and the remedy, where it cannot open.
 *
 * @example const backend = await selectBackend([webgpu(), cpu()]); // without a GPU, the CPU
 */
export function webgpu(options: WebgpuOptions = {}): WebgpuFactory {
  checkOptions<WebgpuOptions>("webgpu", options, optionRules);
  const { software = options.forceFallbackAdapter } = options;
  return { name: "webgpu", open: () => open({ ...options, software }) };
}

async function open(options: WebgpuOptions): Promise<WebgpuBackend> {
  await loadPlans(WebgpuDevice.languages);
  const { maxMemoryBytes = Number.POSITIVE_INFINITY } = options;
  if (options.device !== undefined) {
    const { device } = options;
    const features = findFeatures(device.features, options);
    const description = { ...describeAdapter(device.adapterInfo), features, maxMemoryBytes };
    return new WebgpuDevice(device, description);
  }
  const gpu = options.gpu ?? (await findGpu(options));
  const adapter = await openAdapter(gpu, options);
  const device = await openDevice(adapter, listOptionalFeatures(adapter.features, options.without));
  const features = findFeatures(device.features, options);
  const description = { ...describeAdapter(adapter.info), features, maxMemoryBytes };
  return new WebgpuDevice(device, { ...description, source: gpu });
}
