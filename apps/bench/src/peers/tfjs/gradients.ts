import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

/**
 * Tells tfjs-core of its gradients. Its build for Node lacks them, and its sources do not load in Node as they are, so they are
 * bundled. Engine and registries are global, which makes the second copy serve the first.
 */
export async function registerGradients(folder: string): Promise<void> {
  const outfile = join(folder, "tfjs-gradients.mjs");
  if (!existsSync(outfile)) {
    const { build } = await import("esbuild");
    await mkdir(folder, { recursive: true });
    await build({
      stdin: { contents: `import "@tensorflow/tfjs-core/dist/register_all_gradients";`, resolveDir },
      ...{ outfile, bundle: true, platform: "node", format: "esm", logLevel: "silent" },
    });
  }
  await import(pathToFileURL(outfile).href);
}

const resolveDir = import.meta.dirname;
