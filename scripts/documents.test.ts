import { globSync, readFileSync } from "node:fs";
import { dirname, join, matchesGlob } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const ofRepository = { cwd: root, exclude: ["**/node_modules/**", "**/dist/**"] };
const documents = globSync(
  ["*.md", "docs/*.md", "docs/decisions/*.md", "packages/*/README.md", "apps/**/README.md"],
  ofRepository,
);
const sources = globSync("packages/*/src/**/*.ts", ofRepository).map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

/** The text of a document without its code blocks. */
const readProse = (document: string): string =>
  readFileSync(join(root, document), "utf8").replace(/^```.*?^```/gms, "");

const files = globSync("{*,{.ci,apps,docs,packages,scripts}/**/*}", ofRepository);

/** Whether the pattern matches a file or folder, or the end of its path: documents shorten paths to `core/op.ts` or `grid.ts`. */
const exists = (pattern: string): boolean =>
  pattern === "." || files.some((file) => matchesGlob(file, pattern) || matchesGlob(file, `**/${pattern}`));

/** Paths of sources, and the targets of relative links. `<name>` in a path stands for any name. */
function listPaths(document: string): string[] {
  const prose = readProse(document);
  const written = [
    ...prose.matchAll(/`((?:(?:packages|apps|scripts|docs|\.ci)\/[^`\s]+)|[^`\s]+\.(?:ts|mjs|py|md))`/g),
  ].map(([, path]) => path!.replace(/<[^>]+>/g, "*").replace(/\/$/, ""));
  const linked = [...prose.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, target]) =>
    join(dirname(document), target!),
  );
  return [...written, ...linked];
}

/** Names that a document says a package exports, as in "`a` and `b` of `@evenkeel/tensor`", with the folder of the package. */
function listExports(document: string): { name: string; folder: string }[] {
  const claims =
    /((?:`\w+`(?:, | and |, and )?)+)\s(?:of|from)\s`(?:@evenkeel\/([\w-]+)|(evenkeel))[\w/-]*`/g;
  return [...readProse(document).matchAll(claims)].flatMap(([, names, scoped]) =>
    [...names!.matchAll(/`(\w+)`/g)].map(([, name]) => ({
      name: name!,
      folder: scoped === undefined ? "packages" : `packages/${scoped}`,
    })),
  );
}

const isDefined = ({ name, folder }: { name: string; folder: string }): boolean =>
  sources.some(
    ({ path, text }) =>
      path.startsWith(`${folder}/`) &&
      new RegExp(`^export .*\\b(?:function|const|class|interface|type)\\*? ${name}\\b`, "m").test(text),
  );

test.each(documents)("%s names only files that exist", (document) => {
  expect(listPaths(document).filter((path) => !exists(path))).toEqual([]);
});

test.each(documents)("%s names only exports that exist", (document) => {
  expect(listExports(document).filter((claim) => !isDefined(claim))).toEqual([]);
});

test("the documents name files and exports", () => {
  expect(documents.flatMap(listPaths).length).toBeGreaterThan(50);
  expect(documents.flatMap(listExports).length).toBeGreaterThan(10);
});
