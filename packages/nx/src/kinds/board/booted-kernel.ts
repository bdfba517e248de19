type Options = Readonly<Record<string, unknown>>;

/**
 * The kernel project that a board names, or that the image, CD or disk does which it boots from.
 *
 * @param board its options `kernel` and `boot`, unchecked
 * @param optionsOf what a project of Bringup declares; undefined for any other name
 * @returns undefined where none of them names one
 */
export function bootedKernel(
  { kernel, boot }: { readonly kernel?: unknown; readonly boot?: unknown },
  optionsOf: (project: string) => Options | undefined,
): string | undefined {
  if (typeof kernel === 'string') return kernel;
  const { image, iso, disk } = (boot ?? {}) as Options;
  const medium = [image, iso, disk].find((name) => typeof name === 'string');
  const options = medium === undefined ? undefined : optionsOf(medium as string);
  const partitions = Array.isArray(options?.partitions) ? (options.partitions as unknown[]) : [];
  const booted = partitions.map((partition) => (partition as { boot?: { kernel?: unknown } }).boot?.kernel);
  return [options?.kernel, ...booted].find((name) => typeof name === 'string') as string | undefined;
}
