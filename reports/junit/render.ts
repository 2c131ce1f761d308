import { measuredTable } from '../text/measured.ts';
import { describeFailure } from '../text/failure.ts';
import { printable } from '../text/printable.ts';
import type { CaseResult, RunResult } from '../model/run-result.ts';

/**
 * The result as CI systems read it. A failed testbed becomes a failed case of its own, so that no run without cases
 * looks green; an unknown outcome is an error with its reason. Evidence is named the way GitLab and Jenkins pick up
 * attachments.
 */
export function renderJUnit(result: RunResult): string {
  const { suite, run, statistics, cases } = result;
  const setUp = run.setUpFailure;
  const counts = {
    tests: cases.length + (setUp === undefined ? 0 : 1),
    failures: statistics.failed + (setUp === undefined ? 0 : 1),
    errors: statistics.unknown + statistics.error,
    skipped: statistics.skipped,
    time: seconds(run.durationMs),
    timestamp: run.startedAt,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites${attributes({ name: suite.name, ...counts })}>`,
    `  <testsuite${attributes({ name: `${suite.name}.${run.provider}.${run.topology}`, ...counts })}>`,
    '    <properties>',
    ...properties(result).map((property) => `      <property${attributes(property)}/>`),
    '    </properties>',
    ...(setUp === undefined ? [] : renderSetUpFailure(suite.name, setUp)),
    ...cases.flatMap((each) => renderCase(suite.name, each)),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}

function properties({ run, result, implementation, suite, features, limitations }: RunResult) {
  return Object.entries({
    run: run.id,
    result,
    complete: String(run.complete),
    seed: String(run.seed),
    suite: `${suite.name} ${suite.version}${suite.commit === undefined ? '' : ` (${suite.commit})`}`,
    implementation: `${implementation.name} ${implementation.version}`,
    ...Object.fromEntries(features.map(({ name, status }) => [`feature.${name}`, status])),
    ...Object.fromEntries(
      Object.entries(implementation.declared).map(([name, value]) => [`declared.${name}`, String(value)]),
    ),
    ...Object.fromEntries(limitations.map((limitation, index) => [`limitation.${index + 1}`, limitation])),
  }).map(([name, value]) => ({ name, value }));
}

function renderSetUpFailure(suite: string, message: string): string[] {
  return [
    `    <testcase${attributes({ classname: suite, name: 'set-up of the testbed', time: '0.000' })}>`,
    `      <failure${attributes({ type: 'set-up', message })}>${escape(message)}</failure>`,
    '    </testcase>',
  ];
}

function renderCase(suite: string, result: CaseResult): string[] {
  const { id, title, level, durationMs, evidence, repeat } = result;
  const output = [
    ...(evidence === undefined ? [] : [`[[ATTACHMENT|${evidence}]]`]),
    `repeat with: ${repeat}`,
    ...measuredTable([result]).map(([name, value]) => `measured: ${name} ${value}`),
  ];
  return [
    `    <testcase${attributes({ classname: `${suite}.${level}`, name: `${id} ${title}`, time: seconds(durationMs) })}>`,
    ...renderOutcome(result).map((line) => `      ${line}`),
    `      <system-out>${escape(output.join('\n'))}</system-out>`,
    '    </testcase>',
  ];
}

function renderOutcome(result: CaseResult): string[] {
  if (result.outcome === 'pass') return [];
  const [message = result.outcome] = describeFailure(result);
  if (result.outcome === 'skip') return [`<skipped${attributes({ message })}/>`];
  const element = result.outcome === 'fail' ? 'failure' : 'error';
  const text = describeFailure(result).join('\n');
  return [`<${element}${attributes({ type: result.outcome, message })}>${escape(text)}</${element}>`];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(3);
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escape(String(value)).replaceAll('\n', '&#10;')}"`)
    .join('');
}

function escape(text: string): string {
  return printable(text).replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
