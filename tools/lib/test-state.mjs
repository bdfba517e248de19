/** Records that test runs keep for later ones, outside git: times, and the passed tests of deep suites. */
import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { root } from './setup.mjs';

/** Outside the checkout, because the next clone needs a suite's last result as well (XDG base directories). */
function stateFile(name) {
  const base = process.env.XDG_STATE_HOME || join(homedir(), '.local/state');
  return join(base, 'bringup-tests', name);
}

/** @returns the file's JSON, or undefined when it is missing or unreadable */
export function readState(name) {
  try {
    return JSON.parse(readFileSync(stateFile(name), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Writes aside, then renames. If the home cannot be written, the record is lost, but the test run goes on. */
export function writeState(name, value) {
  const path = stateFile(name);
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(`${path}.${process.pid}`, `${JSON.stringify(value, null, 1)}\n`);
    renameSync(`${path}.${process.pid}`, path);
  } catch (error) {
    console.error(`This run leaves no record: ${error.message}`);
  }
}

/** The id of a git tree with the files of this checkout, committed or not: the same files have the same id. */
export function contentOfCheckout() {
  const scratch = mkdtempSync(join(tmpdir(), 'bringup-index-'));
  const git = (...args) => {
    const env = { ...process.env, GIT_INDEX_FILE: join(scratch, 'index') };
    const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8', env });
    if (status !== 0) throw new Error(`git ${args.join(' ')} failed: ${stderr}`);
    return stdout.trim();
  };
  try {
    // The real index has the files' times, so git does not read unchanged files again.
    copyFileSync(join(git('rev-parse', '--absolute-git-dir'), 'index'), join(scratch, 'index'));
  } catch {
    // A clone without an index: every file is read.
  }
  try {
    git('add', '--all');
    return git('write-tree');
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
