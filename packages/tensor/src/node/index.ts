export { claimPath } from "./claim.ts";
export { makeFolder } from "./make-folder.ts";
export { readFileBytes, readSafetensorsFile } from "./read-file.ts";
export { storageError } from "./storage-error.ts";
export { removeAbandoned, temporaryPath } from "./temporary-files.ts";
export { writeFileAtomically } from "./write-file.ts";
