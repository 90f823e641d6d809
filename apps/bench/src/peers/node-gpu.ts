import { importPeer } from "./import-peer.ts";

interface WebgpuPackage {
  create(flags: string[]): GPU;
  readonly globals: object;
}

/**
 * Gives Node the `navigator.gpu` of browsers, which peers look for. Evenkeel's backend is open by then, and has told Vulkan of
 * the driver, so all of them get the same adapter. Throws NotOfferedError.
 */
export async function useGpuOfNode(): Promise<void> {
  if ((navigator as Partial<Navigator>).gpu !== undefined) return;
  const { create, globals } = await importPeer<WebgpuPackage>("webgpu");
  Object.assign(globalThis, globals);
  Object.defineProperty(navigator, "gpu", { value: create([]), configurable: true });
}
