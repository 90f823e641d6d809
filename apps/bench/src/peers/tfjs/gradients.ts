import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Registers the gradients in tfjs-core. Its build for Node lacks them, and its sources do not load in Node directly,
 * so they are bundled. Engine and registries are global, so a second copy can register gradients for the first.
 */
export async function registerGradients(folder: string): Promise<void> {
  const outfile = join(folder, "tfjs-gradients.mjs");
  if (!existsSync(outfile)) {
    const { build } = await import("esbuild");
    await mkdir(folder, { recursive: true });
    await build({
      stdin: { contents: `import "@tensorflow/tfjs-core/dist/register_all_gradients";`, resolveDir },
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      logLevel: "silent",
    });
  }
  await import(pathToFileURL(outfile).href);
}

const resolveDir = import.meta.dirname;
