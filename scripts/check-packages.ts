/**
 * Checks the packages as installed. Packs every public package, lints the tarballs (publint, attw, required and forbidden
 * contents), checks the sizes of bundles, installs each package alone into an empty project with its siblings' tarballs, runs the examples of its
 * README there in the oldest and the newest Node, type-checks them, bundles the package for the browser, type-checks all declarations in the oldest
 * TypeScript, and rehearses a release in a scratch clone.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkConsumer, checkOldestTypescript, checkRootExamples } from "./packages/consumers.ts";
import { rehearseRelease } from "./packages/release.ts";
import { checkSizes } from "./packages/sizes.ts";
import { lintTarballs, packAll } from "./packages/tarballs.ts";
import { listPublicPackages, root, scratch } from "./packages/workspace.ts";

try {
  const tarballs = packAll(root, join(scratch, "tarballs"));
  lintTarballs(tarballs);
  await checkSizes();
  const packages = listPublicPackages(root);
  checkRootExamples(packages);
  for (const published of packages) await checkConsumer(published, tarballs);
  checkOldestTypescript(packages);
  rehearseRelease();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
