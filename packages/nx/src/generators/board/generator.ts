import { isDeepStrictEqual } from 'node:util';
import { UserError } from '@bringup/process';
import type { BoardGeneratorOptions } from '../../generated/board-generator-options.js';
import { boardMachine, requireBootPath, type BoardMachine } from '../../kinds/board/board-machines.js';
import { checkProjectName } from '../../workspace/names.js';
import { DEBIAN_SOURCES, givenSource } from '../../kinds/kconfig/source-option.js';
import { requireFragments } from '../fragments.js';
import { busyboxPart, part, placeOf } from '../parts.js';
import { asGenerator } from '../run-generator.js';
import {
  bootDiskProject,
  boardProject,
  dataDiskProject,
  initramfsProject,
  isoProject,
  kernelProject,
  ubootProject,
  type BoardParts,
  type Place,
} from '../templates.js';
import type { GeneratedWorkspace } from '../workspace.js';
import { checkCombination } from './combination.js';
import type { DeclaredKind } from '../../options/declared-kinds.js';
import { ownKernel } from './own-kernel.js';

/** `nx g @bringup/nx:board` */
export default asGenerator<BoardGeneratorOptions>((workspace, options) => {
  const { name, arch, directory, boot: path = 'kernel' } = options;
  checkProjectName(name);
  const machine = boardMachine(arch, options.machine);
  requireBootPath(machine, path);
  checkCombination(path, options);
  requireFragments(workspace.tree, options.fragments ?? []);
  const before = new Set(workspace.declarations().map(({ project }) => project));
  const parts = new Parts(workspace, options, machine).of(path);
  const place = { project: name, root: placeOf(`boards/${bareName(name)}`, directory).root };
  workspace.add(boardProject(place, { machine, given: options.machine, path, parts }));
  const shared = Object.values(parts).filter((project) => before.has(project));
  if (shared.length > 0)
    workspace.notes.push(`${name} shares ${shared.join(', ')} with what was here before.`);
  workspace.notes.push(
    `Check that this machine has what it needs: nx g @bringup/nx:doctor`,
    `Boot it: nx run ${name}:run   (Ctrl-A X ends it; nx run ${name}:test boots, looks, and powers off)`,
  );
});

/** A project's name without its scope. */
const bareName = (name: string) => name.replace(/^@[^/]*\//, '');

/** The projects that a board puts together: named by the user, shared with other boards, or made. */
class Parts {
  private readonly own: boolean;

  constructor(
    private readonly workspace: GeneratedWorkspace,
    private readonly options: BoardGeneratorOptions,
    private readonly machine: BoardMachine,
  ) {
    this.own = options.ownKernel === true || (options.fragments ?? []).length > 0;
  }

  of(path: NonNullable<BoardGeneratorOptions['boot']>): BoardParts {
    switch (path) {
      case 'kernel':
      case 'uefi':
        return { kernel: this.kernel(), initramfs: this.initramfs() };
      case 'u-boot':
        return { kernel: this.kernel(), initramfs: this.initramfs(), uBoot: this.uBoot() };
      case 'disk':
        return { kernel: this.kernel(), disk: this.dataDisk() };
      case 'iso':
        return { iso: this.iso() };
      case 'bios':
        return { disk: this.bootDisk() };
    }
  }

  private kernel(): string {
    return this.own ? this.ownKernel() : this.sharedKernel();
  }

  private sharedKernel(): string {
    const { options, machine, workspace } = this;
    const { arch, kernel: given, directory } = options;
    const from = givenSource('kernel', options);
    const name = given ?? `kernel-${machine.family}`;
    const found = workspace.declarationOf(name);
    if (found && from && !isDeepStrictEqual(found.options.source, from)) {
      const message = `source: ${name} is there already, and is built from another source. Give the board one of its own: --ownKernel`;
      throw new UserError('PART_DIFFERS', message, { project: name });
    }
    return part(
      workspace,
      {
        ...{ option: 'kernel', given, conventional: name, kind: 'kernel', arch },
        make: (place) => kernelProject(place, machine, from ?? DEBIAN_SOURCES.kernel),
      },
      directory,
    );
  }

  private ownKernel(): string {
    const { options, machine, workspace } = this;
    const { arch, name, kernel: given, fragments = [], directory } = options;
    const from = givenSource('kernel', options);
    const project = `kernel-${bareName(name)}`;
    const place = placeOf(project, directory);
    const shared =
      given === undefined
        ? workspace.declarationOf(`kernel-${machine.family}`)
        : workspace.require('kernel', given, ['kernel'], arch);
    workspace.add(
      shared?.kind === 'kernel' && shared.options.arch === arch
        ? ownKernel(place, shared, fragments, from)
        : kernelProject(place, machine, from ?? DEBIAN_SOURCES.kernel, fragments),
    );
    return project;
  }

  private initramfs(): string {
    const { workspace, machine } = this;
    const { arch, initramfs: given, busybox, directory } = this.options;
    const conventional = `rootfs-${machine.family}`;
    return part(
      workspace,
      {
        ...{ option: 'initramfs', given, conventional, kind: 'initramfs', arch },
        holds: busybox === undefined ? [] : [busybox],
        make: (place) =>
          initramfsProject(place, {
            ...{ arch, console: machine.console },
            busybox: busyboxPart(workspace, { arch, given: busybox, directory }),
          }),
      },
      directory,
    );
  }

  private uBoot(): string {
    const { arch, uBoot: given, directory } = this.options;
    return part(
      this.workspace,
      {
        ...{ option: 'uBoot', given, conventional: `u-boot-${arch}`, kind: 'u-boot', arch },
        make: (place) => ubootProject(place, arch, DEBIAN_SOURCES['u-boot']),
      },
      directory,
    );
  }

  private dataDisk(): string {
    const { arch, disk: given, initramfs: named, directory } = this.options;
    const conventional = `disk-${named === undefined ? this.machine.family : bareName(this.options.name)}`;
    const initramfs = given === undefined ? this.initramfs() : '';
    return part(
      this.workspace,
      {
        ...{ option: 'disk', given, conventional, kind: 'disk-image', arch, holds: [initramfs] },
        make: (place) => dataDiskProject(place, arch, initramfs),
      },
      directory,
    );
  }

  private bootDisk(): string {
    return this.carrier('disk', 'boot-disk', 'disk-image', bootDiskProject);
  }

  private iso(): string {
    return this.carrier('iso', 'iso', 'iso-image', isoProject);
  }

  /** A disk or CD that holds kernel and initramfs: shared when both are, else the board's own. */
  private carrier(
    option: 'disk' | 'iso',
    prefix: string,
    kind: DeclaredKind,
    describe: typeof isoProject,
  ): string {
    const { name, arch, directory, [option]: given } = this.options;
    const request = { option, given, kind, arch };
    if (given !== undefined) return this.workspace.require(option, given, [kind], arch).project;
    const [kernel, initramfs] = [this.kernel(), this.initramfs()];
    const shares = !this.own && this.options.kernel === undefined && this.options.initramfs === undefined;
    const conventional = `${prefix}-${shares ? this.machine.family : bareName(name)}`;
    const make = (place: Place) => describe(place, { arch, kernel, initramfs });
    return part(this.workspace, { ...request, conventional, holds: [kernel, initramfs], make }, directory);
  }
}
