import { execFileSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join, resolve } from "node:path";

/** The fields of a package's manifest that the check reads. */
export interface Manifest {
  readonly name: string;
  readonly version: string;
  /** Set for packages that are not published. */
  readonly private?: boolean;
  readonly engines: { readonly node: string };
  readonly exports: { readonly [entry: string]: unknown };
  readonly dependencies?: { readonly [name: string]: string };
}

/** A published package and its folder. */
export interface PublicPackage {
  readonly folder: string;
  readonly manifest: Manifest;
}

export const root: string = resolve(import.meta.dirname, "../..");

/** A folder for everything that the check writes; the caller removes it. */
export const scratch: string = mkdtempSync(join(tmpdir(), "evenkeel-packages-"));

const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  readonly packageManager: string;
};

/** A program from the repository's own dependencies. */
export const bin = (name: string): string => join(root, "node_modules", ".bin", name);

/** Runs a program to completion. Throws an Error with all its output if it fails. */
export function run(command: string, args: readonly string[], cwd: string): string {
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

export const pnpm = (args: readonly string[], cwd: string): string =>
  run("npx", ["--yes", packageManager, ...args], cwd);

/** The published packages of a checkout, by folder. */
export function listPublicPackages(checkout: string): PublicPackage[] {
  return globSync(join(checkout, "packages/*/package.json"))
    .sort()
    .map((file) => ({ folder: dirname(file), manifest: JSON.parse(readFileSync(file, "utf8")) as Manifest }))
    .filter(({ manifest }) => !manifest.private);
}
