import type { Rule } from "@evenkeel/tensor/checks";
import { checkValue, listOf } from "@evenkeel/tensor/checks";
import type { PublishedFile, PublishedImages } from "../catalog.ts";
import { readIdxImages } from "../formats/idx.ts";
import type { ImageSet } from "../images/image-set.ts";

/** The files of one part of a set, by what they contain. */
export type PartFiles<File> = { readonly [content: string]: File };

/** A set published in parts, such as `train` and `test`, each in one file or several. */
export interface PublishedSet<Part extends string, Set> {
  readonly name: string;
  /** The name of the folder with its files, in the data folder and in the cache. */
  readonly folder: string;
  /** Where the files are served, in the order in which they are tried; none for a set that is only read from a folder. */
  readonly addresses: readonly string[];
  readonly parts: { readonly [Name in Part]: PartFiles<PublishedFile> };
  /** The set of a part, from the contents of its files. */
  read(files: PartFiles<Uint8Array>, part: Part): Promise<Set>;
}

/** The sets of the parts of a published set, by name. */
export type Parts<Part extends string, Set> = { readonly [Name in Part]: Set };

export const aPublishedSet: Rule = {
  expected: "a published set, such as fashionMnist",
  accepts: (value) =>
    typeof value === "object" && value !== null && "folder" in value && "addresses" in value,
};

/** A published image set in the general form. */
export function toPublishedSet<Part extends string, Set>(
  published: PublishedSet<Part, Set> | PublishedImages,
): PublishedSet<Part, Set> {
  if ("read" in published) return published;
  const { train, test, classes } = published;
  const set: PublishedSet<"train" | "test", ImageSet> = {
    ...published,
    parts: { train, test },
    read: ({ images, labels }, part) =>
      readIdxImages({ images: images!, labels: labels! }, { name: `${published.name} (${part})`, classes }),
  };
  return set as unknown as PublishedSet<Part, Set>;
}

/** The parts that are asked for, or all. Throws ArgumentError for a part that the set does not have. */
export function findParts<Part extends string>(
  where: string,
  published: PublishedSet<Part, unknown>,
  parts: readonly Part[] | undefined,
): readonly Part[] {
  const all = Object.keys(published.parts) as Part[];
  if (parts === undefined) return all;
  checkValue(
    `${where}: parts`,
    parts,
    listOf({ expected: `one of ${all.join(", ")}`, accepts: (part) => all.includes(part as Part) }),
  );
  return parts;
}

/** Reads parts of a set, one after the other, from the contents of their files. */
export async function readParts<Part extends string, Set>(
  published: PublishedSet<Part, Set>,
  parts: readonly Part[],
  readFile: (file: PublishedFile) => Promise<Uint8Array>,
): Promise<Parts<Part, Set>> {
  const sets: [Part, Set][] = [];
  for (const part of parts) {
    const contents: [string, Uint8Array][] = [];
    for (const [content, file] of Object.entries<PublishedFile>(published.parts[part])) {
      contents.push([content, await readFile(file)]);
    }
    sets.push([part, await published.read(Object.fromEntries(contents), part)]);
  }
  return Object.fromEntries(sets) as Parts<Part, Set>;
}
