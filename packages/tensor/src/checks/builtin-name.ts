/**
 * The built-in type of a value: `"Float32Array"`, `"Map"`, `"ArrayBuffer"`, `"Object"`. Unlike `instanceof`, it works
 * for values of other realms (an iframe, a vm context, the sandbox of a test runner). A subclass has the name of its
 * base class: Node's `Buffer` is a `"Uint8Array"`.
 *
 * @example const isMap = getBuiltinName(source) === "Map";
 */
export const getBuiltinName = (value: unknown): string => Object.prototype.toString.call(value).slice(8, -1);
