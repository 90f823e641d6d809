import { existsSync, globSync } from "node:fs";
import type { WebgpuBackend, WebgpuOptions } from "@evenkeel/backend-webgpu";
import { webgpu } from "@evenkeel/backend-webgpu";

/** Where Chromium and Chrome keep the manifest of SwiftShader, a GPU in software. */
const softwareDrivers = [
  "/usr/lib/chromium/vk_swiftshader_icd.json",
  "/usr/lib/chromium-browser/vk_swiftshader_icd.json",
  "/usr/lib64/chromium-browser/vk_swiftshader_icd.json",
  "/opt/google/chrome/vk_swiftshader_icd.json",
  "/opt/chromium.org/chromium/vk_swiftshader_icd.json",
  `${process.env.HOME}/.cache/ms-playwright/chromium-*/chrome-linux*/vk_swiftshader_icd.json`,
];

/** Without a GPU, Vulkan is told of the software one, unless it has been told of another. */
function useSoftwareDriver(): void {
  const hasGpu = process.platform !== "linux" || existsSync("/dev/dri") || existsSync("/dev/nvidia0");
  if (hasGpu || process.env.VK_DRIVER_FILES !== undefined) return;
  const [found] = globSync(softwareDrivers);
  if (found !== undefined) process.env.VK_DRIVER_FILES = found;
}

/** Opens the GPU, or SwiftShader where there is none. Throws BackendError where neither opens. */
export function openWebgpu(options?: WebgpuOptions): Promise<WebgpuBackend> {
  useSoftwareDriver();
  return webgpu.open(options);
}
