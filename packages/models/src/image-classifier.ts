import { Module, type Sequential, withNames } from "@evenkeel/nn";
import type { Tensor } from "@evenkeel/tensor";

/** Layers that extract features of an image, then layers that classify them; the names are torchvision's. */
export class ImageClassifier extends Module {
  readonly features: Sequential;
  readonly classifier: Module;

  constructor(features: Sequential, classifier: Module) {
    super();
    this.features = features;
    this.classifier = classifier;
  }

  forward(x: Tensor): Tensor {
    return withNames(this, () => this.classifier.forward(this.features.forward(x)));
  }
}
