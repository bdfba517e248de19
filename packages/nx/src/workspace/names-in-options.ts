import { isAbsolute } from 'node:path';

/** A fragment as an option names it; see the description of `fragments` in the schemas. */
export type FragmentName =
  | { readonly kind: 'preset'; readonly name: string }
  | { readonly kind: 'tree'; readonly name: string }
  | { readonly kind: 'file'; readonly path: string };

export function parseFragmentName(text: string): FragmentName {
  const [, kind, name] = /^(preset|tree):(.+)$/.exec(text) ?? [];
  if (kind === 'preset' || kind === 'tree') return { kind, name: name! };
  return { kind: 'file', path: text };
}

/** A base configuration: a path has a slash in it, anything else is a goal of the tree's Makefile. */
export function isBaseFile(base: string): boolean {
  return base.includes('/');
}

/** A file for an initramfs: one that another project publishes, or one of the workspace. */
export type FileReference =
  | { readonly kind: 'artifact'; readonly project: string; readonly artifact: string }
  | { readonly kind: 'file'; readonly path: string };

export function parseFileReference(from: string): FileReference {
  const artifact = isAbsolute(from) ? null : /^([^:]+):([^:]+)$/.exec(from);
  return artifact
    ? { kind: 'artifact', project: artifact[1]!, artifact: artifact[2]! }
    : { kind: 'file', path: from };
}
