import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Backend } from "@evenkeel/tensor";
import type { Subject } from "../core/subject.ts";
import { evenkeel } from "../evenkeel/evenkeel.ts";
import { watchBindGroups } from "../gpu/gpu-meter.ts";
import type { Options } from "../options.ts";
import { useGpuOfNode } from "../peers/node-gpu.ts";
import { openBackend, openNarrowCpu } from "./open-backend.ts";
import { peers } from "./peers.ts";

/** Evenkeel on one device, on which its roofs are also measured. */
export interface OwnSubject {
  readonly subject: Subject;
  readonly backend: Backend;
}

/** A peer that does not take part: NotOfferedError if it is not available, any other error if it is broken. */
export interface AbsentPeer {
  readonly name: string;
  readonly threads: number;
  readonly reason: Error;
}

/** Everything that is open during a run. */
export interface Session {
  readonly options: Options;
  /** One for each number of threads. */
  readonly own: readonly OwnSubject[];
  /** The same with vectors of 128 bits, where those of `own` have 256. */
  readonly narrow: readonly OwnSubject[];
  readonly peers: readonly Subject[];
  readonly absent: readonly AbsentPeer[];
  /** Whether a software GPU stands in for a hardware one; then only counts mean anything. */
  readonly gpuIsSoftware: boolean;
  /** A folder for data that is exchanged through files; it is removed at the end. */
  readonly folder: string;
  close(): Promise<void>;
}

/** Counts the GPU calls of all subjects; as in browsers, the interfaces are global. */
async function watchGpu(): Promise<void> {
  await useGpuOfNode();
  watchBindGroups();
}

/** Opens Evenkeel with each number of threads, then the peers. */
export async function openSession(options: Options): Promise<Session> {
  const folder = await mkdtemp(join(tmpdir(), "evenkeel-bench-"));
  const own: OwnSubject[] = [];
  const narrow: OwnSubject[] = [];
  const present: Subject[] = [];
  const absent: AbsentPeer[] = [];
  const close = async (): Promise<void> => {
    for (const subject of [...present, ...[...own, ...narrow].map(({ subject }) => subject)])
      await subject.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    for (const threads of options.threads) {
      const backend = await openBackend(options.backend, threads);
      own.push({ backend, subject: evenkeel(backend, threads) });
      if (backend.name === "webgpu") await watchGpu();
      if (backend.limits.features.has("wide-simd")) {
        const other = await openNarrowCpu(threads);
        narrow.push({ backend: other, subject: evenkeel(other, threads, "evenkeel-128") });
      }
    }
    for (const name of options.peers) {
      for (const threads of options.threads) {
        try {
          present.push(await peers[name]!.open(threads, join(folder, `${name}-${threads}`)));
        } catch (error) {
          absent.push({ name, threads, reason: error as Error });
        }
      }
    }
    const gpuIsSoftware = !options.asHardware && own[0]!.backend.isEmulated === true;
    return { options, own, narrow, peers: present, absent, gpuIsSoftware, folder, close };
  } catch (error) {
    await close();
    throw error;
  }
}
