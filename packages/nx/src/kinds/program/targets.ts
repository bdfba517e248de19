import type { TargetConfiguration } from '@nx/devkit';
import { ARCHES, crossPrefix, programToolNames } from '@bringup/kbuild/graph';
import type { Declaration } from '../../workspace/declaration.js';
import { programName } from '../../workspace/paths.js';
import { allOptions, variantOutput } from '../../workspace/variants.js';
import { engineInputs, lockInputs, updateTarget } from '../../graph/inputs.js';
import type { Input } from '../../graph/target-parts.js';
import { mapValues } from '../../graph/records.js';
import type { References } from '../../graph/references.js';
import { pathInputs } from '../../graph/path-inputs.js';
import { keyOf, text, texts } from '../../options/unchecked.js';

/** The targets of a program. */
export function programTargets(
  declaration: Declaration,
  _references: References,
  workspaceRoot: string,
): Record<string, TargetConfiguration> {
  const { project, target, configurations } = declaration;
  const variants = allOptions(declaration);
  const names = new Set(variants.map(({ output }) => programName(project, output)));
  const files = variants.flatMap(({ sources }) => texts(sources));
  const patterns = variants.flatMap(({ headers }) => texts(headers));
  const tools = variants.flatMap(lockedTools);
  const inputs: Input[] = [
    ...pathInputs({ files, patterns }, workspaceRoot),
    ...lockInputs(declaration.root, { tools }),
  ];
  return {
    update: updateTarget([{ tools }]),
    [target]: {
      cache: true,
      options: { outputPath: variantOutput(declaration) },
      configurations: mapValues(configurations, (variant) => ({
        outputPath: variantOutput(declaration, variant),
      })),
      inputs: [...inputs, ...engineInputs(workspaceRoot)],
      outputs: [...[...names].flatMap((name) => [name, `${name}.debug`]), 'manifest.json'].map(
        (name) => `{options.outputPath}/${name}`,
      ),
    },
  };
}

function lockedTools(options: Readonly<Record<string, unknown>>): string[] {
  const { arch, crossCompile, libc, sources } = options;
  const known = keyOf(ARCHES, arch);
  if (known === undefined) return [];
  const prefix = crossPrefix(known, text(crossCompile));
  return programToolNames({
    arch: known,
    crossCompile: prefix,
    sources: texts(sources),
    libc: libc !== false,
  });
}
