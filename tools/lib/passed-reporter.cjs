/** A reporter for Jest that writes down each test as it passes, a JSON string a line, in the file $BRINGUP_PASSED_LOG. */
const { appendFileSync } = require('node:fs');

module.exports = class PassedReporter {
  onTestCaseResult(_test, { status, fullName }) {
    if (status === 'passed') appendFileSync(process.env.BRINGUP_PASSED_LOG, `${JSON.stringify(fullName)}\n`);
  }
};
