import type { Backend } from "../core/devices/backend.ts";

/**
 * A backend with some members replaced; all others are those of the original. Tensors have to be made on the result.
 *
 * @example const narrow = backendWith(backend, { limits: { ...backend.limits, maxWorkgroups: 8 } });
 */
export function backendWith<Device extends Backend>(backend: Device, changes: Partial<Device>): Device {
  return new Proxy(backend, {
    get(target, key) {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      // Private members of the original are those of the original alone.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
