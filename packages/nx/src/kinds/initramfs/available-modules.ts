import { basename } from 'node:path';
import { pathExists, readFile } from 'fs-extra';
import {
  manifestPath,
  MODULES_TAR,
  readManifest,
  requireModules,
  SYMBOL_VERSIONS,
  type Arch,
} from '@bringup/kbuild';
import { UserError } from '@bringup/process';
import {
  readKernelModules,
  readModuleFile,
  treeFromTar,
  type KernelModules,
  type ModuleFile,
} from '@bringup/rootfs';
import { moduleKernel, type TakenModules } from '../../trees/module-kernels.js';
import { artifactPath, declarationFor } from '../../tasks/referenced.js';
import { requireBuilt } from '../../tasks/require-built.js';
import type { ProjectContext } from '../../tasks/project-context.js';

/** Where modules of projects go below lib/modules/RELEASE: depmod takes them before the kernel's own (depmod.d(5)). */
const UPDATES = 'updates';

/** All the modules that there are for a kernel, and which project has which. */
export interface Available {
  readonly all: KernelModules;
  readonly ofProject: Map<string, readonly string[]>;
}

/**
 * The modules that there are for the kernels of these entries, by the kernel's project.
 *
 * @throws UserError `NOT_A_MODULE_PROJECT`, `NOT_A_KERNEL_PROJECT`, `ARCH_MISMATCH`, `MODULES_OFF`, `NOT_BUILT`,
 *   `MODULE_OTHER_KERNEL`
 */
export async function modulesByKernel(
  task: ProjectContext,
  arch: Arch,
  entries: readonly TakenModules[],
): Promise<Map<string, Available>> {
  const kernels = new Map<string, Available>();
  for (const entry of entries) {
    const kernel = moduleKernel(task, entry);
    const known = kernels.get(kernel) ?? {
      all: await kernelModules(task, kernel, arch),
      ofProject: new Map(),
    };
    kernels.set(kernel, known);
    if (!('project' in entry) || known.ofProject.has(entry.project)) continue;
    const files = await projectModules(task, entry.project, known.all);
    known.ofProject.set(
      entry.project,
      files.map(({ info }) => info.name),
    );
    const modules = new Map([...known.all.modules, ...files.map((file) => [file.info.name, file] as const)]);
    kernels.set(kernel, { ...known, all: { ...known.all, modules } });
  }
  return kernels;
}

/** The modules of a kernel's own. */
async function kernelModules(task: ProjectContext, kernel: string, arch: Arch): Promise<KernelModules> {
  declarationFor(task, { option: 'modules', kind: 'kernel', project: kernel, arch });
  const [config, tar] = ['.config', MODULES_TAR].map((file) => artifactPath(task, kernel, file));
  // A configuration without modules is the better reason for a file that is not there.
  if (!(await pathExists(tar!)) && (await pathExists(config!))) {
    await requireBuilt(task, [config!]);
    requireModules(await readFile(config!, 'utf8'), kernel);
  }
  await requireBuilt(task, [tar!, artifactPath(task, kernel, SYMBOL_VERSIONS)]);
  return readKernelModules(await treeFromTar(tar!), kernel);
}

/** The modules that a project published. */
async function projectModules(
  task: ProjectContext,
  project: string,
  all: KernelModules,
): Promise<ModuleFile[]> {
  const manifest = manifestPath(artifactPath(task, project, '.'), 'build');
  await requireBuilt(task, [manifest]);
  const published = Object.keys((await readManifest(manifest))?.artifacts ?? {});
  const names = published.filter((name) => name.endsWith('.ko')).sort();
  await requireBuilt(
    task,
    names.map((name) => artifactPath(task, project, name)),
  );
  return names.map((name) => {
    const file = readModuleFile(`${UPDATES}/${name}`, { hostFile: artifactPath(task, project, name) });
    checkRelease(project, file, all);
    return file;
  });
}

/** @throws UserError `MODULE_OTHER_KERNEL` for a module that was built before the kernel's release changed */
function checkRelease(project: string, { path, info }: ModuleFile, { kernel, release }: KernelModules): void {
  if (info.release === release) return;
  throw new UserError(
    'MODULE_OTHER_KERNEL',
    `${basename(path)} of ${project} was built for the kernel ${info.release} (vermagic ${JSON.stringify(info.vermagic)}), ` +
      `and ${kernel} is ${release}, which would refuse it. Build it again: nx run ${project}:build`,
    { project, vermagic: info.vermagic, release },
  );
}
