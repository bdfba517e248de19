import { dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { copy, readFile, writeFile } from 'fs-extra';
import {
  runProgram,
  scrubbedEnvironment,
  ToolError,
  UserError,
  withTemporaryDirectory,
  writeAllAside,
} from '@bringup/process';
import { checkFitKey, type FitKey } from './fit-key.js';
import { formatIts, type FitAlgorithm, type FitArch, type FitCompression } from './fit-source.js';
import { IMAGE_TIME } from '../common/identity.js';

interface FitSigning extends FitKey {
  /** Default: sha256,rsa2048. */
  algorithm?: FitAlgorithm;
  /** The device tree that U-Boot runs with, and where to write it with the public key in it, as one that is required. */
  controlDtb?: { from: string; to: string };
}

interface FitOptions {
  arch: FitArch;
  /** Files: the kernel's Image (arm: zImage), an initramfs in any compression, the device tree that the kernel is given. */
  kernel: string;
  initrd?: string;
  dtb?: string;
  /** Physical addresses; defaults: `FIT_ARCHES`. */
  loadAddress?: number;
  entry?: number;
  /** How the kernel is stored; U-Boot unpacks it. Default: none. */
  compression?: FitCompression;
  /** The mkimage to run: of PATH, or one that a U-Boot project built. It needs dtc in PATH. */
  mkimage?: string;
  sign?: FitSigning;
  signal?: AbortSignal;
}

/**
 * Writes a FIT (flat image tree) of kernel, initramfs and device tree, which U-Boot's `bootm` boots, the same bytes for the
 * same content and key. Signed, U-Boot boots it only if no byte of it was changed, provided that it runs with the
 * device tree at `controlDtb.to`.
 *
 * @throws UserError `BAD_ARCH`, `BAD_ADDRESS`, `BAD_COMPRESSION`, `BAD_ALGORITHM`, `BAD_KEY_NAME`, `KEY_MISSING`, `BAD_KEY`,
 * `NOT_A_DTB`; ToolError `TOOL_MISSING`, `TOOL_FAILED`, `NOT_SIGNED`
 */
export async function writeFit(path: string, options: FitOptions): Promise<void> {
  const { kernel, initrd, dtb, compression = 'none', sign, signal } = options;
  const algorithm = sign?.algorithm ?? 'sha256,rsa2048';
  const its = formatIts({
    ...options,
    ramdisk: initrd !== undefined,
    fdt: dtb !== undefined,
    sign: sign && { keyName: sign.keyName, algorithm },
  });
  if (sign) await checkFitKey(sign, algorithm);
  for (const tree of [dtb, sign?.controlDtb?.from]) if (tree !== undefined) await checkDtb(tree);
  const write = async (scratch: string): Promise<void> => {
    // mkimage gives its paths to a shell, and dtc reads them in the source: none of the user's is among them.
    const inside = (name: string) => join(scratch, name);
    await writeFile(inside('image.its'), its);
    await (compression === 'gzip'
      ? writeFile(inside('kernel'), gzipSync(await readFile(kernel), { level: 9 }))
      : copy(kernel, inside('kernel')));
    if (initrd !== undefined) await copy(initrd, inside('ramdisk'));
    if (dtb !== undefined) await copy(dtb, inside('fdt'));
    if (sign?.controlDtb) await copy(sign.controlDtb.from, inside('u-boot.dtb'));
    const keys = sign ? ['-k', resolve(sign.keyDirectory)] : [];
    const control = sign?.controlDtb ? ['-K', 'u-boot.dtb', '-r'] : [];
    await runProgram([options.mkimage ?? 'mkimage', '-f', 'image.its', ...keys, ...control, 'image.fit'], {
      cwd: scratch,
      env: scrubbedEnvironment({ SOURCE_DATE_EPOCH: String(IMAGE_TIME) }),
      signal,
    });
    if (sign) await checkSigned(inside('image.fit'));
    const results = [{ path, write: (aside: string) => copy(inside('image.fit'), aside) }];
    const to = sign?.controlDtb?.to;
    if (to !== undefined) results.push({ path: to, write: (aside) => copy(inside('u-boot.dtb'), aside) });
    await writeAllAside(results);
  };
  await withTemporaryDirectory('fit', write, dirname(path));
}

/** Devicetree Specification 0.4, section 5.2: the magic number of a flattened tree, and its size. */
async function checkDtb(path: string): Promise<void> {
  const blob = await readFile(path);
  if (blob.length >= 40 && blob.readUInt32BE(0) === 0xd00dfeed && blob.readUInt32BE(4) <= blob.length) return;
  throw new UserError('NOT_A_DTB', `${path}: it is not a flattened device tree (.dtb), or it is truncated`, {
    path,
  });
}

/** mkimage of 2023.01 ends with 0 when it could not sign: it writes this property beside a signature's value. */
async function checkSigned(fit: string): Promise<void> {
  if ((await readFile(fit)).includes('signer-name\0')) return;
  throw new ToolError(
    'NOT_SIGNED',
    'mkimage wrote an image without a signature: was it built without FIT signatures?',
    {
      fit,
    },
  );
}
