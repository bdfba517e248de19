import { basename, join } from 'node:path';
import { lstat, readFile, readJson, remove, rename, stat } from 'fs-extra';
import {
  copySparse,
  sha256File,
  UserError,
  writeAllAside,
  writeFileAside,
  writeSynced,
  type AsideWrite,
} from '@bringup/process';
import type { Recipe } from './recipe.js';

/** The record beside published artifacts: the recipe that made them, and their sizes and hashes. */
export interface Manifest {
  readonly version: 1;
  /** {@link UNFINISHED} while the files are being replaced. */
  readonly recipe: Recipe;
  readonly artifacts: Readonly<Record<string, { readonly bytes: number; readonly sha256: string }>>;
}

/** Not a recipe: the files beside such a manifest must be rebuilt. It still lists them, so their publisher may replace them. */
const UNFINISHED = '';

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

/** Makes the next run of a step publish again. The manifest still lists its files. */
export async function invalidate(directory: string, step: 'config' | 'build'): Promise<void> {
  const path = manifestPath(directory, step);
  const manifest = await readManifest(path);
  if (manifest) await writeFileAside(path, formatManifest(UNFINISHED, manifest.artifacts));
}

/**
 * Copies finished files to `directory`. All are written aside before any is renamed, so a full disk leaves what was
 * there. The manifest is unfinished from the first rename to the last, so a run that is killed in between is repeated.
 * Only files that the last manifest lists are removed or replaced.
 *
 * @param files artifact name → file to publish
 * @returns the names whose content changed
 * @throws ToolError `NO_SPACE`
 * @throws UserError `OUTPUT_OCCUPIED` where another file has the name of an artifact
 */
export async function publish(
  directory: string,
  step: 'config' | 'build',
  recipe: Recipe,
  files: Readonly<Record<string, string>>,
): Promise<string[]> {
  const path = manifestPath(directory, step);
  const before = await readOwnManifest(path);
  const artifacts: Record<string, { bytes: number; sha256: string }> = {};
  const writes: AsideWrite[] = [];
  for (const [name, source] of Object.entries(files)) {
    const sha256 = await sha256File(source);
    const target = join(directory, name);
    const owned = before.owns(name);
    const found = owned && before.artifacts[name]?.sha256 !== sha256 ? undefined : await hashOf(target);
    if (!owned && found !== undefined && found !== sha256) throw occupied(target, path);
    if (found !== sha256) writes.push({ path: target, write: (aside) => copySparse(source, aside) });
    artifacts[name] = { bytes: (await stat(source)).size, sha256 };
  }
  // One name for all runs: what a killed one left is written over.
  const unfinished = join(directory, `.${basename(path)}.staged`);
  await writeFileAside(unfinished, formatManifest(UNFINISHED, { ...before.artifacts, ...artifacts }));
  const finished = formatManifest(recipe, artifacts);
  try {
    await writeAllAside([...writes, { path, write: (aside) => writeSynced(aside, finished) }], async () => {
      await rename(unfinished, path);
      await removeStale(directory, before.artifacts, artifacts);
    });
  } finally {
    await remove(unfinished);
  }
  return writes.map(({ path: target }) => basename(target));
}

function formatManifest(recipe: Recipe, artifacts: Manifest['artifacts']): string {
  const manifest: Manifest = { version: 1, recipe, artifacts };
  return `${JSON.stringify(manifest, null, 2)}\n`;
}

/** The sha256 of a file, or a text that is not a hash for anything else that has its name; undefined where there is nothing. */
async function hashOf(path: string): Promise<string | undefined> {
  const found = await lstat(path).catch(() => undefined);
  if (!found) return undefined;
  return found.isFile() ? sha256File(path) : 'not a file';
}

interface OwnManifest {
  readonly artifacts: Manifest['artifacts'];
  /** Whether a file with the name of an artifact is ours. */
  owns(name: string): boolean;
}

/**
 * The last manifest of a step. A damaged one lists nothing, but it shows that the files beside it are ours.
 *
 * @throws UserError `OUTPUT_OCCUPIED` for a file of another program
 */
async function readOwnManifest(path: string): Promise<OwnManifest> {
  const manifest = await readManifest(path);
  if (manifest)
    return { artifacts: manifest.artifacts, owns: (name) => Object.hasOwn(manifest.artifacts, name) };
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text !== undefined && isOfAnotherProgram(text)) throw occupied(path, path);
  return { artifacts: {}, owns: () => text !== undefined };
}

/** Whether the text is whole JSON without anything of a manifest in it. */
function isOfAnotherProgram(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    const names = value !== null && typeof value === 'object' ? Object.keys(value) : [];
    return !names.includes('recipe') && !names.includes('artifacts');
  } catch {
    return false;
  }
}

function occupied(path: string, manifest: string): UserError {
  const why =
    path === manifest ? 'it is not a manifest of Bringup' : `${manifest} does not list it as an artifact`;
  const message =
    `cannot publish ${path}: another file is already there, and ${why}. ` +
    'Remove it if an earlier build left it there. If it is yours, move it elsewhere, or give this project another "outputPath"';
  return new UserError('OUTPUT_OCCUPIED', message, { path, manifest });
}

async function removeStale(
  directory: string,
  before: Manifest['artifacts'],
  now: Manifest['artifacts'],
): Promise<void> {
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(now, name)) await remove(join(directory, name));
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
