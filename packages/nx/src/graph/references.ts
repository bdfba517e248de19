import type { TargetConfiguration } from '@nx/devkit';
import type { DeclaredKind, Declaration } from '../workspace/declaration.js';
import { parseFileReference } from '../workspace/names-in-options.js';
import { allOptions } from '../workspace/variants.js';
import { object, objects, text, texts, textsOf } from '../options/unchecked.js';

type Dependency = NonNullable<TargetConfiguration['dependsOn']>[number];

/** Finds what other projects declare, by name. */
export class References {
  /** @param known the names of all projects that have a project.json */
  constructor(
    private readonly declarations: ReadonlyMap<string, Declaration>,
    private readonly known: ReadonlySet<string> = new Set(declarations.keys()),
  ) {}

  /** What a project declares; undefined when it is none of Bringup's. */
  declarationOf(project: string): Declaration | undefined {
    return this.declarations.get(project);
  }

  /** A dependency on the target that builds `project`: the declared one, or `build` when it is not one of Bringup's. */
  buildOf(project: string): Dependency {
    if (this.known.has(project))
      return { projects: [project], target: this.declarations.get(project)?.target ?? 'build' };
    // A project of another plugin, or none: as a string, Nx has nothing to say of a name that no project has. The target that needs
    // the project names the closest match.
    return `${project}:build`;
  }

  /** Whether `part` goes into what `project` publishes, by whatever way. */
  isPartOf(part: string, project: string): boolean {
    return chainOfParts(project, part, (name) => this.declarations.get(name)) !== undefined;
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

/** The projects a declaration refers to, by default or in a variant: the edges of the graph. */
export function referencedProjects(declaration: Declaration): string[] {
  return [...new Set(referencesOf(declaration).map(({ project }) => project))];
}

/** An option that names a project: its path (`partitions[0].boot.kernel`), and the name. */
export interface Reference {
  readonly option: string;
  readonly project: string;
}

/** The references of a declaration, by default or in a variant. */
export function referencesOf(declaration: Declaration): Reference[] {
  return allOptions(declaration).flatMap((options) => referencesIn(declaration.kind, options));
}

/** The references in the options of a target of a project of this kind. */
export function referencesIn(kind: DeclaredKind, options: Readonly<Record<string, unknown>>): Reference[] {
  switch (kind) {
    case 'qemu':
      return [
        ...named(options, ['kernel', 'initramfs']),
        ...named(object(options.boot), BOOTED, 'boot.'),
        ...artifacts(options, ['dtb']),
        ...each(options, 'drives', (drive, path) => artifacts(drive, ['file'], path)),
        ...artifacts(options, ['firmware']),
      ];
    case 'kernel':
      return named(options, ['embeddedInitramfs']);
    case 'kernel-module':
      return named(options, ['kernel']);
    case 'initramfs':
      return [
        ...parts(options),
        ...each(options, 'modules', (entry, path) => named(entry, ['project', 'kernel'], path)),
      ];
    case 'uboot-image':
      return named(options, ['kernel', 'initramfs', 'uBoot']);
    case 'iso-image':
      return [...named(options, ['kernel', 'initramfs']), ...parts(options)];
    case 'disk-image':
      return each(options, 'partitions', (partition, path) => [
        ...named(partition, ['initramfs'], path),
        ...parts(partition, path),
        ...named(object(partition.boot), ['kernel', 'initramfs'], `${path}boot.`),
      ]);
    default:
      return [];
  }
}

type Options = Readonly<Record<string, unknown>>;

/** The options of a board's boot path that name projects. */
const BOOTED = ['uBoot', 'image', 'disk', 'iso'];

function named(options: Options, names: readonly string[], path = ''): Reference[] {
  return names.flatMap((name) => {
    const project = text(options[name]);
    return project === undefined ? [] : [{ option: `${path}${name}`, project }];
  });
}

/** Options that name a file of a project: `PROJECT:FILE`. */
function artifacts(options: Options, names: readonly string[], path = ''): Reference[] {
  return named(options, names, path).flatMap(({ option, project: from }) => {
    const file = parseFileReference(from);
    return file.kind === 'artifact' ? [{ option, project: file.project }] : [];
  });
}

function parts(options: Options, path = ''): Reference[] {
  return [
    ...named(options, ['busybox'], path),
    ...each(options, 'files', (file, place) => artifacts(file, ['from'], place), path),
  ];
}

function each(
  options: Options,
  name: string,
  find: (item: Options, path: string) => Reference[],
  path = '',
): Reference[] {
  const list = options[name];
  if (!Array.isArray(list)) return [];
  return list.flatMap((item: unknown, index) => find(object(item), `${path}${name}[${index}].`));
}

/** The files that a board's drives and firmware are, as its options name them. */
export function deviceFileNames(options: Readonly<Record<string, unknown>>): string[] {
  return [...textsOf(options.drives, 'file'), ...texts([options.firmware])];
}

/** The projects that a board's boot path names: a U-Boot and an image for it, a disk, a CD. */
export function bootedProjects(boot: unknown): string[] {
  return namedIn(object(boot), BOOTED);
}

/** The projects whose modules an initramfs takes: those of modules, and kernels. */
export function moduleProjects(modules: unknown): string[] {
  return objects(modules).flatMap((entry) => namedIn(entry, ['project', 'kernel']));
}

/** The projects that options of these names name. */
export function namedIn(options: Readonly<Record<string, unknown>>, names: readonly string[]): string[] {
  return texts(names.map((name) => options[name]));
}

/** The projects from `from` to `to` by what each is made of, both included; undefined where `to` is no part of `from`. */
export function chainOfParts(
  from: string,
  to: string,
  declarationOf: (project: string) => Declaration | undefined,
  seen = new Set<string>(),
): string[] | undefined {
  if (from === to) return [to];
  const declaration = declarationOf(from);
  if (!declaration || seen.has(from)) return undefined;
  seen.add(from);
  for (const part of referencedProjects(declaration)) {
    const chain = chainOfParts(part, to, declarationOf, seen);
    if (chain) return [from, ...chain];
  }
  return undefined;
}
