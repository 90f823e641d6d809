export { storageError, writeFileAtomically } from "./write-file.ts";
