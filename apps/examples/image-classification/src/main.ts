import { main } from "@evenkeel/example-task";
import { imageClassification } from "./image-classification.ts";

await main(imageClassification);
