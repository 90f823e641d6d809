import { serveExamples } from "@evenkeel/datasets";

serveExamples((text: string) => ({ inputs: new TextEncoder().encode(text) }));
