import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { build, transform } from "esbuild";
import type { PublicPackage } from "./workspace.ts";
import { bin, root, run, scratch } from "./workspace.ts";

/**
 * The Node versions that run the examples: the oldest that the manifests allow, and the newest. Tests run in the
 * repository's own.
 */
const newestNode = "26.10.0";
const findOldestNode = ({ manifest }: PublicPackage): string => {
  const range = /^>=(\d+)(\.\d+)?(\.\d+)?$/.exec(manifest.engines.node);
  if (range === null)
    throw new Error(`${manifest.name}: engines.node: found ${manifest.engines.node}, expected >=x.y.z`);
  const [, major, minor = ".0", patch = ".0"] = range;
  return `${major}${minor}${patch}`;
};

/** The oldest TypeScript version that can read the declarations. */
const oldestTypescript = "5.6.3";

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

const nodeModules = ["--module", "nodenext"];

const listExamples = (readme: string): string[] =>
  [...readFileSync(readme, "utf8").matchAll(/```ts\n([\s\S]*?)```/g)].map(([, example]) => example!);

/** The TypeScript examples of a package's README. The first one must also be in the root README. */
function listFolderExamples(folder: string): string[] {
  const examples = listExamples(join(folder, "README.md"));
  const [first] = examples;
  if (first === undefined) throw new Error(`${folder}/README.md: has no TypeScript example`);
  if (!listExamples(join(root, "README.md")).includes(first)) {
    throw new Error(`README.md: expected the example of ${folder}/README.md, word for word`);
  }
  return examples;
}

/** Throws for an example in the root README that is in no package's README, because it would not be run. */
export function checkRootExamples(packages: readonly PublicPackage[]): void {
  const tested = packages.flatMap(({ folder }) => listExamples(join(folder, "README.md")));
  const untested = listExamples(join(root, "README.md")).filter((example) => !tested.includes(example));
  if (untested.length > 0) {
    throw new Error(
      `README.md: expected every example in the README of a package too, found none with\n${untested[0]}`,
    );
  }
}

/** Installs a package from the registry, as a user would; returns the folder of its programs. */
function installPackage(name: string, version: string): string {
  const project = join(scratch, `${name}-${version}`);
  const programs = join(project, "node_modules", ".bin");
  if (!existsSync(programs)) {
    mkdirSync(project, { recursive: true });
    writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
    run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error", `${name}@${version}`], project);
  }
  return programs;
}

/** Installs the tarball of one package, with those of the siblings that its example imports, into an empty project. */
function installAlone(
  project: string,
  { manifest }: PublicPackage,
  examples: string,
  tarballs: ReadonlyMap<string, string>,
): void {
  const imported = [...examples.matchAll(/from "((?:@evenkeel\/)?[^/"]+)/g)].map(([, name]) => name!);
  const direct = [...new Set([manifest.name, ...imported.filter((name) => tarballs.has(name))])];
  const findFile = (name: string): string => `file:${tarballs.get(name)}`;
  const others = [...tarballs.keys()].filter((name) => !direct.includes(name));
  writeFileSync(
    join(project, "package.json"),
    JSON.stringify({
      private: true,
      type: "module",
      dependencies: Object.fromEntries(direct.map((name) => [name, findFile(name)])),
      overrides: Object.fromEntries([
        ...others.map((name) => [name, findFile(name)]),
        ...direct.map((name) => [name, `$${name}`]),
      ]),
    }),
  );
  run("npm", ["install", "--no-audit", "--no-fund", "--loglevel=error"], project);
  cpSync(join(root, "node_modules/@types/node"), join(project, "node_modules/@types/node"), {
    recursive: true,
    dereference: true,
  });
  cpSync(findUndiciTypes(), join(project, "node_modules/undici-types"), {
    recursive: true,
    dereference: true,
  });
}

function findUndiciTypes(): string {
  const types = run(bin("node"), ["-p", "require('node:fs').realpathSync('node_modules/@types/node')"], root);
  return join(types.trim(), "../../undici-types");
}

const nameProject = ({ folder }: PublicPackage): string => join(scratch, "consumers", basename(folder));

/**
 * Installs a package alone, runs the examples of its README in the oldest and the newest Node, type-checks them, and bundles the package
 * for the browser.
 */
export async function checkConsumer(
  consumed: PublicPackage,
  tarballs: ReadonlyMap<string, string>,
): Promise<void> {
  const { folder, manifest } = consumed;
  const project = nameProject(consumed);
  mkdirSync(project, { recursive: true });
  const examples = listFolderExamples(folder);
  installAlone(project, consumed, examples.join("\n"), tarballs);
  const old = join(installPackage("node", findOldestNode(consumed)), "node");
  const nodes = [old, join(installPackage("node", newestNode), "node")];
  const files = examples.map((_, index) => `example-${index + 1}.ts`);
  for (const [index, example] of examples.entries()) {
    writeFileSync(join(project, files[index]!), example);
    // Old versions of Node do not run TypeScript.
    const { code } = await transform(example, { loader: "ts", target: "es2022" });
    writeFileSync(join(project, "example.js"), code);
    for (const node of nodes) run(node, ["example.js"], project);
  }
  run(bin("tsc"), [...typescriptOptions, ...nodeModules, ...files], project);
  run(
    bin("tsc"),
    [...typescriptOptions, "--module", "esnext", "--moduleResolution", "bundler", ...files],
    project,
  );
  await checkBrowserBundle(manifest.name, project);
  console.log(
    `${manifest.name}: installs alone, runs in Node ${findOldestNode(consumed)} and ${newestNode}, type-checks, bundles`,
  );
}

/**
 * Type-checks the declarations of every entry in the oldest TypeScript, in the projects of the packages that no other one depends on: together
 * these have every package installed.
 */
export function checkOldestTypescript(packages: readonly PublicPackage[]): void {
  const isNeeded = ({ manifest }: PublicPackage): boolean =>
    packages.some(({ manifest: { dependencies = {} } }) => manifest.name in dependencies);
  for (const last of packages.filter((candidate) => !isNeeded(candidate))) {
    const project = nameProject(last);
    const entries = packages
      .filter(({ manifest: { name } }) => existsSync(join(project, "node_modules", name)))
      .flatMap(({ manifest: { name, exports } }) =>
        Object.keys(exports).map((entry) => entry.replace(".", name)),
      );
    const imports = entries.map((entry, index) => `export * as entry${index} from "${entry}";`);
    writeFileSync(join(project, "entries.ts"), imports.join("\n"));
    const tsc = join(installPackage("typescript", oldestTypescript), "tsc");
    run(tsc, [...typescriptOptions, ...nodeModules, "entries.ts"], project);
    console.log(`${last.manifest.name}: TypeScript ${oldestTypescript} reads ${entries.length} entries`);
  }
}

async function checkBrowserBundle(name: string, project: string): Promise<void> {
  const { outputFiles, warnings } = await build({
    stdin: { contents: `export * from "${name}";`, resolveDir: project },
    bundle: true,
    write: false,
    format: "esm",
    platform: "browser",
    logLevel: "silent",
  });
  if (/from\s*["']node:/.test(outputFiles[0]!.text))
    throw new Error(`${name}: its browser bundle imports Node modules`);
  if (warnings.length > 0)
    throw new Error(`${name}: esbuild warns: ${warnings.map(({ text }) => text).join(", ")}`);
}
