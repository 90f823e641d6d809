export const roof = { reads: ["from"], writes: ["to"], parameters: {} } as const;

/** The kernels of roofs.as.ts. */
export const roofKernels: {
  readonly copy: typeof roof;
  readonly read: typeof roof;
  readonly multiplyAdds: typeof roof;
} = {
  copy: roof,
  read: roof,
  multiplyAdds: roof,
};
