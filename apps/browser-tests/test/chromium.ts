import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

/** Where Debian, Ubuntu, Fedora, Google and macOS install it. */
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

/** Tests in a browser that is promised run whether there is one or not, so that they fail without. */
const isPromised = (process.env.EVENKEEL_REQUIRE ?? "").split(",").includes("browser");

/** Why there are no tests in a browser; absent where they run. */
export const reasonToSkip: string | undefined =
  chromiumPath === undefined && !isPromised
    ? "found no Chromium, expected one in its usual place or in CHROMIUM_PATH"
    : undefined;

/** Headless, with a GPU in software, so that every machine tests the same. */
export function launchChromium(): Promise<Browser> {
  const isRoot = process.getuid?.() === 0;
  return chromium.launch({
    executablePath: chromiumPath,
    args: [
      "--enable-unsafe-webgpu",
      "--use-webgpu-adapter=swiftshader",
      // SwiftShader unrolls the zeroing of workgroup memory; Dawn writes a loop, which compiles fifty times faster.
      "--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension",
      // Chromium's sandbox refuses to work for root.
      ...(isRoot ? ["--no-sandbox"] : []),
    ],
  });
}
