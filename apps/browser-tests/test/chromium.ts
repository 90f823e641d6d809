import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** The paths at which Debian, Ubuntu, Fedora, Google and macOS install it. */
const usualPlaces = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/lib64/chromium-browser/chromium-browser",
  "/usr/bin/google-chrome",
  "/opt/google/chrome/chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

export const chromiumPath: string | undefined = [process.env.CHROMIUM_PATH ?? "", ...usualPlaces].find(
  (path) => path !== "" && existsSync(path),
);

/** If a browser is required, its tests run even without one, so that they fail. */
const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("browser");

/** The reason why browser tests are skipped; absent if they run. */
export const reasonToSkip: string | undefined =
  chromiumPath === undefined && !isPromised
    ? "found no Chromium, expected one in its usual place or in CHROMIUM_PATH"
    : undefined;

/** Headless and with a software GPU, so that every machine tests the same. */
export function launchChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      // SwiftShader unrolls the zeroing of workgroup memory; Dawn generates a loop, which compiles fifty times
      // faster.
      "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
      // Chromium's sandbox does not run as root.
      ...(isRoot ? ["--no-sandbox"] : []),
    ],
  });
}
