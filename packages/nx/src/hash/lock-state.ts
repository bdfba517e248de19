#!/usr/bin/env node
/**
 * Prints the state of a project's entries of the lock on this host, for Nx's `runtime` inputs. lock-state.sh starts it where
 * the entries alone do not decide what a target makes:
 *
 *   lock-state.js DIRECTORY FILE…    relative to the workspace root, where Nx starts it
 *
 * - A tool without an entry gets one, the version that this host has: so that the hash agrees with the lock, and a cached
 *   result does not leave the workspace without a lock.
 * - A source without an entry is not known yet, and where nothing may be resolved no entry may be missing. Then the answer is
 *   different each time, so that the task runs, and reports the error.
 * - In a frozen run, each tool of this host that differs from the lock is added, so that a cached result does not hide the
 *   difference, and the task reports it. A tool that this host lacks does not contradict the lock.
 */
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { compareTools, LOCK_NAME, lockField, readLock, updateLock, type ToolVersions } from '@bringup/kbuild';
import { parse as parseJson } from 'jsonc-parser';
import { hostTools } from '../host/host-tools.js';
import { isFrozen } from '../tasks/task.js';
import { readDeclaration } from '../plugin/create-nodes.js';

async function main([directory, ...files]: string[]): Promise<void> {
  const workspaceRoot = process.cwd();
  const { targetDefaults } = parseJson(readFileSync('nx.json', 'utf8')) as { targetDefaults?: unknown };
  const file = posix.join(directory!, 'project.json');
  const declaration = readDeclaration(workspaceRoot, file, targetDefaults);
  const declarations = declaration ? [declaration] : [];
  const found = await hostTools({ workspaceRoot, declarations, declarationOf: () => undefined });
  const frozen = isFrozen(process.env);
  if (!frozen) await lockMissing(workspaceRoot, found);
  for (const file of files) {
    if (existsSync(file)) process.stdout.write(readFileSync(file));
    else if (frozen || !isTool(file)) console.log(randomUUID());
    else console.log('not on this host');
  }
  if (!frozen) return;
  const { tools } = await readLock(workspaceRoot);
  for (const { name, found: line } of compareTools(tools, found, lockField)) console.log(`${name}: ${line}`);
}

async function lockMissing(workspaceRoot: string, found: ToolVersions): Promise<void> {
  const own = Object.fromEntries(Object.entries(found).map(([name, line]) => [lockField(name), line]));
  await updateLock(workspaceRoot, (lock) => ({ ...lock, tools: { ...own, ...lock.tools } }));
}

const isTool = (file: string) => file.startsWith(`${LOCK_NAME}/tools/`);

void main(process.argv.slice(2));
