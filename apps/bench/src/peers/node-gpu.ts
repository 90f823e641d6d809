import { importPeer } from "./import-peer.ts";

interface WebgpuPackage {
  create(flags: string[]): GPU;
  readonly globals: object;
}

/**
 * Gives Node the `navigator.gpu` of browsers, which the peers expect. Evenkeel's backend is already open and has set
 * the driver for Vulkan, so all subjects get the same adapter. Throws NotOfferedError.
 */
export async function useGpuOfNode(): Promise<void> {
  if ((navigator as Partial<Navigator>).gpu !== undefined) return;
  const { create, globals } = await importPeer<WebgpuPackage>("webgpu");
  Object.assign(globalThis, globals);
  Object.defineProperty(navigator, "gpu", { value: create([]), configurable: true });
}
