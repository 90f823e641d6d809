export { claimPath } from "./claim.ts";
export { readFileBytes } from "./read-file.ts";
export { readSafetensorsFile } from "./safetensors-file.ts";
export { storageError } from "./storage-error.ts";
export { writeFileAtomically } from "./write-file.ts";
