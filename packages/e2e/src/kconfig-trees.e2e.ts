import { describeTrees } from './kconfig-trees-suite.js';

jest.setTimeout(20 * 60_000);

/** As many as CI's time allows; `npm run test:deep` has all of them. */
describe('fragments of Linux and BusyBox, a seeded sample', () => {
  describeTrees({ trees: ['linux-arm64', 'linux-x86_64', 'busybox'], sample: 10, seed: 3, fixes: 20 });
});
