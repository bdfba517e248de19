#!/usr/bin/env node
/**
 * Prints one hash for Nx's `runtime` inputs:
 *
 *   main.js PATH…            files and directories as an initramfs would take them: content, modes, symlinks
 *   main.js --source PATH    a source directory: git's state of it, or a walk
 *
 * Paths are relative to the workspace root, where Nx starts it. A missing path is hashed as missing: the
 * executor says what is wrong with it.
 */
import { resolve } from 'node:path';
import { recipeOf, treeHash } from '@bringup/kbuild';
import { hashPath } from '../execution/overlay.js';

async function main([first, ...rest]: string[]): Promise<void> {
  const hashes =
    first === '--source' ? [await treeHash(resolve(rest[0]!))] : await hashAll([first!, ...rest]);
  console.log(recipeOf(hashes));
}

async function hashAll(paths: readonly string[]): Promise<string[]> {
  return Promise.all(
    paths.map((path) => hashPath(path).catch((error: Error) => `unreadable: ${error.message}`)),
  );
}

void main(process.argv.slice(2));
