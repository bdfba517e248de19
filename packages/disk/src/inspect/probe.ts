import { runProgram } from '@bringup/process';

/** The content at a position in an image, in blkid's terms. */
interface Probe {
  /** `vfat`, `ext4`, `squashfs`, `iso9660`, `LVM2_member`, … */
  type?: string;
  /** `gpt`, `dos`, … */
  table?: string;
}

/** Nothing that blkid knows. */
const NOTHING = 2;
/** More than one thing, none of them certain. */
const AMBIVALENT = 8;

/**
 * Detects the content of a part of a raw image with blkid.
 *
 * @param where offset and size in bytes. Default: the whole
 */
export async function probeImage(
  path: string,
  where?: { offset: number; size: number },
  signal?: AbortSignal,
): Promise<Probe> {
  const part = where ? ['-O', String(where.offset), '-S', String(where.size)] : [];
  const argv = ['blkid', '-p', '-o', 'export', ...part, path] as const;
  const { stdout, exitCode } = await runProgram(argv, { signal, okExitCodes: [0, NOTHING, AMBIVALENT] });
  if (exitCode === AMBIVALENT) return { type: 'more than one thing at once', table: 'not certain' };
  const value = (name: string) => new RegExp(`^${name}=(.*)$`, 'm').exec(stdout)?.[1];
  const [type, table] = [value('TYPE'), value('PTTYPE')];
  return { ...(type === undefined ? {} : { type }), ...(table === undefined ? {} : { table }) };
}
