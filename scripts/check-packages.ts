/**
 * What only an installed package can show. Packs every public package, lints the tarballs (publint, attw), installs each one alone
 * into an empty project with its siblings' tarballs, runs and type-checks the example of its README there in Node 22 and 24,
 * bundles it for the browser, holds the bundles to their sizes, and rehearses a release in a scratch clone.
 */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import type { Metafile } from "esbuild";
import { build } from "esbuild";

interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Packages that are not published yet. */
  readonly private?: boolean;
  readonly dependencies?: { readonly [name: string]: string };
  readonly exports: { readonly [entry: string]: { readonly default: string } };
}

const root = resolve(import.meta.dirname, "..");
const bin = (name: string): string => join(root, "node_modules", ".bin", name);
const scratch = mkdtempSync(join(tmpdir(), "evenkeel-packages-"));
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  packageManager: string;
};

/** Gzipped bytes of a minified browser bundle: everything that the entry exports, kernels included. */
const sizeLimits: readonly {
  readonly name: string;
  readonly code: string;
  readonly external: string[];
  /** Files that load later count too: shaders, which come with a GPU. */
  readonly withShaders: boolean;
  readonly limit: number;
}[] = [
  {
    name: "batchnorm with its kernels for both devices, without a backend and its siblings",
    code: `export * from "@evenkeel/batchnorm";`,
    external: ["@evenkeel/tensor"],
    withShaders: true,
    limit: 25_000,
  },
  {
    name: "tensor, autodiff, nn, batchnorm and the CPU backend",
    code: ["tensor", "autodiff", "nn", "batchnorm", "backend-cpu"]
      .map((name) => `export * from "@evenkeel/${name}";`)
      .join("\n"),
    external: [],
    withShaders: false,
    limit: 120_000,
  },
];

function run(command: string, args: readonly string[], cwd: string): string {
  try {
    return execFileSync(command, args, {
      cwd,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      maxBuffer: 1 << 26,
    });
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(
      `${basename(command)} ${args.join(" ")} failed in ${cwd}\n${stdout ?? ""}${stderr ?? ""}`,
    );
  }
}

const pnpm = (args: readonly string[], cwd: string): string =>
  run("npx", ["--yes", packageManager, ...args], cwd);

/** The packages that are published. */
function manifests(folder: string): { folder: string; manifest: Manifest }[] {
  return globSync(join(folder, "packages/*/package.json"))
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(file, "utf8")) as Manifest }))
    .filter(({ manifest }) => !manifest.private);
}

/** Packs every package; returns the tarballs by name. */
function packAll(source: string, target: string): Map<string, string> {
  mkdirSync(target, { recursive: true });
  pnpm(["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", target], source);
  const tarballs = readdirSync(target).filter((file) => file.endsWith(".tgz"));
  return new Map(
    manifests(source).map(({ manifest }) => {
      const file = tarballs.find(
        (name) => name === `${manifest.name.slice(1).replace("/", "-")}-${manifest.version}.tgz`,
      );
      if (file === undefined) throw new Error(`${manifest.name}: no tarball among ${tarballs.join(", ")}`);
      return [manifest.name, join(target, file)];
    }),
  );
}

function lintTarballs(tarballs: ReadonlyMap<string, string>): void {
  for (const tarball of tarballs.values()) {
    run(bin("publint"), ["--strict", tarball], root);
    run(bin("attw"), ["--profile", "esm-only", tarball], root);
  }
  console.log(`publint and attw: ${tarballs.size} packages`);
}

/** The first TypeScript block of a package's README: what a new user copies. The root's README shows it too. */
function exampleOf(folder: string): string {
  const example = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(folder, "README.md"), "utf8"))?.[1];
  if (example === undefined) throw new Error(`${folder}/README.md: has no TypeScript example`);
  if (!readFileSync(join(root, "README.md"), "utf8").includes(example)) {
    throw new Error(`README.md: expected the example of ${folder}/README.md, word for word`);
  }
  return example;
}

const typescriptOptions = [
  "--noEmit",
  "--strict",
  "--target",
  "es2022",
  "--skipLibCheck",
  "false",
  "--types",
  "node",
];

async function checkConsumer(
  folder: string,
  manifest: Manifest,
  tarballs: ReadonlyMap<string, string>,
): Promise<void> {
  const project = join(scratch, "consumers", basename(folder));
  mkdirSync(project, { recursive: true });
  const example = exampleOf(folder);
  const imported = [...example.matchAll(/from "(@evenkeel\/[^/"]+)/g)].map(([, name]) => name!);
  const fileOf = (name: string): string => `file:${tarballs.get(name)}`;
  const direct = [...new Set([manifest.name, ...imported])];
  const overrides = Object.fromEntries(
    [...tarballs.keys()].filter((name) => !direct.includes(name)).map((name) => [name, fileOf(name)]),
  );
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: Object.fromEntries(direct.map((name) => [name, fileOf(name)])),
      overrides: { ...overrides, ...Object.fromEntries(direct.map((name) => [name, `$${name}`])) },
    }),
  );
  writeFileSync(join(project, "example.ts"), example);
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], project);
  cpSync(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"), {
    recursive: true,
    dereference: true,
  });
  cpSync(undiciTypes(), join(project, "node_modules/undici-types"), { recursive: true, dereference: true });
  for (const node of [nodeBinary(22), process.execPath]) run(node, ["example.ts"], project);
  run(bin("tsc"), [...typescriptOptions, "--module", "nodenext", "example.ts"], project);
  run(
    bin("tsc"),
    [...typescriptOptions, "--module", "esnext", "--moduleResolution", "bundler", "example.ts"],
    project,
  );
  const bundle = await build({
    stdin: { contents: `export * from "${manifest.name}";`, resolveDir: project },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  if (/from\s*["']node:/.test(bundle.outputFiles[0]!.text))
    throw new Error(`${manifest.name}: its browser bundle imports Node modules`);
}

function undiciTypes(): string {
  return join(
    run(bin("node"), ["-p", "require('node:fs').realpathSync('node_modules/@types/node')"], root).trim(),
    "../../undici-types",
  );
}

/** A Node of another major version, from the registry, as a user would install it. */
function nodeBinary(major: number): string {
  const project = join(scratch, `node-${major}`);
  const binary = join(project, "node_modules", ".bin", "node");
  if (!existsSync(binary)) {
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `node@${major}`], project);
  }
  return binary;
}

/** Names of the files that load before the first line runs; what is imported later, such as shaders, is not among them. */
function neededAtOnce(outputs: Metafile["outputs"]): Set<string> {
  const needed = new Set<string>();
  const visit = (path: string): void => {
    const output = outputs[path];
    if (output === undefined || needed.has(basename(path))) return;
    needed.add(basename(path));
    for (const { path: imported, kind } of output.imports) if (kind === "import-statement") visit(imported);
  };
  visit(Object.keys(outputs).find((path) => outputs[path]!.entryPoint === "<stdin>")!);
  return needed;
}

async function checkSizes(): Promise<void> {
  for (const { name, code, external, withShaders, limit } of sizeLimits) {
    const { metafile, outputFiles } = await build({
      stdin: { contents: code, resolveDir: join(root, "packages/conformance") },
      bundle: true,
      splitting: true,
      outdir: scratch,
      minify: true,
      write: false,
      metafile: true,
      format: "esm",
      platform: "browser",
      // Files that a package was split into name each other for their order.
      logOverride: { "ignored-bare-import": "silent" },
      external,
    });
    const needed = neededAtOnce(metafile.outputs);
    const bytes = outputFiles
      .filter(({ path }) => withShaders || needed.has(basename(path)))
      .reduce((sum, { contents }) => sum + gzipSync(contents, { level: 9 }).length, 0);
    console.log(`${name}: ${bytes} bytes gzipped, limit ${limit}`);
    if (bytes > limit) throw new Error(`${name}: found ${bytes} bytes gzipped, expected at most ${limit}`);
  }
}

/** Versions, changelogs and tarballs as a release would make them. */
function rehearseRelease(): void {
  const clone = join(scratch, "release");
  run("git", ["clone", "--quiet", root, clone], root);
  writeFileSync(
    join(clone, ".changeset", "rehearsal.md"),
    `---\n"@evenkeel/tensor": minor\n---\n\nA rehearsal.\n`,
  );
  const before = manifests(clone)[0]!.manifest.version;
  run(bin("changeset"), ["version"], clone);
  const after = manifests(clone);
  const versions = new Set(after.map(({ manifest }) => manifest.version));
  if (versions.size !== 1 || versions.has(before)) {
    throw new Error(
      `release rehearsal: found versions ${[...versions].join(", ")} after ${before}, expected one new one`,
    );
  }
  const version = [...versions][0]!;
  const changelog = join(clone, "packages/tensor/CHANGELOG.md");
  if (!existsSync(changelog) || !readFileSync(changelog, "utf8").includes("A rehearsal.")) {
    throw new Error("release rehearsal: the changelog of tensor does not tell the change");
  }
  const tarballs = packAll(clone, join(scratch, "release-tarballs"));
  for (const [name, tarball] of tarballs) {
    const manifest = run("tar", ["-xzOf", tarball, "package/package.json"], root);
    if (manifest.includes("workspace:"))
      throw new Error(`release rehearsal: ${name} still names "workspace:"`);
    for (const [dependency, range] of Object.entries((JSON.parse(manifest) as Manifest).dependencies ?? {})) {
      if (dependency.startsWith("@evenkeel/") && range !== `^${version}`) {
        throw new Error(`release rehearsal: ${name} needs ${dependency} ${range}, expected ^${version}`);
      }
    }
  }
  console.log(`release rehearsal: ${tarballs.size} packages go from ${before} to ${version}`);
}

try {
  const tarballs = packAll(root, join(scratch, "tarballs"));
  lintTarballs(tarballs);
  await checkSizes();
  for (const { folder, manifest } of manifests(root)) {
    await checkConsumer(folder, manifest, tarballs);
    console.log(`${manifest.name}: installs alone, runs in Node 22 and 24, type-checks, bundles`);
  }
  rehearseRelease();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
