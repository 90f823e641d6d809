import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { packAll, readPackedFile } from "./tarballs.ts";
import type { Manifest } from "./workspace.ts";
import { bin, listPublicPackages, root, run, scratch } from "./workspace.ts";

/** Creates versions, changelogs and tarballs in a clone, as a release would. */
export function rehearseRelease(): void {
  const clone = join(scratch, "release");
  run("git", ["clone", "--quiet", root, clone], root);
  writeFileSync(
    join(clone, ".changeset", "rehearsal.md"),
    `---\n"@evenkeel/tensor": minor\n---\n\nA rehearsal.\n`,
  );
  const before = listPublicPackages(clone)[0]!.manifest.version;
  run(bin("changeset"), ["version"], clone);
  const version = readReleasedVersion(clone, before);
  const changelog = join(clone, "packages/tensor/CHANGELOG.md");
  if (!existsSync(changelog) || !readFileSync(changelog, "utf8").includes("A rehearsal.")) {
    throw new Error("release rehearsal: the changelog of tensor does not mention the change");
  }
  const tarballs = packAll(clone, join(scratch, "release-tarballs"));
  for (const [name, tarball] of tarballs) checkReleased(name, tarball, version);
  console.log(`release rehearsal: ${tarballs.size} packages go from ${before} to ${version}`);
}

/** The single version that all packages now have. */
function readReleasedVersion(clone: string, before: string): string {
  const versions = new Set(listPublicPackages(clone).map(({ manifest }) => manifest.version));
  const [version] = versions;
  if (versions.size !== 1 || version === undefined || version === before) {
    throw new Error(
      `release rehearsal: found versions ${[...versions].join(", ")} after ${before}, expected one new one`,
    );
  }
  return version;
}

function checkReleased(name: string, tarball: string, version: string): void {
  const manifest = readPackedFile(tarball, "package.json");
  if (manifest.includes("workspace:")) throw new Error(`release rehearsal: ${name} still names "workspace:"`);
  for (const [dependency, range] of Object.entries((JSON.parse(manifest) as Manifest).dependencies ?? {})) {
    if (dependency.startsWith("@evenkeel/") && range !== `^${version}`) {
      throw new Error(`release rehearsal: ${name} needs ${dependency} ${range}, expected ^${version}`);
    }
  }
  if (!readPackedFile(tarball, "CHANGELOG.md").includes(`## ${version}`)) {
    throw new Error(`release rehearsal: the tarball of ${name} has no changelog of ${version}`);
  }
}
