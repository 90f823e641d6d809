import { ArgumentError } from "@evenkeel/tensor";
import { describeValue } from "@evenkeel/tensor/checks";

/** Files that a user has chosen or dropped, such as `input.files`, or a folder. */
export type ChosenFiles = Iterable<File> | FileSystemDirectoryHandle;

/** A file, and its path in the folder that was chosen. */
export interface ChosenFile {
  readonly path: string;
  readonly file: File;
}

/**
 * The files of a folder and its folders, in the order of their paths, or files that were chosen. Throws ArgumentError for another value.
 *
 * @example for await (const { path, file } of walkFiles([new File(["a"], "a.txt")])) console.log(path, file.size);
 */
export async function* walkFiles(chosen: ChosenFiles): AsyncGenerator<ChosenFile> {
  if (typeof chosen === "object" && chosen !== null && "getFileHandle" in chosen) {
    yield* walkFolder(chosen, "");
    return;
  }
  if (typeof chosen !== "object" || chosen === null || !(Symbol.iterator in chosen)) {
    throw new ArgumentError(
      `walkFiles: found ${describeValue(chosen)}, expected a list of files or the handle of a folder`,
    );
  }
  for (const file of chosen) yield { path: file.webkitRelativePath || file.name, file };
}

async function* walkFolder(folder: FileSystemDirectoryHandle, path: string): AsyncGenerator<ChosenFile> {
  const entries: [string, FileSystemHandle][] = [];
  for await (const entry of (folder as unknown as AsyncFolder).entries()) entries.push(entry);
  // Not by the rules of a language, which differ from user to user.
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [name, handle] of entries) {
    if (handle.kind === "directory")
      yield* walkFolder(handle as FileSystemDirectoryHandle, `${path}${name}/`);
    else yield { path: path + name, file: await (handle as FileSystemFileHandle).getFile() };
  }
}

/** The part of a folder's handle that TypeScript's library of types leaves out. */
interface AsyncFolder {
  entries(): AsyncIterable<[string, FileSystemHandle]>;
}
