import { basename, join } from 'node:path';
import { pathExists, readJson, remove, stat } from 'fs-extra';
import {
  copySparse,
  sha256File,
  writeAllAside,
  writeFileAside,
  writeSynced,
  type AsideWrite,
} from '@bringup/process';
import type { Recipe } from './recipe.js';

/** What stands beside published artifacts: what they were made from, and what they are. */
export interface Manifest {
  readonly version: 1;
  readonly recipe: Recipe;
  readonly artifacts: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** The manifest of one publishing step; configuration and build of a project have one each. */
export function manifestPath(directory: string, step: 'config' | 'build'): string {
  return join(directory, step === 'build' ? 'manifest.json' : 'config.manifest.json');
}

/**
 * The manifest at `path`; undefined when it is missing or is not a manifest, which both mean "make it again". A publisher
 * removes the files that its last manifest lists, so a name that leads out of the directory makes it invalid.
 */
export async function readManifest(path: string): Promise<Manifest | undefined> {
  const manifest: unknown = await readJson(path).catch(() => undefined);
  return isManifest(manifest) ? manifest : undefined;
}

function isManifest(value: unknown): value is Manifest {
  const { version, recipe, artifacts } = (value ?? {}) as Partial<Record<keyof Manifest, unknown>>;
  if (version !== 1 || typeof recipe !== 'string' || artifacts === null || typeof artifacts !== 'object')
    return false;
  return Object.entries(artifacts as object).every(([name, entry]) => {
    const { bytes, sha256 } = (entry ?? {}) as { bytes?: unknown; sha256?: unknown };
    return isFileName(name) && typeof bytes === 'number' && typeof sha256 === 'string';
  });
}

function isFileName(name: string): boolean {
  return name !== '' && name !== '.' && name !== '..' && !/[/\0]/.test(name);
}

/** True when `directory` holds exactly what `recipe` makes: same recipe, and every artifact with its hash. */
export async function isPublished(
  directory: string,
  step: 'config' | 'build',
  recipe: Recipe,
): Promise<boolean> {
  const manifest = await readManifest(manifestPath(directory, step));
  if (manifest?.recipe !== recipe) return false;
  for (const [name, { sha256, bytes }] of Object.entries(manifest.artifacts)) {
    const path = join(directory, name);
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size !== bytes || (await sha256File(path)) !== sha256) return false;
  }
  return true;
}

/**
 * Copies finished files to `directory`. All are written aside before any is renamed, so a full disk leaves what was
 * there; the manifest goes first and comes last, so a run that is killed in between leaves none, and the next one
 * publishes again.
 *
 * @param files artifact name → file to publish
 * @returns the names whose content changed
 * @throws ToolError `NO_SPACE`
 */
export async function publish(
  directory: string,
  step: 'config' | 'build',
  recipe: Recipe,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  const path = manifestPath(directory, step);
  const before = await readManifest(path);
  const artifacts: Record<string, { bytes: number; sha256: string }> = {};
  const writes: AsideWrite[] = [];
  for (const [name, source] of Object.entries(files)) {
    const sha256 = await sha256File(source);
    const target = join(directory, name);
    const same =
      before?.artifacts[name]?.sha256 === sha256 &&
      (await pathExists(target)) &&
      (await sha256File(target)) === sha256;
    if (!same) writes.push({ path: target, write: (aside) => copySparse(source, aside) });
    artifacts[name] = { bytes: (await stat(source)).size, sha256 };
  }
  const manifest: Manifest = { version: 1, recipe, artifacts };
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeAllAside([...writes, { path, write: (aside) => writeSynced(aside, text) }], async () => {
    await remove(path);
    await removeStale(directory, before, artifacts);
  });
  return writes.map(({ path: target }) => basename(target));
}

async function removeStale(
  directory: string,
  before: Manifest | undefined,
  now: Manifest['artifacts'],
): Promise<void> {
  for (const name of Object.keys(before?.artifacts ?? {})) {
    if (!now[name]) await remove(join(directory, name));
  }
}

/** Publishes text that was never a file; see {@link publish}. */
export async function publishText(
  directory: string,
  step: 'config' | 'build',
  recipe: Recipe,
  name: string,
  text: string,
): Promise<void> {
  // One name for all runs: what a killed one left is written over.
  const staged = join(directory, `.${name}.staged`);
  await writeFileAside(staged, text);
  try {
    await publish(directory, step, recipe, { [name]: staged });
  } finally {
    await remove(staged);
  }
}
