/**
 * Generates code for the package in the current folder:
 *
 * - for every `*.kernels.ts`, a `*.kernels.as.ts` next to it with the classes through which kernels read their operands, and the constants;
 * - for every `*.as.ts` kernel, a `*.wasm.ts` next to it: the module's bytes as text, and a second `relaxedModule` if the source uses
 *   ASC_FEATURE_RELAXED_SIMD; if it uses VECTOR_BITS, also a `*.wide.ts` with the module for vectors of 256 bits;
 * - for every `*.worker.ts`, a `*.worker.text.ts` with the text of the bundled script;
 * - `src/cases.generated.ts` with the exports of every `*.cases.ts`;
 * - for every `*-family.ts`, a `<language>.generated.ts` next to it for each language, with the `plans` of every
 *   `*.<language>-plans.ts` below.
 *
 * Unchanged files are not written, and files whose source is gone are removed.
 */
import { createHash } from "node:crypto";
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, relative, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "esbuild";
import type { KernelSchema, KernelSchemas } from "../packages/tensor/src/core/devices/kernel-schema.ts";
import { encodeModule } from "../packages/tensor/src/core/module-text.ts";

const features = "simd,threads,bulk-memory";
const relaxedFeature = "ASC_FEATURE_RELAXED_SIMD";
/** The bits of the vectors for which a source is compiled: pairs of adjacent vectors of 128 bits, if it is 256. */
const vectorConstant = "VECTOR_BITS";
const moduleText = resolve(import.meta.dirname, "../packages/tensor/src/core/module-text.ts");
const flags = [
  "-O3",
  "--shrinkLevel",
  "1",
  "--noAssert",
  "--runtime",
  "stub",
  "--importMemory",
  "--sharedMemory",
  "--initialMemory",
  "1",
  "--maximumMemory",
  "65536",
  "--memoryBase",
  "0",
  "--use",
  "abort=",
];

const generated = new Set<string>();

function writeIfChanged(file: string, text: string): void {
  generated.add(file);
  if (!existsSync(file) || readFileSync(file, "utf8") !== text) writeFileSync(file, text);
}

/** The source and everything that it imports, because kernels share inlined helpers. */
function listSources(file: string, seen: Set<string> = new Set()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const [, path] of readFileSync(file, "utf8").matchAll(/from "(\.[^"]+)"/g)) {
    listSources(resolve(dirname(file), path!.endsWith(".ts") ? path! : `${path}.ts`), seen);
  }
  return seen;
}

/**
 * A class for each schema that a file exports, by itself or as an entry of a module, and an enumeration for numbers: the entry
 * `matmul` reads its operands through `MatmulArguments`.
 */
async function writeKernelNames(source: string): Promise<void> {
  const exported: Record<string, unknown> = await import(pathToFileURL(resolve(source)).href);
  const exports = Object.entries(exported);
  const numbers = exports.filter(([, values]) => areNumbers(values));
  const shared = exports.filter(([, value]) => isSchema(value)) as [string, KernelSchema][];
  const modules = exports.filter((one) => !numbers.includes(one) && !shared.includes(one as never));
  const known = new Set(shared.map(([, schema]) => schema));
  const own = modules
    .flatMap(([, schemas]) => Object.entries(schemas as KernelSchemas))
    .filter(([, schema]) => !known.has(schema));
  const texts = [
    ...numbers.map(([name, values]) => writeEnum(toPascalCase(name), values as Record<string, number>)),
    ...[...shared, ...own].map(([name, schema]) => writeClass(`${toPascalCase(name)}Arguments`, schema)),
  ];
  const text = `// Generated from ${basename(source)}.\n${texts.join("")}`;
  writeIfChanged(source.replace(/\.kernels\.ts$/, ".kernels.as.ts"), text);
}

const isSchema = (value: unknown): value is KernelSchema =>
  Array.isArray((value as Partial<KernelSchema>).reads);

const toPascalCase = (name: string): string => `${name[0]!.toUpperCase()}${name.slice(1)}`;

const areNumbers = (values: unknown): values is Record<string, number> =>
  Object.values(values as object).every((value) => typeof value === "number");

const writeEnum = (name: string, values: Record<string, number>): string =>
  `\nexport const enum ${name} {\n${Object.entries(values)
    .map(([key, value]) => `  ${key} = ${value},\n`)
    .join("")}}\n`;

/** A class whose fields are the arguments in memory, in order, 4 bytes each. */
function writeClass(name: string, { reads, writes, parameters }: KernelSchema): string {
  const pointers = [...reads, ...writes].map((operand) => [operand.replace("?", ""), "usize"]);
  const numbers = Object.entries(parameters).map(([parameter, type]) => [
    parameter,
    type === "u32" ? "usize" : type,
  ]);
  const fields = [...pointers, ...numbers];
  const repeated = fields.find(([field], index) => fields.findIndex(([other]) => other === field) < index);
  if (repeated !== undefined) throw new Error(`${name}: found two operands named ${repeated[0]}`);
  return `\n@unmanaged\nexport class ${name} {\n${fields.map(([field, type]) => `  ${field}: ${type};\n`).join("")}}\n`;
}

/** AssemblyScript has no destructuring: `const { x, y } = args;` becomes `const x = args.x, y = args.y;`, on the same lines. */
const replaceDestructuring = (text: string): string =>
  text.replace(
    /^( *)(const|let) \{([^{}]*?),?(\s*)\} = (\w+);$/gm,
    (_, indent, keyword, names, space, from) =>
      `${indent}${keyword}${names.replace(/\w+/g, (name: string) => `${name} = ${from}.${name}`)}${space.replace(/ $/, "")};`,
  );

async function compileKernel(source: string): Promise<void> {
  const sources = [...listSources(resolve(source))].sort();
  const uses = (name: string): boolean => sources.some((file) => readFileSync(file, "utf8").includes(name));
  const hash = createHash("sha256").update([features, ...flags].join());
  for (const file of [...sources, moduleText].sort()) hash.update(readFileSync(file));
  const stamp = `// ${hash.digest("hex")}\n/** Compiled from ${basename(source)}. */\n`;
  const narrow = uses(vectorConstant) ? ["--use", `${vectorConstant}=128`] : [];
  await writeModules(source.replace(/\.as\.ts$/, ".wasm.ts"), stamp, async () => {
    const relaxed = uses(relaxedFeature)
      ? `/** The same for relaxed SIMD. */\n${await compileVariant(source, "relaxedModule", `${features},relaxed-simd`, narrow)}`
      : "";
    return (await compileVariant(source, "module", features, narrow)) + relaxed;
  });
  if (narrow.length === 0) return;
  await writeModules(source.replace(/\.as\.ts$/, ".wide.ts"), stamp, () =>
    compileVariant(source, "wideModule", `${features},relaxed-simd`, ["--use", `${vectorConstant}=256`]),
  );
}

/** Writes a file of modules, unless it begins with this stamp already. */
async function writeModules(target: string, stamp: string, compile: () => Promise<string>): Promise<void> {
  generated.add(target);
  if (existsSync(target) && readFileSync(target, "utf8").startsWith(stamp)) return;
  writeIfChanged(target, stamp + (await compile()));
}

/** Exports the bytes of the module, as text. */
async function compileVariant(
  source: string,
  name: string,
  enabled: string,
  more: readonly string[],
): Promise<string> {
  const out = "module.wasm";
  let bytes: Uint8Array | undefined;
  // The compiler is large, so it is loaded only when there is something to compile.
  const { default: asc } = await import("assemblyscript/asc");
  const { error, stderr } = await asc.main(
    [source, "--outFile", out, "--enable", enabled, ...flags, ...more],
    {
      readFile: (file, folder) => {
        const path = resolve(folder, file);
        return existsSync(path) ? replaceDestructuring(readFileSync(path, "utf8")) : null;
      },
      writeFile: (file, contents) => {
        if (basename(file) === out && typeof contents !== "string") bytes = contents;
      },
    },
  );
  if (error !== null || bytes === undefined) throw new Error(`${source}: ${stderr.toString()}`);
  return `export const ${name}: string =\n  "${encodeModule(bytes)}";\n`;
}

/** Workers are embedded as text, so that no bundler or server has to find a file. */
async function bundleWorker(source: string): Promise<void> {
  const { outputFiles } = await build({
    entryPoints: [source],
    bundle: true,
    format: "iife",
    minify: true,
    target: "es2022",
    write: false,
  });
  writeIfChanged(
    source.replace(/\.worker\.ts$/, ".worker.text.ts"),
    `/** Bundled from ${basename(source)}. */\nexport const source: string = ${JSON.stringify(outputFiles[0]!.text)};\n`,
  );
}

const writeImports = (files: readonly string[], folder: string): string =>
  files.map((file, index) => `import * as m${index} from "./${relative(folder, file)}";`).join("\n");

const writeMembers = (files: readonly string[], text: (member: string) => string): string =>
  files.map((_, index) => `  ${text(`m${index}`)},`).join("\n");

function collectCases(): void {
  const files = globSync("src/**/{cases,*.cases}.ts").sort();
  if (files.length === 0) return;
  writeIfChanged(
    "src/cases.generated.ts",
    `${writeImports(files, "src")}
import type { OpCases } from "@evenkeel/tensor";

/** The cases of every op of this package. */
export const cases: readonly OpCases<any>[] = [
${writeMembers(files, (member) => `...Object.values(${member})`)}
];
`,
  );
}

/** The plan tables of the families: each contains the plans below its folder that do not belong to a nested family. */
function collectPlans(): void {
  const tables = new Map<string, string[]>();
  const folders = globSync("src/**/*-family.ts").map(dirname);
  for (const file of globSync("src/**/*.*-plans.ts").sort()) {
    const language = /\.([a-z0-9]+)-plans\.ts$/.exec(file)![1]!;
    const folder = folders
      .filter((candidate) => file.startsWith(`${candidate}/`))
      .reduce((nearest, candidate) => (candidate.length > nearest.length ? candidate : nearest), "");
    if (folder === "") throw new Error(`${file}: found no *-family.ts in a folder above`);
    const target = `${folder}/${language}.generated.ts`;
    tables.set(target, [...(tables.get(target) ?? []), file]);
  }
  for (const [target, files] of tables) {
    const language = basename(target, ".generated.ts");
    writeIfChanged(
      target,
      `${writeImports(files, dirname(target))}
${writePlanTableImports(language, dirname(target))}

/** The plans of this family in ${language}. */
export const plans: PlanTable = makePlanTable([
${writeMembers(files, (member) => `...${member}.plans`)}
]);
`,
    );
  }
}

/** The import of the function that makes a plan table for a language: from the own package or from `tensor`. */
function writePlanTableImports(language: string, folder: string): string {
  const core = dirname(moduleText);
  if (resolve("src") !== dirname(core)) {
    const entry = language === "wgsl" ? "@evenkeel/tensor/wgsl" : "@evenkeel/tensor";
    return `import type { PlanTable } from "@evenkeel/tensor";\nimport { makePlanTable } from "${entry}";`;
  }
  const module = language === "wgsl" ? "widen-floats.ts" : "plan-tables.ts";
  const path = relative(folder, core);
  return `import type { PlanTable } from "${path}/op.ts";\nimport { makePlanTable } from "${path}/plans/${module}";`;
}

for (const source of globSync("src/**/*.kernels.ts").sort()) await writeKernelNames(source);
for (const source of globSync("src/**/*.as.ts").sort()) {
  if (/^export (function|\{[^}]*\} from)/m.test(readFileSync(source, "utf8"))) await compileKernel(source);
}
for (const source of globSync("src/**/*.worker.ts").sort()) await bundleWorker(source);
collectCases();
collectPlans();
for (const file of globSync("src/**/*.{wasm,wide,kernels.as,worker.text,generated}.ts")) {
  if (!generated.has(file)) rmSync(file);
}
