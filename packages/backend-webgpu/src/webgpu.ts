import type { BackendFactory } from "@evenkeel/tensor";
import { ArgumentError, BackendError, loadPlans } from "@evenkeel/tensor";
import { WebgpuDevice } from "./device.ts";
import { describeAdapter, openAdapter, openDevice } from "./open/adapter.ts";
import type { OptionalFeature } from "./open/features.ts";
import { featuresOf, optionalFeatures } from "./open/features.ts";
import { findGpu } from "./open/find-gpu.ts";
import type { WebgpuBackend } from "./webgpu-backend.ts";

export interface WebgpuOptions {
  /** Where to ask for an adapter. Absent: `navigator.gpu`, or the `webgpu` package in Node. */
  readonly gpu?: GPU;
  /** A device that is open already; it is shared, and stays open when the backend is closed. */
  readonly device?: GPUDevice;
  /** Absent: `high-performance`. */
  readonly powerPreference?: GPUPowerPreference;
  /** Takes a software adapter, where there is one. */
  readonly forceFallbackAdapter?: boolean;
  /**
   * False: a GPU in software counts as none, because the CPU backend is faster. Absent: it is taken where there is no other, and
   * in Node on Linux looked for beside Chromium, which brings one.
   */
  readonly acceptsSoftware?: boolean;
  /** Abilities to leave alone although the adapter has them. */
  readonly without?: readonly OptionalFeature[];
  /** Claims `non-finite`: that the driver's compiler keeps NaN and infinity, which WGSL lets it assume away. */
  readonly keepsNonFinite?: boolean;
  /** Of all buffers together. Absent: what the GPU has. */
  readonly maxMemoryBytes?: number;
  /** Options of Dawn for the `webgpu` package in Node, such as `backend=vulkan`. */
  readonly flags?: readonly string[];
}

export interface WebgpuFactory extends BackendFactory<WebgpuOptions> {
  open(options?: WebgpuOptions): Promise<WebgpuBackend>;
}

/**
 * The GPU as a device, through the standard WebGPU API: in browsers, and in Node with the `webgpu` package. Opening it
 * throws ArgumentError for wrong options, and BackendError, with the reason and the remedy, where it cannot open.
 *
 * @example const backend = await selectBackend([webgpu, cpu], { prefer: "webgpu" });
 */
export const webgpu: WebgpuFactory = { name: "webgpu", open };

async function open(options: WebgpuOptions = {}): Promise<WebgpuBackend> {
  checkOptions(options);
  await loadKernels();
  const { maxMemoryBytes = Number.POSITIVE_INFINITY } = options;
  if (options.device !== undefined) {
    const { device } = options;
    const features = featuresOf(device.features, options);
    const name = describeAdapter(device.adapterInfo);
    return new WebgpuDevice(device, { name, features, maxMemoryBytes });
  }
  const gpu = options.gpu ?? (await findGpu(options));
  const adapter = await openAdapter(gpu, options);
  const device = await openDevice(adapter, optionalFeatures(adapter.features, options.without));
  const features = featuresOf(device.features, options);
  const name = describeAdapter(adapter.info);
  return new WebgpuDevice(device, { name, features, maxMemoryBytes, source: gpu });
}

async function loadKernels(): Promise<void> {
  try {
    await loadPlans(WebgpuDevice.languages);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackendError(`webgpu: kernels for the GPU cannot be loaded: ${reason}`, { cause: error });
  }
}

function checkOptions({ maxMemoryBytes }: WebgpuOptions): void {
  if (maxMemoryBytes !== undefined && !(Number.isSafeInteger(maxMemoryBytes) && maxMemoryBytes > 0)) {
    throw new ArgumentError(`webgpu: maxMemoryBytes: found ${maxMemoryBytes}, expected a positive integer`);
  }
}
