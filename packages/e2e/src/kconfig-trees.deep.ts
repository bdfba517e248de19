import { describeTrees } from './kconfig-trees-suite.js';

jest.setTimeout(12 * 3_600_000);

describe('all fragments of Linux, BusyBox and U-Boot', () => {
  const trees = ['linux-arm64', 'linux-x86_64', 'busybox', 'u-boot'];
  describeTrees({ trees, seed: 3, fixes: 100 });
});
