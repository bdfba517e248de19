#!/usr/bin/env node
/**
 * Prints the hash of a source directory's files, for Nx's `runtime` inputs:
 *
 *   main.js PATH    relative to the workspace root, where Nx starts it
 *
 * Smaller trees are hashed by tree-hash.sh, which takes less time to start.
 */
import { resolve } from 'node:path';
import { bringupHome, recipeOf, treeHash } from '@bringup/kbuild';

async function main(path: string): Promise<void> {
  console.log(recipeOf([await treeHash(resolve(path), bringupHome())]));
}

void main(process.argv[2]!);
