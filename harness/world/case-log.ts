import type { CheckResult } from '../check/violations.ts';
import type { IpFamily } from '../../agent/linux/sockets.ts';
import type { PodFacts, Sample, SettledWindow } from '../history/events.ts';
import type { Recorder } from '../history/recorder.ts';
import { nowUs } from '../traffic/protocol.ts';

/** A check that everything after it depends on has failed; the case ends, with the checks made so far. */
export class CaseStopped extends Error {}

export interface ChangeOptions {
  /** The pods are selected by one policy or another all the time: what leaves with a node's address meanwhile is a leak. */
  readonly stillSelected?: boolean;
}

/** What a case has recorded and concluded so far. */
export class CaseLog {
  readonly recorder: Recorder;
  readonly startUs = nowUs();
  readonly checks: CheckResult[] = [];
  readonly #onCheck: (result: CheckResult) => void;
  #windows: SettledWindow[] = [];
  /** When something was last changed: a policy, a label, a pod. */
  changedUs = this.startUs;
  /** Destinations that were excepted at some time of the case, or that a policy is not for: packets to them may have a node's address. */
  readonly excepted: string[] = [];
  answeredByWitness = 0;
  /** The first check that fails ends the case: nothing more is wanted of it. */
  endsAtFailure = false;

  constructor(recorder: Recorder, onCheck: (result: CheckResult) => void) {
    this.recorder = recorder;
    this.#onCheck = onCheck;
  }

  step(text: string): void {
    this.recorder.record({ type: 'step', atUs: nowUs(), text });
  }

  /** A step that changes who leaves how: from here on until they have settled again, pods may leave otherwise. */
  change(text: string, affects: (pod: PodFacts) => boolean = () => true): void {
    this.changedUs = nowUs();
    this.step(text);
    this.#windows = this.#windows.map((window) =>
      window.toUs === undefined && affects(window.pod) ? this.#note({ ...window, toUs: this.changedUs }) : window,
    );
  }

  /** From now on, any packet of these pods with a node's address of these families is a leak. */
  settled(pods: readonly PodFacts[], families: ReadonlySet<IpFamily>): void {
    const isOpen = (pod: PodFacts, family: IpFamily): boolean =>
      this.#windows.some((window) => window.pod === pod && window.family === family && window.toUs === undefined);
    for (const family of families)
      for (const pod of pods)
        if (!isOpen(pod, family)) this.#windows.push(this.#note({ pod, family, fromUs: nowUs() }));
  }

  sample(check: string): (sample: Sample) => void {
    return (sample) => {
      if (sample.outcome === 'ok' && sample.destination.name === 'witness') this.answeredByWitness += 1;
      this.recorder.record({ type: 'sample', atUs: sample.doneUs, check, ...sample });
    };
  }

  conclude(result: CheckResult): CheckResult {
    this.checks.push(result);
    this.recorder.record({ type: 'check', outcome: result.outcome, name: result.name, atUs: nowUs() });
    this.#onCheck(result);
    if (this.endsAtFailure && result.outcome === 'fail') throw new CaseStopped(result.name);
    return result;
  }

  get windows(): readonly SettledWindow[] {
    return this.#windows;
  }

  #note(window: SettledWindow): SettledWindow {
    this.recorder.record({ type: 'window', atUs: nowUs(), window });
    return window;
  }
}
