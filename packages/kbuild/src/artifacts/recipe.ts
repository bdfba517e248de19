import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { readFile } from 'fs-extra';
import type { BaseConfig } from '../configuration/base.js';
import { parseFragmentFiles, type FragmentReference } from '../configuration/fragments.js';
import type { ToolVersions } from '../make/toolchain.js';
import type { Arch } from '../programs/arches.js';

/** A recipe: the content hash of everything an artifact is made from, as 64 hex digits. */
export type Recipe = string;

/** Hashes a JSON value whose keys are in a fixed order. */
export function recipeOf(ingredients: unknown): Recipe {
  return createHash('sha256').update(JSON.stringify(ingredients)).digest('hex');
}

/** The ingredients that the recipes of configuration and build share. */
export interface CommonIngredients {
  readonly program: string;
  readonly arch: Arch;
  readonly crossCompile: string;
  readonly llvm: boolean;
  /** Identity of the source's bytes. */
  readonly source: string;
  readonly tools: ToolVersions;
  /** Identity of Bringup's own code. */
  readonly engine: string;
}

function commonPart(common: CommonIngredients): unknown[] {
  const tools = Object.entries(common.tools).sort(([a], [b]) => (a < b ? -1 : 1));
  const toolchain = [basename(common.crossCompile), common.llvm];
  return [common.program, common.arch, ...toolchain, common.source, tools, common.engine];
}

/**
 * The recipe of a `.config`: of fragments only the requests and their directives count, so any other comment or an empty line changes nothing.
 * Fragments of the source tree stand by name: the source's identity covers their content.
 *
 * @throws UserError `FRAGMENT_MISSING`, `FRAGMENT_SYNTAX`
 */
export async function configRecipe(
  common: CommonIngredients,
  base: BaseConfig,
  fragments: readonly FragmentReference[],
): Promise<Recipe> {
  const parts: unknown[] = [];
  const files = await parseFragmentFiles(fragments);
  for (const fragment of fragments) {
    const requests = files.get(fragment);
    if (requests) {
      parts.push(
        requests.map(({ symbol, value, optional, since, before }) => [
          symbol,
          value,
          optional,
          since,
          before,
        ]),
      );
    } else {
      parts.push(fragment);
    }
  }
  const basePart =
    base.kind === 'goal' ? base.goal : [await readFile(base.path, 'utf8').catch(() => base.shown)];
  return recipeOf(['config', commonPart(common), basePart, parts]);
}

/** The recipe of a build: the configuration as text, not what it was made from. */
export function buildRecipe(common: CommonIngredients, config: string, extra: unknown = null): Recipe {
  return recipeOf(['build', commonPart(common), config, extra]);
}
