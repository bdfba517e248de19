/** An image that QEMU itself puts into the guest's memory. */
interface LoadedImage {
  /** Physical. */
  address: bigint;
  /** The file, or QEMU's name for what it made. */
  name: string;
}

/**
 * Reads what QEMU's monitor answers to `info roms`: what is in memory when the machine starts. Files that firmware asks
 * for by fw_cfg have no address there.
 */
export function parseLoadedImages(text: string): LoadedImage[] {
  return [...text.matchAll(/^addr=([0-9a-f]+) size=0x[0-9a-f]+ mem=\w+ name="(.*)"/gm)].map(
    ([, address, name]) => ({ address: BigInt(`0x${address}`), name: name! }),
  );
}
