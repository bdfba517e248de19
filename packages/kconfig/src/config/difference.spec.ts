import { configValues, parseConfig } from './config-file.js';
import { diffConfigs, differenceAsFragment, formatDifference } from './difference.js';

const values = (text: string) => configValues(parseConfig(text, 'f'));

it('lists what was added, removed and changed, as scripts/diffconfig prints it', () => {
  const differences = diffConfigs(
    values('CONFIG_GONE=y\nCONFIG_SAME=m\n# CONFIG_B is not set\nCONFIG_S="x"\n'),
    values('CONFIG_SAME=m\nCONFIG_B=y\nCONFIG_S="y"\nCONFIG_A=1\n'),
  );
  expect(differences.map(formatDifference)).toEqual(['+A 1', ' B n -> y', '-GONE y', ' S "x" -> "y"']);
  expect(differenceAsFragment(differences)).toEqual(['CONFIG_A=1', 'CONFIG_B=y', 'CONFIG_S="y"']);
});
