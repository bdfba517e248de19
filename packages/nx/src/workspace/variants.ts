import type { Declaration } from './declaration.js';
import { outputPath } from './paths.js';

/** A variant is an Nx configuration: `nx run kernel:build:debug`. It has outputs and a kept directory of its own. */
export type Variant = string;

/** The options of a variant: the declared ones with the configuration's over them, as Nx merges them. */
export function variantOptions(
  declaration: Declaration,
  variant?: Variant,
): Readonly<Record<string, unknown>> {
  return variant === undefined
    ? declaration.options
    : { ...declaration.options, ...declaration.configurations[variant] };
}

/** Where a variant publishes: beside the others, unless its configuration says where. */
export function variantOutput(declaration: Declaration, variant?: Variant): string {
  const { project, options, configurations } = declaration;
  const given = variant === undefined ? undefined : configurations[variant]?.outputPath;
  if (typeof given === 'string') return outputPath(project, given);
  const directory = outputPath(project, options.outputPath);
  return variant === undefined ? directory : `${directory}/${variant}`;
}

/**
 * The default, every variant, and the options of the targets that follow. A list of inputs has to cover them all, because Nx
 * has one list for all of them.
 */
export function allOptions(declaration: Declaration): Readonly<Record<string, unknown>>[] {
  const { overrides = [] } = declaration;
  const variants = [undefined, ...Object.keys(declaration.configurations)];
  const all = variants.map((variant) => variantOptions(declaration, variant));
  const overridden = overrides.flatMap(({ options, configurations }) =>
    [...variants, ...Object.keys(configurations)].map((variant) => ({
      ...variantOptions(declaration, variant),
      ...options,
      ...(variant === undefined ? {} : configurations[variant]),
    })),
  );
  return [...all, ...overridden];
}
