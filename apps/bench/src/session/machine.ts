import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus, totalmem, type } from "node:os";
import type { Machine } from "../core/rows.ts";
import type { Session } from "./session.ts";

/** The processor, its cores and the operating system, but nothing that identifies the machine. */
export function describeMachine({ own, options, gpuIsSoftware }: Session): Machine {
  const device = own[0]!.backend.device;
  return {
    processor: cpus()[0]?.model.trim() ?? process.arch,
    cores: availableParallelism(),
    memoryGibibytes: Math.round(totalmem() / 2 ** 30),
    system: `${type()} ${process.arch}`,
    ...(options.backend === "webgpu" && { gpu: device, gpuIsSoftware }),
  };
}

/** The versions of Node, the engine, and the installed subjects. */
export function describeVersions({ peers, options }: Session): { readonly [name: string]: string } {
  const python = peers.find((peer) => "version" in peer) as { readonly version: string } | undefined;
  return {
    evenkeel: findVersion("@evenkeel/tensor"),
    node: process.versions.node,
    v8: process.versions.v8,
    ...(python && { pytorch: python.version }),
    ...(options.peers.some((name) => name.startsWith("tfjs")) && {
      tfjs: findVersion("@tensorflow/tfjs-core"),
    }),
    ...(options.peers.some((name) => name.startsWith("jax")) && { "jax-js": findVersion("@jax-js/jax") }),
    ...(options.backend === "webgpu" && { webgpu: findVersion("webgpu") }),
  };
}

/** The version of an installed package, even if its exports do not include package.json. */
function findVersion(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string })
        .version;
    } catch {
      // Not in this folder.
    }
  }
  return "not installed";
}
