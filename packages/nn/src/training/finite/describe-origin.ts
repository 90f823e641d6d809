import type { NonFinitePlace, OriginParts } from "./non-finite-origin.ts";

export function describeOrigin(origin: OriginParts): string {
  const { found, source, path, becameNaN } = origin;
  const later = becameNaN === undefined ? "" : `, which became NaN in ${describePlace(becameNaN)}`;
  switch (source) {
    case "operation":
      return `${found} came from finite values in ${describePlace(origin)}${later}`;
    case "input":
      return `${found} was in a value that ${describePlace(origin)} reads: look at the inputs and labels${later}`;
    default:
      return `${found} was in the ${source} ${path} already: the update before was too large${later}`;
  }
}

function describePlace({ operation, pass, gradientOf, path, kind }: NonFinitePlace): string {
  const layer =
    path === undefined
      ? "outside of the model"
      : path === ""
        ? `of the model (${kind})`
        : `of ${path} (${kind})`;
  const rule = gradientOf === undefined ? "" : `, part of the gradient of \`${gradientOf}\`,`;
  return `\`${operation}\`${rule} in the ${pass} pass ${layer}`;
}
