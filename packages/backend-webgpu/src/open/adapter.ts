import { BackendError } from "@evenkeel/tensor";
import type { DeviceDescription } from "../webgpu-backend.ts";
import type { OptionalFeature } from "./features.ts";

export interface AdapterOptions {
  readonly powerPreference?: GPUPowerPreference | undefined;
  readonly forceFallbackAdapter?: boolean | undefined;
  readonly software?: boolean | undefined;
}

/** Limits requested at the adapter's maximum, because the defaults are those of the smallest devices. */
const wantedLimits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
  "maxComputeWorkgroupSizeY",
  "maxComputeWorkgroupSizeZ",
  "maxComputeWorkgroupsPerDimension",
  "minStorageBufferOffsetAlignment",
  "minUniformBufferOffsetAlignment",
] as const;

/** Throws BackendError with the remedy where the system has no adapter. */
export async function openAdapter(gpu: GPU, options: AdapterOptions): Promise<GPUAdapter> {
  const { powerPreference = "high-performance", forceFallbackAdapter = false, software = false } = options;
  const adapter = await gpu.requestAdapter({ powerPreference, forceFallbackAdapter });
  if (adapter !== null) {
    const { name, isEmulated } = describeAdapter(adapter.info);
    if (software || !isEmulated) return adapter;
    throw new BackendError(
      `webgpu: only ${name} was found, which is slower than the CPU backend: install a GPU driver, or open it with software: true`,
    );
  }
  const wanted = forceFallbackAdapter ? "no software adapter" : "no GPU adapter";
  throw new BackendError(
    `webgpu: ${wanted} was found: install a GPU driver (on Linux one for Vulkan, and libvulkan1); in Node VK_DRIVER_FILES may name the manifest of a software driver, such as SwiftShader's vk_swiftshader_icd.json; Chrome may need --enable-unsafe-webgpu, and --use-webgpu-adapter=swiftshader without a GPU`,
  );
}

export async function openDevice(
  adapter: GPUAdapter,
  requiredFeatures: readonly OptionalFeature[],
): Promise<GPUDevice> {
  const limits = wantedLimits.map((name) => [name, adapter.limits[name]] as const);
  try {
    return await adapter.requestDevice({
      label: "evenkeel",
      requiredFeatures: [...requiredFeatures] as GPUFeatureName[],
      requiredLimits: Object.fromEntries(limits),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new BackendError(
      `webgpu: ${describeAdapter(adapter.info).name} did not provide a device: ${reason}; it may be in use, or its driver may be out of date`,
      { cause: error },
    );
  }
}

type AdapterDescription = Pick<DeviceDescription, "name" | "isEmulated">;

/** The adapter's name for people, and whether the processor emulates it. */
export function describeAdapter(info: GPUAdapterInfo | undefined): AdapterDescription {
  const { description = "", device = "", vendor = "", architecture = "" } = info ?? {};
  const kind = [vendor, architecture].filter(Boolean).join(" ") || "GPU";
  if (isSoftware(info)) return { name: `${description || device || kind} (software)`, isEmulated: true };
  // Dawn's description names the driver only.
  return { name: [device, description].filter(Boolean).join(", ") || kind, isEmulated: false };
}

/** Not every browser marks adapters in software. */
function isSoftware(info: GPUAdapterInfo | undefined): boolean {
  if (info === undefined) return false;
  const { vendor, architecture, device, description } = info;
  const words = [vendor, architecture, device, description].join(" ").toLowerCase();
  return info.isFallbackAdapter || /swiftshader|llvmpipe|lavapipe|basic render/.test(words);
}
