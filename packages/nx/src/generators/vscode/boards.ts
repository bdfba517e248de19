import { join } from 'node:path';
import { getProjects, type Tree } from '@nx/devkit';
import { UserError } from '@bringup/process';
import { bootedKernel } from '../../kinds/board/booted-kernel.js';
import { findDeclaration, isKconfigKind, type Declaration } from '../../workspace/declaration.js';
import { workDirectory } from '../../workspace/paths.js';
import { variantOutput } from '../../workspace/variants.js';

/** A board as an editor is to know it. */
export interface EditorBoard {
  readonly name: string;
  /** The target that boots it on a terminal. */
  readonly run: string;
  /** The variant that is debugged. */
  readonly configuration: string | undefined;
  /** Undefined where the board boots something that no kernel project makes. */
  readonly kernel: EditorKernel | undefined;
}

export interface EditorKernel {
  readonly name: string;
  /** With symbols, relative to the workspace root. */
  readonly vmlinux: string;
  /** Where the kept output directory links to the source, relative to the workspace root. */
  readonly source: string;
}

const DEBUG_PRESET = 'preset:debug';

/**
 * The boards to set up, as project.json declares them.
 *
 * @param names none: all
 * @throws UserError `NO_BOARD`, `UNKNOWN_VARIANT`
 */
export function findBoards(tree: Tree, names: readonly string[], configuration?: string): EditorBoard[] {
  const declared = new Map<string, Declaration>();
  for (const [name, project] of getProjects(tree)) {
    const declaration = findDeclaration({ ...project, name });
    if (declaration) declared.set(name, declaration);
  }
  const boards = [...declared.values()].filter(({ kind }) => kind === 'qemu').map(({ project }) => project);
  const unknown = names.find((name) => !boards.includes(name));
  if (unknown !== undefined || boards.length === 0) {
    const problem =
      unknown === undefined ? 'this workspace has no board' : `${unknown} is not a board of this workspace`;
    const list =
      boards.length > 0 ? `Boards: ${boards.sort().join(', ')}` : 'Add one: a target with @bringup/nx:qemu';
    throw new UserError('NO_BOARD', `${problem}. ${list}`, { name: unknown, boards });
  }
  const wanted = names.length > 0 ? names : boards.sort();
  return [...new Set(wanted)].map((name) => describeBoard(declared.get(name)!, declared, configuration));
}

function describeBoard(
  board: Declaration,
  declared: ReadonlyMap<string, Declaration>,
  given: string | undefined,
): EditorBoard {
  const kernel = kernelOf(board, declared);
  const configuration = given ?? (kernel && debugVariant(kernel));
  if (given !== undefined && !Object.hasOwn({ ...board.configurations, ...kernel?.configurations }, given)) {
    const message = `configuration: neither ${board.project} nor its kernel has a variant ${given}`;
    throw new UserError('UNKNOWN_VARIANT', message, { board: board.project, variant: given });
  }
  return {
    name: board.project,
    run: board.target,
    configuration,
    kernel: kernel && describeKernel(kernel, configuration),
  };
}

/** The kernel project that a board boots, where it is one that is configured here. */
function kernelOf(
  { options }: Declaration,
  declared: ReadonlyMap<string, Declaration>,
): Declaration | undefined {
  const kernel = declared.get(String(bootedKernel(options, (name) => declared.get(name)?.options)));
  return kernel && isKconfigKind(kernel.kind) ? kernel : undefined;
}

function debugVariant({ options, configurations }: Declaration): string | undefined {
  const has = ({ fragments, extraFragments }: Readonly<Record<string, unknown>>) =>
    [fragments, extraFragments].flat().includes(DEBUG_PRESET);
  if (has(options)) return undefined;
  return Object.entries(configurations).find(([, own]) => has(own))?.[0];
}

function describeKernel(kernel: Declaration, configuration: string | undefined): EditorKernel {
  const variant =
    configuration !== undefined && Object.hasOwn(kernel.configurations, configuration)
      ? configuration
      : undefined;
  return {
    name: kernel.project,
    vmlinux: `${variantOutput(kernel, variant)}/vmlinux`,
    source: join(workDirectory('', kernel.project, variant), 'out/source'),
  };
}
