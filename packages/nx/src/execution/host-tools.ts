import type { ToolVersions } from '@bringup/kbuild';
import { isBringupError } from '@bringup/process';
import type { Declaration } from '../project/declaration.js';
import { variantOptions } from '../project/variants.js';
import type { Needs } from './locked.js';
import { needsOf } from './needs.js';

/** What projects declare, and where what they refer to is found. */
export interface Declarations {
  readonly workspaceRoot: string;
  readonly declarations: readonly Declaration[];
  /** Of all projects of the workspace. */
  declarationOf(project: string): Declaration | undefined;
}

/** The names of all tools that projects lock, in all of their variants. */
export function lockedToolNames(given: Declarations): string[] {
  return [...new Set(needsOfAll(given).flatMap(({ toolNames }) => toolNames))];
}

/**
 * The versions that this host has of the tools that projects lock, in all of their variants. Left out are the tools of a variant
 * of which it lacks one, and of options that are wrong.
 */
export async function hostTools(given: Declarations): Promise<ToolVersions> {
  const found: Record<string, string> = {};
  for (const needs of needsOfAll(given)) Object.assign(found, await probed(needs));
  return found;
}

function needsOfAll({ declarations, workspaceRoot, declarationOf }: Declarations): Needs[] {
  return declarations.flatMap((declaration) =>
    [undefined, ...Object.keys(declaration.configurations)].flatMap((variant) => {
      const own = { ...declaration, options: variantOptions(declaration, variant) };
      return unlessOurs(() =>
        needsOf({ project: own.project, workspaceRoot, declaration: own, declarationOf }),
      );
    }),
  );
}

/** None where options are wrong: the target that needs them says so. */
function unlessOurs(work: () => Needs): Needs[] {
  try {
    return [work()];
  } catch (error) {
    if (isBringupError(error)) return [];
    throw error;
  }
}

async function probed({ probe }: Needs): Promise<ToolVersions> {
  try {
    return await probe();
  } catch (error) {
    if (isBringupError(error)) return {};
    throw error;
  }
}
