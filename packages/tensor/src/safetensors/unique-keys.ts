import { describeValue } from "../checks/check.ts";
import { DataError } from "../checks/errors.ts";

/** The limit of the reference implementation, for extensions in later versions of the format. Current headers have 3 levels. */
const deepestNesting = 128;

/** Throws DataError for text that nests more deeply than a header may, before `JSON.parse` builds objects from it. */
export function checkNesting(json: string, where: string): void {
  let depth = 0;
  for (let index = 0; index < json.length; index++) {
    switch (json[index]) {
      case "{":
      case "[":
        if (++depth <= deepestNesting) break;
        throw new DataError(`${where}: found brackets nested more than ${deepestNesting} deep, expected 3`);
      case "}":
      case "]":
        depth--;
        break;
      case '"':
        index = findEndOfString(json, index) - 1;
    }
  }
}

/**
 * Throws DataError if an object in well-formed JSON has a key twice. `JSON.parse` silently keeps the last one, so two
 * readers could see two different files.
 */
export function checkUniqueKeys(json: string, where: string): void {
  const keysAround: Set<string>[] = [];
  let quoted = "";
  for (let index = 0; index < json.length; index++) {
    switch (json[index]) {
      case "{":
        keysAround.push(new Set());
        break;
      case "}":
        keysAround.pop();
        break;
      case '"': {
        const end = findEndOfString(json, index);
        quoted = json.slice(index, end);
        index = end - 1;
        break;
      }
      // Outside strings, a colon occurs only after a key.
      case ":":
        addKey(keysAround.at(-1)!, JSON.parse(quoted), where);
    }
  }
}

function findEndOfString(json: string, start: number): number {
  let index = start + 1;
  while (index < json.length && json[index] !== '"') index += json[index] === "\\" ? 2 : 1;
  return index + 1;
}

function addKey(keys: Set<string>, key: string, where: string): void {
  if (keys.has(key))
    throw new DataError(`${where}: found the key ${describeValue(key)} twice, expected once`);
  keys.add(key);
}
