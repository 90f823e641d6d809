import { main } from "@evenkeel/example-task";
import { objectDetection } from "./object-detection.ts";

await main(objectDetection);
