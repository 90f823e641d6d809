/** Whether this is an http or https address, absolute or relative to `base`. */
export const isWebAddress = (address: string, base?: URL): boolean =>
  URL.canParse(address, base) && /^https?:$/.test(new URL(address, base).protocol);
