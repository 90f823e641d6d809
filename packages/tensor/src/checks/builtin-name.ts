/**
 * The built-in type of a value: `"Float32Array"`, `"Map"`, `"ArrayBuffer"`, `"Object"`. `instanceof` tells apart values of
 * different realms (an iframe, a vm context, the sandbox of a test runner), this does not. A subclass has its base's name:
 * Node's `Buffer` is a `"Uint8Array"`.
 *
 * @example const isMap = builtinName(source) === "Map";
 */
export const builtinName = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
