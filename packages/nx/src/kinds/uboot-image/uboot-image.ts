import { join, resolve } from 'node:path';
import { pathExists } from 'fs-extra';
import { recipeOf, ubootFirmwareName } from '@bringup/kbuild';
import { checkFitKey, FIT_ARCHES, fitKeyFiles, writeFit, writeUramdisk, type FitArch } from '@bringup/disk';
import { sha256File, UserError } from '@bringup/process';
import { DUMPED_ARCHES, dumpDeviceTreeBlob } from '@bringup/qemu';
import { outputDirectory } from '../../tasks/output-directory.js';
import type { FullUbootImageOptions } from '../../generated/uboot-image-options.js';
import { engineIdentity } from '../../graph/engine.js';
import { SIGNED_DTB, UBOOT_IMAGES, workDirectory } from '../../workspace/paths.js';
import { initramfsImage, kernelImage } from '../../tasks/artifacts.js';
import { publishArtifacts } from '../../tasks/publish-artifacts.js';
import { checkTools, ensureLocked } from '../../lock/locked.js';
import { ubootImageNeeds } from './needs.js';
import { checkModuleKernels } from '../../trees/module-kernels.js';
import { artifactPath, declarationFor } from '../../tasks/referenced.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { ProjectContext } from '../../tasks/project-context.js';
import type { Task } from '../../tasks/task.js';

/** The files that an image is made of: absolute paths, of files that may not exist yet. */
interface Ingredients {
  kernel?: string;
  initrd?: string;
  dtb?: string;
  /** Of the U-Boot project. */
  mkimage?: string;
  firmware?: string;
  controlDtb?: string;
  key?: string;
  certificate?: string;
}

/**
 * Makes and publishes an image for U-Boot, unless the one that is there has the same recipe.
 *
 * @throws UserError `BAD_UBOOT_IMAGE` for options that do not go together, `FILE_MISSING`, `NOT_BUILT`, and those of
 * `writeFit` and `writeUramdisk`
 */
export async function makeUbootImage(task: Task, options: FullUbootImageOptions): Promise<void> {
  checkOptions(options);
  const { arch, type, compression, sign } = options;
  const needs = ubootImageNeeds(options);
  const locked = await ensureLocked(task, needs);
  const from = await ingredients(task, options);
  const hashes: [string, string][] = [];
  for (const [name, path] of Object.entries(from) as [string, string][])
    hashes.push([name, await sha256File(path)]);
  const how = [type, arch, compression, sign?.keyName ?? null, sign?.algorithm ?? null];
  const recipe = recipeOf(['uboot-image', how, hashes, locked.tools, engineIdentity()]);
  const output = outputDirectory(task, options.outputPath);
  const work = workDirectory(task.workspaceRoot, task.project, task.configuration);
  const image = UBOOT_IMAGES[type];
  const make = async (scratch: () => Promise<string>) => {
    await checkTools(locked, needs.probe);
    const directory = await scratch();
    const staged = join(directory, image);
    await pack(task, options, from, staged);
    return { [image]: staged, ...(sign && { [SIGNED_DTB]: join(directory, SIGNED_DTB) }) };
  };
  const changed = await publishArtifacts(task, { work, output, recipe, verb: 'pack', make });
  if (changed) task.note(`packed ${image}`);
}

function checkOptions({ arch, type, kernel, initramfs, dtb, sign, uBoot }: FullUbootImageOptions): void {
  const refuse = (message: string) => {
    throw new UserError('BAD_UBOOT_IMAGE', message, { arch, type });
  };
  if (type === 'ramdisk') {
    if (initramfs === undefined) refuse('type ramdisk: it needs the option initramfs');
    const other = Object.entries({ kernel, dtb, sign }).find(([, value]) => value !== undefined);
    if (other) refuse(`type ramdisk: there is no place for the option ${other[0]} in it. Use type fit.`);
    return;
  }
  if (kernel === undefined) refuse('type fit: it needs the option kernel');
  if (!Object.hasOwn(FIT_ARCHES, arch)) {
    refuse(
      `type fit: one of ${Object.keys(FIT_ARCHES).join(', ')}; U-Boot does not start a bzImage from one`,
    );
  }
  if (!sign || sign.controlDtb !== undefined) return;
  if (uBoot === undefined)
    refuse('sign: name the U-Boot project (uBoot) or its device tree (sign.controlDtb)');
  if (!DUMPED_ARCHES.some((known) => known === arch))
    refuse(`sign: QEMU's device tree for ${arch} is another each time; give one by sign.controlDtb`);
}

async function ingredients(task: ProjectContext, options: FullUbootImageOptions): Promise<Ingredients> {
  const { arch, kernel, initramfs, dtb, uBoot, sign } = options;
  const inWorkspace = (path: string) => resolve(task.workspaceRoot, path);
  const built: Ingredients = {};
  if (kernel !== undefined) checkModuleKernels(task, kernel, initramfs);
  if (kernel !== undefined) built.kernel = kernelImage(task, kernel, arch);
  if (initramfs !== undefined) built.initrd = initramfsImage(task, initramfs, arch);
  if (uBoot !== undefined) {
    declarationFor(task, { option: 'uBoot', kind: 'u-boot', project: uBoot, arch });
    built.mkimage = artifactPath(task, uBoot, 'mkimage');
    if (sign && sign.controlDtb === undefined)
      built.firmware = artifactPath(task, uBoot, ubootFirmwareName(arch));
  }
  await requireBuilt(task, Object.values(built));
  const given: Ingredients = {};
  if (dtb !== undefined) given.dtb = inWorkspace(dtb);
  if (sign?.controlDtb !== undefined) given.controlDtb = inWorkspace(sign.controlDtb);
  for (const [option, path] of Object.entries(given) as [string, string][]) {
    if (await pathExists(path)) continue;
    throw new UserError('FILE_MISSING', `${option}: there is no ${path}`, { option, path });
  }
  if (!sign) return { ...built, ...given };
  const keyDirectory = inWorkspace(sign.keyDirectory);
  await checkFitKey({ keyDirectory, keyName: sign.keyName }, sign.algorithm);
  return { ...built, ...given, ...fitKeyFiles({ keyDirectory, keyName: sign.keyName }) };
}

async function pack(
  task: Task,
  { arch, type, compression, sign }: FullUbootImageOptions,
  { kernel, initrd, dtb, mkimage, firmware, controlDtb }: Ingredients,
  image: string,
): Promise<void> {
  const { signal } = task;
  if (type === 'ramdisk') {
    await writeUramdisk(initrd!, image, { arch, mkimage, signal });
    return;
  }
  const fit = { arch: arch as FitArch, kernel: kernel!, initrd, dtb, compression, mkimage, signal };
  if (!sign) {
    await writeFit(image, fit);
    return;
  }
  const { keyName, algorithm } = sign;
  const keyDirectory = resolve(task.workspaceRoot, sign.keyDirectory);
  const to = join(image, '..', SIGNED_DTB);
  // Without a file of the user's, it is made in the place that it then stays in.
  if (firmware !== undefined) await dumpDeviceTreeBlob({ arch, firmware }, to, { signal });
  const control = { from: controlDtb ?? to, to };
  await writeFit(image, { ...fit, sign: { keyDirectory, keyName, algorithm, controlDtb: control } });
}
