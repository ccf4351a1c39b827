/** What is read of vitest's JSON report. */
export type Report = {
  testResults: readonly {
    name: string;
    status: string;
    assertionResults: readonly { status: string; fullName: string }[];
  }[];
};

/** `line` ends the output; `notes` say what the numbers do not show. */
export type Summary = { line: string; notes: readonly string[]; failed: boolean };

/**
 * Counts a run. A file that broke before its tests (at import, in a hook) counts as one failure, and so does a run that
 * failed beside its tests (an error nobody caught) or ran nothing. With `skipsFail` a skipped test counts as failed.
 */
export function summarize(report: Report | undefined, exitCode: number, skipsFail: boolean): Summary {
  const notes: string[] = [];
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults.map((test) => ({ file: file.name, ...test })));
  const passed = tests.filter(({ status }) => status === 'passed').length;
  const skipped = tests.filter(({ status }) => status !== 'passed' && status !== 'failed');
  let failed = tests.filter(({ status }) => status === 'failed').length;
  for (const file of files) {
    if (file.status !== 'failed' || file.assertionResults.some(({ status }) => status === 'failed')) continue;
    failed += 1;
    notes.push(`failed outside of its tests: ${file.name}`);
  }
  if (skipsFail) {
    failed += skipped.length;
    for (const { file, fullName } of skipped) notes.push(`skipped, which counts as failed here: ${file}: ${fullName}`);
  }
  if (failed === 0 && exitCode !== 0) {
    failed = 1;
    notes.push(`the run itself failed (exit code ${exitCode})`);
  } else if (failed + passed === 0) {
    failed = 1;
    notes.push('no test ran');
  }
  const shown = skipped.length > 0 && !skipsFail ? `, ${skipped.length} skipped` : '';
  return { line: `${passed} passed, ${failed} failed${shown}`, notes, failed: failed > 0 };
}
