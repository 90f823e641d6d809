import { Module, naming, type Sequential } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";

/** Layers that see an image, then layers that name it; saved under torchvision's names `features` and `classifier`. */
export class ImageClassifier extends Module {
  readonly features: Sequential;
  readonly classifier: Module;

  constructor(features: Sequential, classifier: Module) {
    super();
    this.features = features;
    this.classifier = classifier;
  }

  forward(x: Tensor): Tensor {
    return naming(this, () => this.classifier.forward(this.features.forward(x)));
  }
}
