import type { TargetConfiguration } from '@nx/devkit';
import type { Declaration, DeclaredKind } from '../project/declaration.js';
import { parseFileReference } from '../project/references.js';
import { allOptions } from '../project/variants.js';
import { text, texts, textsOf } from './unchecked.js';

type Dependency = Exclude<NonNullable<TargetConfiguration['dependsOn']>[number], string>;

/** Finds what other projects declare, by name. */
export class References {
  constructor(private readonly declarations: ReadonlyMap<string, Declaration>) {}

  /** A dependency on the target that builds `project`: the declared one, or `build` when it is not one of Bringup's. */
  buildOf(project: string): Dependency {
    return { projects: [project], target: this.declarations.get(project)?.target ?? 'build' };
  }

  /**
   * A declaration with a configuration for each variant of what it refers to: Nx hands a configuration on to the tasks
   * before it only when the task that was asked for has it too, and a board with `-c debug` wants the debug kernel.
   */
  withVariants(declaration: Declaration): Declaration {
    const inherited = this.variantsBehind(declaration, new Set()).map((name) => [name, {}] as const);
    const configurations = { ...Object.fromEntries(inherited), ...declaration.configurations };
    return { ...declaration, configurations };
  }

  private variantsBehind(declaration: Declaration, seen: Set<string>): string[] {
    return referencedProjects(declaration).flatMap((name) => {
      const other = this.declarations.get(name);
      if (!other || seen.has(name)) return [];
      seen.add(name);
      return [...Object.keys(other.configurations), ...this.variantsBehind(other, seen)];
    });
  }
}

/** The U-Boot projects of a board that boots through one, by default or in a variant. */
export function uBootsOf(declaration: Declaration): string[] {
  const names = allOptions(declaration).map(({ boot }) => {
    const { via, uBoot } = (boot ?? {}) as Record<string, unknown>;
    return via === 'u-boot' ? text(uBoot) : undefined;
  });
  return [...new Set(texts(names))];
}

/** Options that are the name of a project. */
const NAMING_OPTIONS: Partial<Record<DeclaredKind, readonly string[]>> = {
  initramfs: ['busybox'],
  'uboot-image': ['kernel', 'initramfs', 'uBoot'],
  qemu: ['kernel', 'initramfs'],
};

/** The projects a declaration refers to: the edges of the graph. */
export function referencedProjects(declaration: Declaration): string[] {
  const { kind, options } = declaration;
  const named = NAMING_OPTIONS[kind] ?? [];
  // One list of dependencies serves all variants.
  const sources = kind === 'uboot-image' ? allOptions(declaration) : [options];
  const uBoots = kind === 'qemu' ? uBootsOf(declaration) : [];
  const artifacts = kind === 'initramfs' ? textsOf(options.files, 'from').map(parseFileReference) : [];
  return [
    ...new Set([
      ...texts(named.flatMap((name) => sources.map((own) => own[name]))),
      ...uBoots,
      ...artifacts.flatMap((file) => (file.kind === 'artifact' ? [file.project] : [])),
    ]),
  ];
}
