import { describeTrees } from './kconfig-trees-suite.js';

jest.setTimeout(3_600_000);

describe('all fragments of linux-arm64 on every base', () =>
  describeTrees({ trees: ['linux-arm64'], seed: 3, fixes: 10, parts: 24 }));
