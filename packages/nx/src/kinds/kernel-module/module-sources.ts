/** Files that a make by hand leaves beside a module's sources. They are not sources. */
const MADE = ['*.o', '*.ko', '*.mod', '*.mod.c', '*.cmd', '*.a', 'modules.order', 'Module.symvers'];

/** The patterns of files that a module is made from, unless its options name them: its whole directory. */
export function defaultModuleSources(root: string): { patterns: string[]; without: string[] } {
  const place = (name: string) => (root === '.' ? name : `${root}/${name}`);
  return {
    patterns: [place('**/*')],
    without: [place('project.json'), ...MADE.map((name) => place(`**/${name}`))],
  };
}
