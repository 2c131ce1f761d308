import { expect, test } from 'vitest';
import { buildRunResult } from '../model/build.ts';
import { sampleError, sampleFacts, sampleFail, samplePass, sampleSkip, sampleUnknown } from '../model/sample.ts';
import { renderJUnit } from './render.ts';

const all = [samplePass, sampleFail, sampleUnknown, sampleError, sampleSkip];

test('every outcome has its element, its reason, its evidence and how to repeat it', () => {
  expect(renderJUnit(buildRunResult(sampleFacts(all)))).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <testsuites name="egressproof" tests="5" failures="1" errors="2" skipped="1" time="41.250" timestamp="2026-09-01T12:00:00.000Z">
      <testsuite name="egressproof.netns.egress" tests="5" failures="1" errors="2" skipped="1" time="41.250" timestamp="2026-09-01T12:00:00.000Z">
        <properties>
          <property name="run" value="20260901T120000Z-7f3a"/>
          <property name="result" value="failure"/>
          <property name="complete" value="true"/>
          <property name="seed" value="42"/>
          <property name="suite" value="egressproof 0.1.0"/>
          <property name="implementation" value="bundled 0.1.0"/>
          <property name="feature.egress-ip.v4" value="failed"/>
          <property name="feature.sctp" value="not declared"/>
          <property name="declared.emptySelection" value="nothing"/>
          <property name="declared.settleMs" value="10000"/>
          <property name="limitation.1" value="single host: all nodes share one kernel and its processors"/>
        </properties>
        <testcase classname="egressproof.core" name="ID-01 a selected pod reaches the outside from its Egress IP" time="0.812">
          <system-out>[[ATTACHMENT|cases/ID-01]]
    repeat with: npx egressproof test ID-01 --seed 42
    measured: latenessMs 0.4 (ID-01)</system-out>
        </testcase>
        <testcase classname="egressproof.core" name="ID-02 a pod on another node leaves with the same Egress IP" time="1.204">
          <failure type="fail" message="source: 3 of 20 connections had another source">source: 3 of 20 connections had another source
      pod lab/a (10.203.1.7 on node-1) -&#62; witness 172.16.20.20:8080/tcp: source 172.16.18.121 (node-1), expected 172.16.18.131; 3 of 20 connections, first at +412 ms</failure>
          <system-out>[[ATTACHMENT|cases/ID-02]]
    repeat with: npx egressproof test ID-02 --seed 42</system-out>
        </testcase>
        <testcase classname="egressproof.core" name="ID-03 every connection is accounted for" time="0.812">
          <error type="unknown" message="the probe was 84 ms late, more than 20 ms">the probe was 84 ms late, more than 20 ms
    accounted: unknown: the probe was 84 ms late</error>
          <system-out>[[ATTACHMENT|cases/ID-01]]
    repeat with: npx egressproof test ID-03 --seed 42</system-out>
        </testcase>
        <testcase classname="egressproof.core" name="ID-04 an unselected pod keeps its node address" time="0.000">
          <error type="error" message="pod lab/a did not become ready within 10,000 ms; last phase Pending">pod lab/a did not become ready within 10,000 ms; last phase Pending</error>
          <system-out>[[ATTACHMENT|cases/ID-01]]
    repeat with: npx egressproof test ID-04 --seed 42</system-out>
        </testcase>
        <testcase classname="egressproof.extended" name="ID-10 SCTP leaves with the Egress IP" time="0.000">
          <skipped message="the kernel has no SCTP"/>
          <system-out>[[ATTACHMENT|cases/ID-01]]
    repeat with: npx egressproof test ID-10 --seed 42</system-out>
        </testcase>
      </testsuite>
    </testsuites>
    "
  `);
});

test('a testbed that failed is a failed case, so that the run is not green', () => {
  const facts = sampleFacts([]);
  const setUpFailure = 'making the sandbox failed: user namespaces are not allowed';
  const xml = renderJUnit(buildRunResult({ ...facts, run: { ...facts.run, complete: false, setUpFailure } }));
  expect(xml).toContain('tests="1" failures="1" errors="0"');
  expect(xml).toContain(`<failure type="set-up" message="${setUpFailure}">${setUpFailure}</failure>`);
});

test('text from outside cannot break the file', () => {
  const reason = 'pod said "<![CDATA[ & ]]>"\u0000\u001b[2J\nand more';
  const xml = renderJUnit(buildRunResult(sampleFacts([{ ...sampleError, reason }])));
  expect(xml).toContain('message="pod said &#34;&#60;![CDATA[ &#38; ]]&#62;&#34;\ufffd&#10;and more"');
  expect(xml).toContain('pod said &#34;&#60;![CDATA[ &#38; ]]&#62;&#34;\ufffd\nand more</error>');
});
