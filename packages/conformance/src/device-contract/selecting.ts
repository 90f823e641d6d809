import type { BackendFactory } from "@evenkeel/tensor";
import { ArgumentError, selectBackend, setDefaultBackend } from "@evenkeel/tensor";
import { expectEqual, expectError } from "./tools.ts";

/**
 * What `selectBackend` must do with a backend that opens with these options, and what the backend must do with an option that
 * it does not have. Leaves no default backend behind.
 */
export async function checkSelecting<Options extends object>(
  make: (options?: Options) => BackendFactory,
  options?: Options,
): Promise<void> {
  const factory = make(options);
  const broken: BackendFactory = {
    name: "broken",
    open: () => Promise.reject(new Error("no such device")),
  };
  try {
    const first = await selectBackend([broken, factory]);
    expectEqual(first.name, factory.name, "the first that opens");
    await first.close();
    const preferred = await selectBackend([broken, factory], { prefer: factory.name });
    expectEqual(preferred.name, factory.name, "the preferred one");
    await preferred.close();
    const error = await expectError(Error, "a preferred backend that does not open", () =>
      selectBackend([factory, broken], { prefer: "broken" }),
    );
    if (!error.message.includes("no such device"))
      throw new Error(`message: found "${error.message}", expected the reason`);
    await expectError(ArgumentError, "an unknown name", () => selectBackend([factory], { prefer: "none" }));
    const misspelt: object = { ...options, noSuchOption: 1 };
    await expectError(ArgumentError, "an option that the backend does not have", async () =>
      make(misspelt as Options),
    );
  } finally {
    setDefaultBackend(undefined);
  }
}
