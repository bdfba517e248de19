import { describeTrees } from './kconfig-trees-suite.js';

jest.setTimeout(20 * 60_000);

/** A look at all four trees in ten minutes; the suites kconfig-* for each tree try all fragments. */
describe('fragments of Linux, BusyBox and U-Boot, a seeded sample', () => {
  const trees = ['linux-arm64', 'linux-x86_64', 'busybox', 'u-boot'];
  describeTrees({ trees, sample: 24, seed: 3, fixes: 8, parts: 1 });
});
