import { openContent } from '../tree/content.js';
import type { FileTree } from '../tree/file-tree.js';
import type { TreeProblem } from './tree-problem.js';
import { readModinfo } from '../modules/modinfo.js';

const MODULE = /^(?:usr\/)?lib\/modules\/([^/]+)\/.*\.ko$/;

/** A kernel loads only what was built for its own release: "version magic … should be …". */
export function lintModules(tree: FileTree): TreeProblem[] {
  return tree.entries().flatMap((entry) => {
    const release = MODULE.exec(entry.path)?.[1];
    if (release === undefined || entry.type !== 'file') return [];
    const content = openContent(entry.path, entry.content);
    try {
      const info = readModinfo(content.read, entry.path);
      if (!info || info.release === release) return [];
      const message = `/${entry.path}: was built for the kernel ${info.release} (vermagic ${JSON.stringify(info.vermagic)}), and the kernel ${release} would refuse it: build it for that one`;
      return [{ code: 'MODULE_OTHER_KERNEL', path: entry.path, message }];
    } finally {
      content.close();
    }
  });
}
