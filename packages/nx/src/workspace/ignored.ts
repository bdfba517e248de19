import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import ignore, { type Ignore } from 'ignore';

/** The ignore files that Nx's walk of the workspace obeys, in each directory. */
const IGNORE_FILES = ['.gitignore', '.ignore', '.nxignore'];

/** Directories that Nx's walk never enters, whatever those files say. */
export const NEVER_WALKED: readonly string[] = ['node_modules', '.git', '.nx'];

/**
 * Whether Nx leaves a file of the workspace out. If an ignore file of git or Nx matches it, Nx silently hashes nothing for it. The
 * rules are gitignore(5)'s: a deeper ignore file wins, but no rule brings back a file below an ignored directory.
 *
 * @param path relative to the workspace root, with `/`; need not exist
 */
export function isIgnored(workspaceRoot: string, path: string): boolean {
  const names = posix.normalize(path).split('/');
  if (names.some((name) => NEVER_WALKED.includes(name))) return true;
  const levels: { rules: Ignore; depth: number }[] = [];
  for (let depth = 0; depth < names.length; depth++) {
    const rules = readRules(join(workspaceRoot, ...names.slice(0, depth)));
    if (rules) levels.push({ rules, depth });
    const isDirectory = depth < names.length - 1;
    let ignored = false;
    for (const level of levels) {
      const below = names.slice(level.depth, depth + 1).join('/') + (isDirectory ? '/' : '');
      const verdict = level.rules.test(below);
      ignored = verdict.ignored || (ignored && !verdict.unignored);
    }
    if (ignored) return true;
  }
  return false;
}

function readRules(directory: string): Ignore | undefined {
  const texts = IGNORE_FILES.flatMap((name) => {
    try {
      return [readFileSync(join(directory, name), 'utf8')];
    } catch {
      return []; // Most directories have none.
    }
  });
  return texts.length === 0 ? undefined : ignore().add(texts.join('\n'));
}
