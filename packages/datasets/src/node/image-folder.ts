import { readdir, stat } from "node:fs/promises";
import { extname, join } from "node:path";
import { DataError } from "@evenkeel/tensor";
import { checkOptions, checkValue, listOf, text } from "@evenkeel/tensor/checks";
import { someChannels } from "../decoding/channels.ts";
import type { Channels } from "../decoding/interleaved.ts";
import type { Dataset } from "../examples/dataset.ts";
import type { Picture } from "../images/picture.ts";
import { readPicture } from "./read-picture.ts";

export interface ImageFolderOptions {
  /** The number of channels of images: 1 for grey, 3 for colour, 4 for colour and alpha. Default: 3. */
  readonly channels?: Channels;
  /**
   * The names of the classes, in the order of their labels; folders of other names are an error. Pass those of the training set for
   * every split. Default: the names of the folders, sorted.
   */
  readonly classes?: readonly string[];
}

export interface ImageFolder extends Dataset<{ readonly image: Picture; readonly labels: number }> {
  readonly classes: readonly string[];
  /** The path of each image. */
  readonly files: readonly string[];
  /** The class of each image, without reading it. */
  readonly labels: Int32Array;
}

const endings = [".jpg", ".jpeg", ".png", ".webp"];

/**
 * Opens a folder with a folder of JPEG, PNG and WebP files for each class, as `ImageFolder` of torchvision. Classes and files are sorted by
 * the code units of their names, so labels and indices are the same everywhere. Files are decoded when they are read.
 *
 * Throws DataError if there is no such folder, or a class without images; `get` throws DataError for a damaged file.
 *
 * @example const photos = await openImageFolder("photos/train"); // photos/train/cat/1.jpg, photos/train/dog/2.png, ...
 */
export async function openImageFolder(
  folder: string,
  options: ImageFolderOptions = {},
): Promise<ImageFolder> {
  checkValue("openImageFolder: folder", folder, text);
  checkOptions<ImageFolderOptions>("openImageFolder", options, {
    channels: someChannels,
    classes: listOf(text),
  });
  const found = await listFolders(folder);
  const classes = options.classes ?? found;
  const stray = found.find((name) => !classes.includes(name));
  if (stray !== undefined) {
    throw new DataError(`${folder}: found the folder ${stray}, expected only classes: ${classes.join(", ")}`);
  }
  const files: string[] = [];
  const labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    if (!found.includes(name)) continue;
    const ofClass = await listImages(join(folder, name));
    if (ofClass.length === 0) {
      throw new DataError(
        `${join(folder, name)}: found no images, expected files ending in ${endings.join(", ")}`,
      );
    }
    // One by one: an engine takes no more than about 100,000 arguments.
    for (const file of ofClass) {
      files.push(file);
      labels.push(label);
    }
  }
  return {
    length: files.length,
    classes,
    files,
    labels: Int32Array.from(labels),
    get: async (index) => ({
      image: await readPicture(files[index]!, options.channels),
      labels: labels[index]!,
    }),
  };
}

/** The names of the folders in a folder, or of links to folders. */
async function listFolders(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const name of await readFolder(folder)) {
    if ((await stat(join(folder, name))).isDirectory()) names.push(name);
  }
  if (names.length === 0) throw new DataError(`${folder}: found no folders, expected one for each class`);
  return names.sort();
}

async function listImages(folder: string): Promise<string[]> {
  const names = await readFolder(folder, true);
  return names
    .filter((name) => endings.includes(extname(name).toLowerCase()))
    .sort()
    .map((name) => join(folder, name));
}

async function readFolder(folder: string, recursive = false): Promise<string[]> {
  try {
    return await readdir(folder, { recursive });
  } catch (error) {
    throw new DataError(`${folder}: could not be read: ${(error as Error).message}`, { cause: error });
  }
}
