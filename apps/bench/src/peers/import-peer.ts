import { NotOfferedError } from "../core/subject.ts";

/** A package that may be missing. Throws NotOfferedError then; another failure of the import is the package's own. */
export async function importPeer<Package>(name: string): Promise<Package> {
  try {
    return (await import(name)) as Package;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_MODULE_NOT_FOUND") throw new NotOfferedError(`${name} is not installed`);
    throw error;
  }
}
