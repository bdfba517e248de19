import type { ToolVersions } from '@bringup/kbuild';
import { isBringupError } from '@bringup/process';
import type { Declaration } from '../workspace/declaration.js';
import { variantOptions } from '../workspace/variants.js';
import type { Needs } from '../lock/locked.js';
import { needsOf } from './needs.js';

/** The declarations of projects, and how to find those that they refer to. */
export interface Declarations {
  readonly workspaceRoot: string;
  readonly declarations: readonly Declaration[];
  /** Of all projects of the workspace. */
  declarationOf(project: string): Declaration | undefined;
}

/** The names of all tools that projects lock, in all of their variants. */
export async function lockedToolNames(given: Declarations): Promise<string[]> {
  return [...new Set((await needsOfAll(given)).flatMap(({ toolNames }) => toolNames))];
}

/**
 * This host's versions of the tools that projects lock, in all of their variants. It leaves out the tools of a variant
 * when this host lacks one of them, or when the options are wrong.
 */
export async function hostTools(given: Declarations): Promise<ToolVersions> {
  const found: Record<string, string> = {};
  for (const needs of await needsOfAll(given)) Object.assign(found, await probed(needs));
  return found;
}

async function needsOfAll({ declarations, workspaceRoot, declarationOf }: Declarations): Promise<Needs[]> {
  const found = declarations.flatMap((declaration) =>
    [undefined, ...Object.keys(declaration.configurations)].map(async (variant) => {
      const own = { ...declaration, options: variantOptions(declaration, variant) };
      return unlessOurs(needsOf({ project: own.project, workspaceRoot, declaration: own, declarationOf }));
    }),
  );
  return (await Promise.all(found)).flat();
}

/** Empty when options are wrong: the target that needs them reports it. */
async function unlessOurs(needs: Promise<Needs>): Promise<Needs[]> {
  try {
    return [await needs];
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
