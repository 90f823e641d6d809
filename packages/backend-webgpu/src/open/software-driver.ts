/** What is asked of the machine: Node's modules in programs, stand-ins in tests. */
export interface Machine {
  readonly platform: string;
  readonly home: string;
  exists(path: string): boolean;
  /** Names in a folder; none where it is missing. */
  list(folder: string): readonly string[];
}

/** Where Linux shows a GPU: to all drivers, to NVIDIA's, to those of Windows. */
const signsOfGpu = ["/dev/dri", "/dev/nvidia0", "/dev/dxg"];

const manifest = "vk_swiftshader_icd.json";

/** Where Chromium and Chrome keep the manifest of SwiftShader, a GPU in software. */
const browserFolders = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
  "/opt/chromium.org/chromium",
];

/** The manifest of a GPU in software, on a Linux machine that shows no GPU of its own. */
export function findSoftwareDriver(machine: Machine): string | undefined {
  if (machine.platform !== "linux" || signsOfGpu.some((path) => machine.exists(path))) return undefined;
  const downloads = `${machine.home}/.cache/ms-playwright`;
  const downloaded = machine
    .list(downloads)
    .flatMap((browser) =>
      machine.list(`${downloads}/${browser}`).map((build) => `${downloads}/${browser}/${build}`),
    );
  return [...browserFolders, ...downloaded]
    .map((folder) => `${folder}/${manifest}`)
    .find((path) => machine.exists(path));
}

/**
 * Lets Vulkan know of a GPU in software where there is no other, unless it has been told of a driver. Vulkan reads the variable
 * of the process whenever it is opened, so it stays set.
 */
export function useSoftwareDriver(): void {
  const { process } = globalThis;
  const fs = process?.getBuiltinModule?.("node:fs");
  if (fs === undefined || process.env.VK_DRIVER_FILES !== undefined) return;
  const found = findSoftwareDriver({
    platform: process.platform,
    home: process.env.HOME ?? "",
    exists: fs.existsSync,
    list: (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []),
  });
  if (found !== undefined) process.env.VK_DRIVER_FILES = found;
}
