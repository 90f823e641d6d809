import { BackendError } from "@evenkeel/tensor";
import { findMachine, findSoftwareDriver, showsGpu } from "./software-driver.ts";

/** The package that brings WebGPU to Node, by a name that no bundler follows into a browser's bundle. */
const nodePackage = "webgpu";

interface NodePackage {
  create(flags: string[]): GPU;
}

export interface GpuOptions {
  readonly flags?: readonly string[] | undefined;
  /** Whether a machine without a GPU of its own is searched for one in software. */
  readonly software?: boolean | undefined;
}

/** The object to ask for adapters. Throws BackendError with the remedy where there is none. */
export async function findGpu({ flags = [], software = false }: GpuOptions = {}): Promise<GPU> {
  const ofNavigator = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  if (ofNavigator !== undefined) return ofNavigator;
  const { process } = globalThis as { process?: NodeJS.Process };
  if (process?.versions?.node === undefined) throw new BackendError(describeBrowserRemedy());
  const machine = await findMachine();
  const hasGpu = machine === undefined || showsGpu(machine);
  if (!hasGpu && !software) throw new BackendError(noGpu);
  const { create } = await importNodePackage();
  if (!hasGpu) useSoftwareDriver(findSoftwareDriver(machine));
  return create([...listFlags(process.env.VK_DRIVER_FILES), ...flags]);
}

/** The flags that make Dawn use a named driver. */
const listFlags = (driver: string | undefined): string[] =>
  driver?.includes("swiftshader") ? [zerosInLoops] : [];

/**
 * SwiftShader unrolls the zeroing of a workgroup's memory that the driver is left to do: a kernel with 16 KiB of it took 4.8
 * seconds to compile, and 0.08 where Dawn writes the loop.
 */
const zerosInLoops = "disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension";

const noGpu =
  "webgpu: this machine shows no GPU: use the CPU backend, or a slower GPU in software with software: true";

/** Vulkan reads the variable of the process whenever it is opened, so it stays set. */
function useSoftwareDriver(manifest: string | undefined): void {
  if (manifest !== undefined) process.env.VK_DRIVER_FILES = manifest;
}

async function importNodePackage(): Promise<NodePackage> {
  try {
    return (await import(/* @vite-ignore */ /* webpackIgnore: true */ nodePackage)) as NodePackage;
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n")[0] : String(error);
    throw new BackendError(
      `webgpu: Node has no WebGPU of its own, and the package "webgpu" could not be imported (${reason}): install it with \`npm install webgpu\``,
      { cause: error },
    );
  }
}

function describeBrowserRemedy(): string {
  if (globalThis.isSecureContext === false) {
    return "webgpu: this page is not a secure context, so navigator.gpu is hidden: serve it over https or from localhost";
  }
  return "webgpu: this browser has no navigator.gpu: use a current Chrome, Edge, Firefox or Safari; Chrome on Linux may need --enable-unsafe-webgpu";
}
