import { mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { bin, listPublicPackages, pnpm, root, run } from "./workspace.ts";

/** Packs every package of a checkout; returns the tarballs by name. */
export function packAll(checkout: string, target: string): Map<string, string> {
  mkdirSync(target, { recursive: true });
  pnpm(["--recursive", "--filter", "./packages/*", "pack", "--pack-destination", target], checkout);
  const tarballs = readdirSync(target).filter((file) => file.endsWith(".tgz"));
  return new Map(
    listPublicPackages(checkout).map(({ manifest }) => {
      const file = `${manifest.name.replace("@", "").replace("/", "-")}-${manifest.version}.tgz`;
      if (!tarballs.includes(file))
        throw new Error(`${manifest.name}: no tarball among ${tarballs.join(", ")}`);
      return [manifest.name, join(target, file)];
    }),
  );
}

/** The text of a file in a tarball. */
export const readPackedFile = (tarball: string, path: string): string =>
  run("tar", ["-xzOf", tarball, `package/${path}`], root);

/** The manifest fields that a registry and its visitors expect. */
const expectedFields = ["description", "keywords", "homepage", "repository", "license", "engines"];

/** Throws for a tarball that lacks something its users need, or that refers to something only the repository has. */
export function lintTarballs(tarballs: ReadonlyMap<string, string>): void {
  for (const [name, tarball] of tarballs) {
    run(bin("publint"), ["--strict", tarball], root);
    run(bin("attw"), ["--profile", "esm-only", tarball], root);
    const files = run("tar", ["-tzf", tarball], root).trim().split("\n");
    for (const file of ["LICENSE", "README.md"]) {
      if (!files.includes(`package/${file}`)) throw new Error(`${name}: its tarball has no ${file}`);
    }
    const unmapped = files.filter((file) => file.endsWith(".js") && !files.includes(`${file}.map`));
    if (unmapped.length > 0) throw new Error(`${name}: found no source map of ${unmapped.join(", ")}`);
    const manifest = JSON.parse(readPackedFile(tarball, "package.json")) as Record<string, unknown>;
    const missing = expectedFields.filter((field) => manifest[field] === undefined);
    if (missing.length > 0) throw new Error(`${name}: its manifest has no ${missing.join(", ")}`);
    if (JSON.stringify([manifest.exports, manifest.imports]).includes("@evenkeel/source")) {
      throw new Error(`${name}: its exports or imports name sources, which are not in the package`);
    }
  }
  console.log(`publint, attw, licences, source maps, manifests: ${tarballs.size} packages`);
}
