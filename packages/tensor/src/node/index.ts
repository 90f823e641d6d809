export { claimPath } from "./claim.ts";
export { makeFolder } from "./make-folder.ts";
export { readFileBytes, readSafetensorsFile } from "./read-file.ts";
export { makeStorageError } from "./storage-error.ts";
export { makeTemporaryPath, removeAbandoned } from "./temporary-files.ts";
export { writeFileAtomically } from "./write-file.ts";
