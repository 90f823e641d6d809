import type { Backend, DeviceBuffer, Launch } from "@evenkeel/tensor";
import type { Roof } from "../core/bench-case.ts";
import type { Program } from "../core/subject.ts";
import { NotOfferedError } from "../core/subject.ts";
import { timeOnDevice } from "../evenkeel/call.ts";
import type { RoofKernel } from "./roof-kernel.ts";
import { makeWasmRoof } from "./wasm-roofs.ts";
import { makeWgslRoof } from "./wgsl-roofs.ts";

/** Runs on Evenkeel's own device, in the same queue and with the same threads. Throws NotOfferedError. */
export function makeRoofProgram(roof: Roof, backend: Backend): Program {
  const { kernel, bytes, work, parameters } = makeRoofKernel(roof, backend);
  const buffers = [backend.allocate(bytes), backend.allocate(bytes)] as const;
  // The operating system may not have mapped memory that was never written.
  for (const buffer of buffers) backend.write(buffer, 0, new Float32Array(bytes / 4).fill(1));
  const view = (buffer: DeviceBuffer) => ({ buffer, byteOffset: 0, bytes });
  const [from, to] = buffers;
  const launch: Launch = {
    kind: "kernel",
    kernel,
    work,
    parameters,
    reads: [view(from)],
    writes: [view(to)],
  };
  return {
    time: (repetitions) => timeOnDevice(backend, repetitions, () => backend.launch(launch)),
    dispose: () => {
      for (const buffer of buffers) backend.free(buffer);
    },
  };
}

function makeRoofKernel(roof: Roof, { languages, limits }: Backend): RoofKernel {
  if (languages.includes("wasm")) return makeWasmRoof(roof, limits);
  if (languages.includes("wgsl")) return makeWgslRoof(roof, limits);
  throw new NotOfferedError(
    `${roof.name}: found a device for ${languages.join(", ")}, expected wasm or wgsl`,
  );
}
