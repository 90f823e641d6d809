import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Installs the dependencies in the lockfile (through npx if pnpm is missing or has another version) and generates code, either for everything or
 * only for the main job. If everything was installed before, everything is kept up to date.
 */
export async function setUp(programs, needsAll) {
  const modules = join(programs.root, "node_modules");
  const installsAll = needsAll || existsSync(join(modules, "turbo"));
  const lockfile = readFileSync(join(programs.root, "pnpm-lock.yaml"));
  const state = `${installsAll ? "all" : "main job"} ${createHash("sha256").update(lockfile).digest("hex")}\n`;
  const stateFile = join(modules, ".set-up");
  if (!existsSync(stateFile) || readFileSync(stateFile, "utf8") !== state) {
    console.error("Setting up: dependencies");
    await install(programs, installsAll);
    if (!installsAll) trim(modules);
    writeFileSync(stateFile, state);
  }
  await generate(programs, needsAll);
}

/** The packages of the main job with their dependencies, and the `dependencies` (not the `devDependencies`) of the root. */
const mainJobOnly = ["--prod", "--filter", "@evenkeel/example-image-classification..."];

async function install(programs, installsAll) {
  const { packageManager } = JSON.parse(readFileSync(join(programs.root, "package.json"), "utf8"));
  const found = await programs.step("pnpm", ["--version"]).catch(() => "");
  const [command, ...prefix] =
    `pnpm@${found.trim()}` === packageManager ? ["pnpm"] : ["npx", "--yes", packageManager];
  const options = ["--frozen-lockfile", "--prefer-offline", "--config.confirmModulesPurge=false"];
  await programs.step(command, [...prefix, "install", ...options, ...(installsAll ? [] : mainJobOnly)]);
}

/** Removes unused parts of packages that are several times as large as the rest; pnpm's store keeps them. */
function trim(modules) {
  const thisMachine = [process.arch, "universal"].map((arch) => `${process.platform}-${arch}`);
  for (const [name, folder, isUnused] of [
    // The package for this platform, with headers and manuals; `bin/node` is another link to its program.
    ["node", "node_modules", (entry) => entry.startsWith("node-")],
    // Command-line tools; the kernel compiler uses only the library.
    ["binaryen", "bin", () => true],
    ["webgpu", "dist", (entry) => !thisMachine.includes(entry)],
    // Reports load one file, which contains the drawing library zrender.
    ["echarts", "dist", (entry) => !/^(echarts\.esm\.min\.mjs|package\.json)$/.test(entry)],
    ["echarts", "lib", () => true],
    ["echarts", "types", () => true],
    ["zrender", "dist", () => true],
    ["zrender", "lib", () => true],
    ["zrender", "src", () => true],
  ]) {
    for (const version of readdirSync(join(modules, ".pnpm")).filter((entry) =>
      entry.startsWith(`${name}@`),
    )) {
      const path = join(modules, ".pnpm", version, "node_modules", name, folder);
      const entries = existsSync(path) ? readdirSync(path) : [];
      for (const entry of entries.filter(isUnused)) rmSync(join(path, entry), { recursive: true });
    }
  }
}

async function generate(programs, needsAll) {
  if (needsAll) {
    console.error("Setting up: kernels");
    await programs.step("turbo", ["run", "generate", "--output-logs=errors-only"]);
    return;
  }
  const packages = join(programs.root, "packages");
  const generated = readdirSync(packages).filter((name) => {
    const manifest = join(packages, name, "package.json");
    return existsSync(manifest) && "generate" in (JSON.parse(readFileSync(manifest, "utf8")).scripts ?? {});
  });
  const script = join(programs.root, "scripts", "generate.ts");
  await Promise.all(generated.map((name) => programs.step("node", [script], { cwd: join(packages, name) })));
}
