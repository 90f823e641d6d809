import { main } from "@evenkeel/example-task";
import { textClassification } from "./text-classification.ts";

await main(textClassification);
