import { loadNodeModule } from "@evenkeel/tensor";

/** The access to the machine that the search needs. Programs use Node's modules, tests use substitutes. */
export interface Machine {
  readonly platform: string;
  readonly home: string;
  exists(path: string): boolean;
  /** Names in a folder; none where it is missing. */
  list(folder: string): readonly string[];
}

/** The device files of GPUs on Linux: of all drivers, and of those by NVIDIA, Windows, Arm and Qualcomm. */
const signsOfGpu = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg", "/dev/mali0", "/dev/kgsl-3d0"];

const manifest = "vk_swiftshader_icd.json";

/** The paths at which Chromium and Chrome install the manifest of SwiftShader, a software GPU. */
const browserFolders = [
  "/usr/lib/chromium",
  "/usr/lib/chromium-browser",
  "/usr/lib64/chromium-browser",
  "/opt/google/chrome",
  "/opt/chromium.org/chromium",
];

/** Whether a driver may find a GPU. Always true on systems other than Linux. */
export function showsGpu({ platform, exists }: Pick<Machine, "platform" | "exists">): boolean {
  return platform !== "linux" || signsOfGpu.some((path) => exists(path));
}

/** The manifest of a GPU in software, where a browser has brought one. */
export function findSoftwareDriver({ home, exists, list }: Machine): string | undefined {
  const downloads = `${home}/.cache/ms-playwright`;
  const downloaded = list(downloads).flatMap((browser) =>
    list(`${downloads}/${browser}`).map((build) => `${downloads}/${browser}/${build}`),
  );
  return [...browserFolders, ...downloaded]
    .map((folder) => `${folder}/${manifest}`)
    .find((path) => exists(path));
}

/** The machine that this program runs on; undefined where Vulkan has been told of a driver, or in a browser. */
export async function findMachine(): Promise<Machine | undefined> {
  const { process } = globalThis;
  const fs = await loadNodeModule<typeof import("node:fs")>("node:fs");
  if (fs === undefined || process.env.VK_DRIVER_FILES !== undefined) return undefined;
  return {
    platform: process.platform,
    home: process.env.HOME ?? "",
    exists: fs.existsSync,
    list: (folder) => (fs.existsSync(folder) ? fs.readdirSync(folder) : []),
  };
}
