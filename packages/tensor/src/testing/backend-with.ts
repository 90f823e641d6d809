import type { Backend } from "../core/devices/backend.ts";

/**
 * A backend with some members replaced; all others are those of the original. Tensors have to be created on the result.
 *
 * @example const narrow = makeBackendWith(backend, { limits: { ...backend.limits, maxWorkgroups: 8 } });
 */
export function makeBackendWith<Device extends Backend>(backend: Device, changes: Partial<Device>): Device {
  return new Proxy(backend, {
    get(target, key) {
      const value: unknown = Reflect.get(key in changes ? changes : target, key);
      // Private members exist only on the original.
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
}
