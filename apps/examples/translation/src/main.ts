import { main } from "@evenkeel/example-task";
import { translation } from "./translation.ts";

await main(translation);
