import type { Tree } from '@nx/devkit';
import { checkOptions, schemaNames } from '../options/check-options.js';

type Generator = (tree: Tree, options: object) => unknown;

/** Every generator by its name, as generators.json names them: options that it does not have are refused before it starts. */
function checked(name: string): Generator {
  return (tree, options) => {
    checkOptions('generators', name, options);
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- One of many: only the one that runs is loaded.
    const { default: generator } = require(`./${name}/generator.js`) as { default: Generator };
    return generator(tree, options);
  };
}

export = Object.fromEntries(schemaNames('generators').map((name) => [name, checked(name)]));
