/**
 * What only an installed package can show. Packs every public package, lints the tarballs (publint, attw, what they must and must not
 * hold), installs each one alone into an empty project with its siblings' tarballs, runs the example of its README there in the oldest and
 * the newest Node, type-checks it in the oldest and the newest TypeScript, bundles it for the browser, holds the bundles to their sizes, and
 * rehearses a release in a scratch clone.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { checkConsumer, checkRootExamples } from "./packages/consumers.ts";
import { rehearseRelease } from "./packages/release.ts";
import { checkSizes } from "./packages/sizes.ts";
import { lintTarballs, packAll } from "./packages/tarballs.ts";
import { publicPackages, root, scratch } from "./packages/workspace.ts";

try {
  const tarballs = packAll(root, join(scratch, "tarballs"));
  lintTarballs(tarballs);
  await checkSizes();
  const packages = publicPackages(root);
  checkRootExamples(packages);
  for (const published of packages) await checkConsumer(published, tarballs);
  rehearseRelease();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
