import { type Backend, type BackendFactory, selectBackend } from "@evenkeel/tensor";
import type { CommonOptions } from "./settings.ts";

/** The arguments of the program. */
export interface Surroundings {
  /** The devices for these options, in order of preference. */
  backends(options: Pick<CommonOptions, "backend" | "threads">): readonly BackendFactory[];
  say(line: string): void;
}

/** A backend that is requested by name must open, and a resumed run stays on its backend. */
export async function openBackend(
  { backend: requested }: Pick<CommonOptions, "backend">,
  factories: readonly BackendFactory[],
  { say, startedOn }: { say(line: string): void; readonly startedOn?: string | undefined },
): Promise<Backend> {
  const prefer = startedOn ?? (requested === "auto" ? undefined : requested);
  const backend = await selectBackend(factories, { prefer });
  say(`Backend: ${backend.name}, ${backend.device}`);
  if (backend.isEmulated) {
    say("This GPU is emulated in software: `--backend cpu` is many times faster.");
  }
  return backend;
}
